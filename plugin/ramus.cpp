// The C interface: argument checks, and what each function calls. ramus_checks.cpp has those of checks.
#include "plugin/ramus.h"

#include <algorithm>

#include "plugin/annotations.hpp"
#include "plugin/c_options.hpp"
#include "plugin/comparison_formats.hpp"
#include "plugin/onnx/rewrite_writer.hpp"
#include "plugin/passes_table.hpp"
#include "plugin/reattach/reattach.hpp"
#include "plugin/report_formats.hpp"
#include "plugin/rewrite.hpp"
#include "plugin/version.hpp"

namespace {

using ramus::byte_sink;
using ramus::guarded;
using ramus::options_from;
using ramus::sized;
using ramus::Status;
using ramus::text_sink;
using ramus::usage;
using ramus::write_as;

Status keep_model(ramus_session* session, ramus::Result<std::unique_ptr<ramus::WireModel>> opened,
                  ramus_model** model) {
  if (!opened) return ramus::propagate(std::move(opened.error()));
  *model = new ramus_model{session, std::move(*opened)};
  return {};
}

spdlog::level::level_enum level_of(std::int32_t level) {
  return static_cast<spdlog::level::level_enum>(std::clamp<std::int32_t>(level, 0, spdlog::level::off));
}

}  // namespace

const char* ramus_version(void) { return ramus::version(); }

ramus_status ramus_session_create(const ramus_session_config* config, ramus_session** session, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (session == nullptr) return usage("session: must not be NULL");
    const auto whole = sized<ramus_session_config>(config, RAMUS_SESSION_CONFIG_INIT, "session config");
    if (!whole) return ramus::propagate(whole.error());
    auto made = std::make_unique<ramus_session>();
    made->config = *whole;
    const auto callback = made->config.log;
    void* user = made->config.log_user;
    made->log = ramus::make_logger(
        [callback, user](spdlog::level::level_enum level, const char* text) {
          if (callback != nullptr) callback(user, static_cast<std::int32_t>(level), text);
        },
        callback == nullptr ? spdlog::level::off : level_of(made->config.log_level));
    *session = made.release();
    return {};
  });
}

void ramus_session_destroy(ramus_session* session) { delete session; }

void ramus_session_cancel(ramus_session* session) {
  if (session != nullptr) session->cancelled.store(true);
}

void ramus_session_resume(ramus_session* session) {
  if (session != nullptr) session->cancelled.store(false);
}

ramus_status ramus_model_open(ramus_session* session, const char* path, ramus_model** model, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (session == nullptr || path == nullptr || model == nullptr) return usage("model_open: NULL argument");
    return keep_model(session, ramus::WireModel::open(path), model);
  });
}

ramus_status ramus_model_open_memory(ramus_session* session, const void* data, size_t size, const char* base_directory,
                                     ramus_model** model, ramus_error* error) {
  return ramus_model_open_named(session, data, size, base_directory, nullptr, model, error);
}

ramus_status ramus_model_open_named(ramus_session* session, const void* data, size_t size, const char* base_directory,
                                    const char* name, ramus_model** model, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (session == nullptr || model == nullptr || (data == nullptr && size != 0)) {
      return usage("model_open_memory: NULL argument");
    }
    const ramus::Bytes bytes(static_cast<const std::byte*>(data), size);
    return keep_model(session,
                      ramus::WireModel::from_memory(bytes, base_directory == nullptr ? "" : base_directory, {},
                                                    name == nullptr ? "model" : name),
                      model);
  });
}

void ramus_model_destroy(ramus_model* model) { delete model; }

ramus_status ramus_analyze(ramus_model* model, const ramus_analyze_options* options, ramus_report** report,
                           ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr || report == nullptr) return usage("analyze: NULL argument");
    auto wanted = options_from(options, *model->session);
    if (!wanted) return ramus::propagate(std::move(wanted.error()));
    auto made = ramus::analyze(*model->wire, *wanted, model->session->host());
    if (!made) return ramus::propagate(std::move(made.error()));
    for (const ramus::Note& note : made->notes) model->session->log->info("{}: {}", note.where, note.text);
    *report = new ramus_report{std::move(*made)};
    return {};
  });
}

ramus_status ramus_report_read(ramus_session* session, const char* json, size_t size, ramus_report** report,
                               ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (session == nullptr || json == nullptr || report == nullptr) return usage("report_read: NULL argument");
    auto read = ramus::read_report_json(std::string_view(json, size));
    if (!read) return ramus::propagate(std::move(read.error()));
    *report = new ramus_report{std::move(*read)};
    return {};
  });
}

