// The C interface of checks.
#include "plugin/c_options.hpp"
#include "plugin/check/check_formats.hpp"
#include "plugin/check/rules_table.hpp"

namespace {

using ramus::guarded;
using ramus::Status;
using ramus::usage;

std::string_view view(const char* data, std::size_t size) {
  return data == nullptr ? std::string_view() : std::string_view(data, size);
}

ramus::Result<ramus::CheckSettings> settings_from(const ramus_check_options& options) {
  ramus::CheckSettings settings;
  if (options.settings != nullptr) {
    auto read = ramus::read_check_settings(view(options.settings, options.settings_size),
                                           options.settings_name == nullptr ? "settings" : options.settings_name);
    if (!read) return ramus::propagate(std::move(read.error()));
    settings = std::move(*read);
  }
  auto select = ramus::strings(options.select, options.select_count, "select");
  if (!select) return ramus::propagate(std::move(select.error()));
  auto ignore = ramus::strings(options.ignore, options.ignore_count, "ignore");
  if (!ignore) return ramus::propagate(std::move(ignore.error()));
  if (auto status = ramus::narrow(settings, std::move(*select), std::move(*ignore)); !status) {
    return ramus::propagate(std::move(status.error()));
  }
  if (options.fail_on != nullptr) {
    const auto severity = ramus::severity_from(options.fail_on);
    if (!severity) return usage("fail_on: '" + std::string(options.fail_on) + "': must be note, warning or error");
    settings.fail_on = *severity;
  }
  return settings;
}

ramus::Result<ramus::CheckRequest> request_from(const ramus_check_options* given, const ramus_session& session) {
  const auto options = ramus::sized<ramus_check_options>(given, RAMUS_CHECK_OPTIONS_INIT, "check options");
  if (!options) return ramus::propagate(options.error());
  ramus::CheckRequest request;
  auto analysis = ramus::options_from(options->analysis, session);
  if (!analysis) return ramus::propagate(std::move(analysis.error()));
  request.analysis = std::move(*analysis);
  if (!request.analysis.passes.empty() || !request.analysis.host_passes.empty()) {
    return usage("check options: passes are those that the rules need; leave passes and host_passes empty");
  }
  auto settings = settings_from(*options);
  if (!settings) return ramus::propagate(std::move(settings.error()));
  request.settings = std::move(*settings);
  if (options->baseline != nullptr) {
    auto baseline = ramus::read_baseline(view(options->baseline, options->baseline_size),
                                         options->baseline_name == nullptr ? "baseline" : options->baseline_name);
    if (!baseline) return ramus::propagate(std::move(baseline.error()));
    request.approved = std::move(*baseline);
  }
  request.makes_baseline = options->makes_baseline != 0;
  request.models = options->model_count == 0 ? 1 : options->model_count;
  if (auto status = ramus::check_request(request); !status) return ramus::propagate(std::move(status.error()));
  return request;
}

}  // namespace

ramus_status ramus_checker_create(ramus_session* session, const ramus_check_options* options, ramus_checker** checker,
                                  ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (session == nullptr || checker == nullptr) return usage("checker_create: NULL argument");
    auto request = request_from(options, *session);
    if (!request) return ramus::propagate(std::move(request.error()));
    *checker = new ramus_checker{session, ramus::Checker(std::move(*request))};
    return {};
  });
}

void ramus_checker_destroy(ramus_checker* checker) { delete checker; }

ramus_status ramus_checker_run(ramus_checker* checker, ramus_model* model, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (checker == nullptr || model == nullptr) return usage("checker_run: NULL argument");
    if (model->session != checker->session) return usage("checker_run: the model is of another session");
    return checker->checker.check(*model->wire, checker->session->host());
  });
}

ramus_status ramus_checker_add_failure(ramus_checker* checker, const char* path, const char* why, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (checker == nullptr || path == nullptr || why == nullptr) return usage("checker_add_failure: NULL argument");
    checker->checker.add_failure(path, why);
    return {};
  });
}

size_t ramus_checker_count(const ramus_checker* checker, const char* severity) {
  std::size_t count = 0;
  guarded(nullptr, [&]() -> Status {
    if (checker == nullptr) return {};
    const ramus::Checks& checks = checker->checker.checks();
    const auto least = severity == nullptr ? checks.fail_on : ramus::severity_from(severity);
    if (least) count = ramus::count_findings(checks, *least);
    return {};
  });
  return count;
}

ramus_status ramus_checker_write(const ramus_checker* checker, const char* format, ramus_writer writer, void* user,
                                 ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (checker == nullptr || format == nullptr || writer == nullptr) return usage("checker_write: NULL argument");
    return ramus::write_as(format, checker->checker.checks(), ramus::check_formats(), ramus::text_sink(writer, user));
  });
}

ramus_status ramus_write_rules(const char* code, const char* format, ramus_writer writer, void* user,
                               ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (format == nullptr || writer == nullptr) return usage("write_rules: NULL argument");
    auto table = code == nullptr ? ramus::rules_table(format) : ramus::describe_rule(code, format);
    if (!table) return ramus::propagate(std::move(table.error()));
    return ramus::write_whole(*table, ramus::text_sink(writer, user));
  });
}
