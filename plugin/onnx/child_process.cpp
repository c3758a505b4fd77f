#include "plugin/onnx/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace ramus {
namespace {

constexpr char kDone = '\1';  // the last byte of a complete answer

std::string reason(int error) { return std::generic_category().message(error); }

std::size_t mapped_bytes() {
  std::size_t pages = 0;
  if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// The host's handlers (crash reporters) must not run here, and a crash must not leave a core file.
void prepare_child(const ChildLimits& limits) {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT, SIGPIPE}) {
    ::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // The library prints warnings; the host's output is not its own.
  if (const int nowhere = ::open("/dev/null", O_WRONLY); nowhere >= 0) {
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const auto seconds = static_cast<rlim_t>(limits.seconds);
  const rlimit time{seconds, seconds + 1};
  ::setrlimit(RLIMIT_CPU, &time);
  if (const std::size_t mapped = mapped_bytes(); mapped != 0) {
    const rlimit memory{mapped + limits.memory, mapped + limits.memory};
    ::setrlimit(RLIMIT_AS, &memory);
  }
}

void write_all(int pipe, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(pipe, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

[[noreturn]] void be_child(int pipe, const std::function<std::string()>& function, const ChildLimits& limits) {
  prepare_child(limits);
  try {
    std::string answer = function();
    answer += kDone;
    write_all(pipe, answer);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

// Reads until the child closes the pipe. False: time is up.
bool read_answer(int pipe, int seconds, std::string& answer) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(seconds);
  char buffer[1 << 16];
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waited{pipe, POLLIN, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return true;
    if (ready <= 0) continue;
    const ssize_t count = ::read(pipe, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return true;
    answer.append(buffer, static_cast<std::size_t>(count));
  }
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
  return "ended without an answer";
}

}  // namespace

Result<std::string> run_in_child(const std::function<std::string()>& function, const ChildLimits& limits) {
  int ends[2];
  if (::pipe(ends) != 0) return failure(ErrorKind::internal, "no pipe: " + reason(errno));
  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return failure(ErrorKind::internal, "no child process: " + reason(error));
  }
  if (child == 0) {
    ::close(ends[0]);
    be_child(ends[1], function, limits);
  }
  ::close(ends[1]);
  std::string answer;
  const bool in_time = read_answer(ends[0], limits.seconds, answer);
  ::close(ends[0]);
  if (!in_time) ::kill(child, SIGKILL);
  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);  // ECHILD: the host reaps children itself; the answer alone counts then
  if (!in_time) return failure(ErrorKind::internal, "took longer than " + std::to_string(limits.seconds) + " seconds");
  if (answer.empty() || answer.back() != kDone) {
    return failure(ErrorKind::internal, ended == child ? describe_end(status) : "ended without an answer");
  }
  answer.pop_back();
  return answer;
}

}  // namespace ramus