void ramus_report_destroy(ramus_report* report) { delete report; }

ramus_status ramus_report_write(const ramus_report* report, const char* format, ramus_writer writer, void* user,
                                ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (report == nullptr || format == nullptr || writer == nullptr) return usage("report_write: NULL argument");
    return write_as(format, report->report, ramus::report_formats(), text_sink(writer, user));
  });
}

ramus_status ramus_write_passes(const char* format, ramus_writer writer, void* user, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (format == nullptr || writer == nullptr) return usage("write_passes: NULL argument");
    auto table = ramus::passes_table(format);
    if (!table) return ramus::propagate(std::move(table.error()));
    return ramus::write_whole(*table, text_sink(writer, user));
  });
}

ramus_status ramus_compare(ramus_model* const* models, size_t count, const ramus_compare_options* options,
                           ramus_comparison** comparison, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    const bool all_there = models != nullptr && std::find(models, models + count, nullptr) == models + count;
    if (!all_there || count == 0 || comparison == nullptr) return usage("compare: NULL argument");
    ramus_session& session = *models[0]->session;
    std::vector<const ramus::WireModel*> wires;
    for (std::size_t m = 0; m < count; ++m) {
      if (models[m]->session != &session) return usage("compare: the models are of different sessions");
      wires.push_back(models[m]->wire.get());
    }
    auto wanted = options_from(options, session);
    if (!wanted) return ramus::propagate(std::move(wanted.error()));
    auto made = ramus::compare(wires, *wanted, session.host());
    if (!made) return ramus::propagate(std::move(made.error()));
    for (const auto& notes : made->notes) {
      for (const ramus::Note& note : notes) session.log->info("{}: {}", note.where, note.text);
    }
    *comparison = new ramus_comparison{std::move(*made)};
    return {};
  });
}

void ramus_comparison_destroy(ramus_comparison* comparison) { delete comparison; }

ramus_status ramus_comparison_write(const ramus_comparison* comparison, const char* format, ramus_writer writer,
                                    void* user, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (comparison == nullptr || format == nullptr || writer == nullptr)
      return usage("comparison_write: NULL argument");
    return write_as(format, comparison->comparison, ramus::comparison_formats(), text_sink(writer, user));
  });
}

ramus_status ramus_annotate(ramus_model* model, const ramus_report* report, const ramus_annotate_options* options,
                            ramus_writer writer, void* user, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr || report == nullptr || writer == nullptr) return usage("annotate: NULL argument");
    const auto wanted = sized<ramus_annotate_options>(options, RAMUS_ANNOTATE_OPTIONS_INIT, "annotate options");
    if (!wanted) return ramus::propagate(ramus::Error(wanted.error()));
    const ramus::ForeignAnnotations foreign{wanted->write_namespace != 0, wanted->write_layer_ann != 0};
    auto annotations = ramus::annotations_from(report->report, *model->wire, foreign);
    if (!annotations) return ramus::propagate(std::move(annotations.error()));
    const auto taken = ramus::annotate(*model->wire, *annotations, byte_sink(writer, user));
    if (!taken) return ramus::propagate(ramus::Error(taken.error()));
    for (const auto& [key, nodes] : *taken) {
      model->session->log->info("{} nodes keep the '{}' that they have", nodes, key);
    }
    return {};
  });
}

ramus_status ramus_reattach(ramus_model* model, const ramus_report* report, ramus_report** reattached,
                            ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr || report == nullptr || reattached == nullptr) return usage("reattach: NULL argument");
    auto found = ramus::reattach(report->report, *model->wire, model->session->host());
    if (!found) return ramus::propagate(std::move(found.error()));
    for (const std::string& line : found->lines) model->session->log->info("{}", line);
    *reattached = new ramus_report{std::move(found->report)};
    return {};
  });
}

ramus_status ramus_strip(ramus_model* model, ramus_writer writer, void* user, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr || writer == nullptr) return usage("strip: NULL argument");
    return ramus::strip(*model->wire, byte_sink(writer, user));
  });
}

ramus_status ramus_rewrite(ramus_model* model, const char* form, ramus_writer writer, void* user, ramus_error* error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr || form == nullptr || writer == nullptr) return usage("rewrite: NULL argument");
    const auto say = [&](const std::string& line) { model->session->log->info("{}", line); };
    return ramus::rewrite(*model->wire, form, model->session->host(), say, byte_sink(writer, user));
  });
}

int32_t ramus_model_has_external_data(const ramus_model* model) {
  return model != nullptr && ramus::has_external_data(*model->wire) ? 1 : 0;
}
