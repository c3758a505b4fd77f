#include "adapters/cli/run.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "adapters/cli/input.hpp"
#include "adapters/cli/output_file.hpp"

namespace ramus::cli {
namespace {

// The session that an interrupt cancels; a second interrupt ends the process as usual.
volatile std::sig_atomic_t interrupts = 0;
ramus_session* session_to_cancel = nullptr;

extern "C" void on_interrupt(int signal) {
  interrupts = interrupts + 1;
  ramus_session_cancel(session_to_cancel);
  if (interrupts > 1) {
    remove_temporary_files();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

// Without SA_RESTART, so that a read of standard input ends too.
void handle_interrupts(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

}  // namespace

Run::Run(const CommonArguments& common, std::int32_t usual_log_level)
    : bar_(common.progress == Show::always ||
           (common.progress == Show::automatic && !common.quiet && isatty(STDERR_FILENO) != 0)) {
  ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
  config.threads = common.threads;
  config.log_level = common.log_level.value_or(usual_log_level);
  config.log_user = this;
  config.log = [](void* user, std::int32_t, const char* text) {
    static_cast<Run*>(user)->bar_.clear();
    std::fprintf(stderr, "ramus: %s\n", text);
  };
  config.progress_user = this;
  config.progress = [](void* user, const char* phase, std::uint64_t done, std::uint64_t total) {
    static_cast<Run*>(user)->bar_.show(phase, done, total);
  };
  ramus_session* made = nullptr;
  ramus_error error = RAMUS_ERROR_INIT;
  check(ramus_session_create(&config, &made, &error), error);
  session_.reset(made);
  session_to_cancel = made;
  handle_interrupts(on_interrupt);
}

Run::~Run() {
  handle_interrupts(SIG_DFL);
  session_to_cancel = nullptr;
}

const std::string& Run::standard_input() {
  if (!standard_input_) standard_input_ = read_text("-", [] { return interrupts > 0; });
  return *standard_input_;
}

Model Run::open(const std::string& path) {
  ramus_model* opened = nullptr;
  ramus_error error = RAMUS_ERROR_INIT;
  if (path == "-") {
    const std::string& bytes = standard_input();
    check(ramus_model_open_named(session(), bytes.data(), bytes.size(), nullptr, "-", &opened, &error), error);
  } else {
    check(ramus_model_open(session(), path.c_str(), &opened, &error), error);
  }
  return Model(opened);
}

}  // namespace ramus::cli
