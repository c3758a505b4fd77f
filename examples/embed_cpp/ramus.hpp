// ramus.h for C++11: objects that destroy themselves, errors as exceptions, text as std::string, passes as functions.
//
//   ramus::Session session;
//   ramus::Model model(session, "model.onnx");
//   ramus::Report report = model.analyze();
//   std::cout << report.text();
//
// It is an example: take it, cut it to what your program needs, and keep it with your program. What Ramus promises is
// ramus.h. Only what needs care is here: an exception must not pass through C, so writers and passes keep it until the call
// has returned; and what C borrows lives as long as the call.
#ifndef RAMUS_EXAMPLE_HPP
#define RAMUS_EXAMPLE_HPP

#include <ramus/ramus.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ramus {

class Error : public std::runtime_error {
 public:
  Error(ramus_status status, const std::string& message) : std::runtime_error(message), status_(status) {}
  ramus_status status() const { return status_; }

 private:
  ramus_status status_;
};

inline void check(ramus_status status, const ramus_error& error) {
  if (status != RAMUS_OK) throw Error(status, error.message);
}

// Takes the next bytes. It may throw: the exception leaves the call that was writing.
using Writer = std::function<void(const char* data, std::size_t size)>;

namespace detail {

struct Destroy {
  void operator()(ramus_session* session) const { ramus_session_destroy(session); }
  void operator()(ramus_model* model) const { ramus_model_destroy(model); }
  void operator()(ramus_report* report) const { ramus_report_destroy(report); }
};

// Keeps what a callback throws until C is left again.
class Caught {
 public:
  template <class Body>
  bool holds(Body body) noexcept {
    try {
      body();
      return true;
    } catch (...) {
      exception_ = std::current_exception();
      return false;
    }
  }
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::exception_ptr exception_;
};

struct Writing {
  const Writer& writer;
  Caught caught;

  static std::int32_t write(void* user, const void* data, std::size_t size) {
    Writing& self = *static_cast<Writing*>(user);
    return self.caught.holds([&] { self.writer(static_cast<const char*>(data), size); }) ? 0 : 1;
  }
};

// `call` is given a ramus_writer, its user and a place for an error.
template <class Call>
void write_through(const Writer& writer, Call call) {
  Writing writing{writer, {}};
  ramus_error error = RAMUS_ERROR_INIT;
  const ramus_status status = call(&Writing::write, &writing, &error);
  writing.caught.rethrow();
  check(status, error);
}

}  // namespace detail

// A pass of the host. It may throw: the exception leaves Model::analyze.
class Pass {
 public:
  using Run = std::function<void(const ramus_graph_view* graph, ramus_notes* notes)>;
  Pass(std::string name, Run run) : name_(std::move(name)), run_(std::move(run)) {}

  static void note(ramus_notes* notes, const char* where, const char* code, const std::string& text) {
    ramus_error error = RAMUS_ERROR_INIT;
    check(ramus_notes_add(notes, where, code, text.c_str(), &error), error);
  }

 private:
  friend class Model;
  std::string name_;
  Run run_;
};

struct AnalyzeOptions {
  std::vector<std::string> passes;    // empty: all
  std::vector<std::string> settings;  // "factors.k=16"
  std::uint64_t seed = 0;
  std::vector<Pass> host_passes;
};

class Session {
 public:
  Session() : Session(nullptr) {}
  explicit Session(const ramus_session_config* config) {
    ramus_session* session = nullptr;
    ramus_error error = RAMUS_ERROR_INIT;
    check(ramus_session_create(config, &session, &error), error);
    session_.reset(session);
  }
  void cancel() const { ramus_session_cancel(session_.get()); }  // from any thread
  void resume() const { ramus_session_resume(session_.get()); }
  ramus_session* get() const { return session_.get(); }

 private:
  std::unique_ptr<ramus_session, detail::Destroy> session_;
};

class Report {
 public:
  std::string text() const { return written("text"); }
  std::string json() const { return written("json"); }
  void write(const char* format, const Writer& writer) const {
    detail::write_through(writer, [&](ramus_writer put, void* user, ramus_error* error) {
      return ramus_report_write(report_.get(), format, put, user, error);
    });
  }
  const ramus_report* get() const { return report_.get(); }

 private:
  friend class Model;
  explicit Report(ramus_report* report) : report_(report) {}
  std::string written(const char* format) const {
    std::string text;
    write(format, [&](const char* data, std::size_t size) { text.append(data, size); });
    return text;
  }
  std::unique_ptr<ramus_report, detail::Destroy> report_;
};

// Must not outlive its session.
class Model {
 public:
  Model(const Session& session, const std::string& path) {
    ramus_model* model = nullptr;
    ramus_error error = RAMUS_ERROR_INIT;
    check(ramus_model_open(session.get(), path.c_str(), &model, &error), error);
    model_.reset(model);
  }

  Report analyze(const AnalyzeOptions& options = AnalyzeOptions()) const {
    const std::vector<const char*> passes = pointers(options.passes), settings = pointers(options.settings);
    std::vector<Running> running;
    running.reserve(options.host_passes.size());  // descriptors point at them
    std::vector<ramus_pass> descriptors;
    for (const Pass& pass : options.host_passes) {
      running.push_back(Running{pass, {}});
      ramus_pass descriptor = RAMUS_PASS_INIT;
      descriptor.name = pass.name_.c_str();
      descriptor.user = &running.back();
      descriptor.run = &Running::run;
      descriptors.push_back(descriptor);
    }
    std::vector<const ramus_pass*> host_passes;
    for (const ramus_pass& descriptor : descriptors) host_passes.push_back(&descriptor);

    ramus_analyze_options raw = RAMUS_ANALYZE_OPTIONS_INIT;
    raw.passes = passes.data();
    raw.pass_count = passes.size();
    raw.settings = settings.data();
    raw.setting_count = settings.size();
    raw.seed = options.seed;
    raw.host_passes = host_passes.data();
    raw.host_pass_count = host_passes.size();
    ramus_report* report = nullptr;
    ramus_error error = RAMUS_ERROR_INIT;
    const ramus_status status = ramus_analyze(model_.get(), &raw, &report, &error);
    Report out(report);
    for (const Running& pass : running) pass.caught.rethrow();
    check(status, error);
    return out;
  }

  void annotate(const Report& report, const Writer& writer) const {
    detail::write_through(writer, [&](ramus_writer put, void* user, ramus_error* error) {
      return ramus_annotate(model_.get(), report.get(), nullptr, put, user, error);
    });
  }
  ramus_model* get() const { return model_.get(); }

 private:
  struct Running {
    const Pass& pass;
    detail::Caught caught;

    static ramus_status run(void* user, const ramus_graph_view* graph, ramus_notes* notes, ramus_error*) {
      Running& self = *static_cast<Running*>(user);
      return self.caught.holds([&] { self.pass.run_(graph, notes); }) ? RAMUS_OK : RAMUS_CANCELLED;
    }
  };

  static std::vector<const char*> pointers(const std::vector<std::string>& strings) {
    std::vector<const char*> out;
    for (const std::string& string : strings) out.push_back(string.c_str());
    return out;
  }

  std::unique_ptr<ramus_model, detail::Destroy> model_;
};

}  // namespace ramus

#endif  // RAMUS_EXAMPLE_HPP
