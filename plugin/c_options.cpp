#include "plugin/c_options.hpp"

#include <algorithm>

#include "plugin/c_boundary.hpp"
#include "plugin/graph_view.hpp"
#include "plugin/user_features.hpp"

namespace ramus {
namespace {

Result<std::vector<UserFeature>> features_from(const ramus_features* given) {
  const auto file = sized<ramus_features>(given, RAMUS_FEATURES_INIT, "features");
  if (!file) return propagate(file.error());
  const std::string name = file->name == nullptr ? "features" : file->name;
  if (file->data == nullptr && file->size != 0) return usage("features: data must not be NULL");
  const std::string_view bytes(static_cast<const char*>(file->data), file->size);
  return file->layer == nullptr ? read_features_json(bytes, name) : read_features_npy(bytes, name, file->layer);
}

}  // namespace

Result<std::vector<std::string>> strings(const char* const* list, std::size_t count, const char* what) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (list == nullptr) return usage(std::string(what) + ": the list is NULL");
    if (list[i] == nullptr) return usage(std::string(what) + ": entry " + std::to_string(i) + " is NULL");
    out.emplace_back(list[i]);
  }
  return out;
}

Result<AnalyzeOptions> options_from(const ramus_analyze_options* given, const ramus_session& session) {
  const auto options = sized<ramus_analyze_options>(given, RAMUS_ANALYZE_OPTIONS_INIT, "analyze options");
  if (!options) return propagate(options.error());
  auto passes = strings(options->passes, options->pass_count, "passes");
  if (!passes) return propagate(std::move(passes.error()));
  auto settings = strings(options->settings, options->setting_count, "settings");
  if (!settings) return propagate(std::move(settings.error()));
  AnalyzeOptions out;
  out.passes = std::move(*passes);
  out.settings = std::move(*settings);
  out.seed = options->seed;
  out.threads = static_cast<int>(std::min<std::uint32_t>(session.config.threads, 4096));
  if (options->labels != nullptr) {
    auto labels = read_labels(std::string_view(options->labels, options->labels_size),
                              options->labels_name == nullptr ? "labels" : options->labels_name);
    if (!labels) return propagate(std::move(labels.error()));
    out.labels = std::move(*labels);
  }
  if (options->features == nullptr && options->features_count != 0) return usage("features: the list is NULL");
  for (std::size_t i = 0; i < options->features_count; ++i) {
    if (options->features[i] == nullptr) return usage("features: entry " + std::to_string(i) + " is NULL");
    auto features = features_from(options->features[i]);
    if (!features) return propagate(std::move(features.error()));
    std::move(features->begin(), features->end(), std::back_inserter(out.features));
  }
  if (options->host_passes == nullptr && options->host_pass_count != 0) return usage("host_passes: the list is NULL");
  for (std::size_t i = 0; i < options->host_pass_count; ++i) {
    auto pass = host_pass_from(options->host_passes[i]);
    if (!pass) return propagate(std::move(pass.error()));
    out.host_passes.push_back(std::move(*pass));
  }
  return out;
}

Result<std::vector<AnalyzeOptions>> options_from(const ramus_compare_options* given, const ramus_session& session) {
  const auto options = sized<ramus_compare_options>(given, RAMUS_COMPARE_OPTIONS_INIT, "compare options");
  if (!options) return propagate(options.error());
  std::vector<AnalyzeOptions> list;
  const std::size_t count = options->analysis_count;
  if (options->analysis == nullptr && count != 0) return usage("compare options: the list is NULL");
  for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) {
    auto one = options_from(count == 0 ? nullptr : options->analysis[i], session);
    if (!one) return propagate(std::move(one.error()));
    if (!one->host_passes.empty()) return usage("compare: host_passes run in ramus_analyze only");
    list.push_back(std::move(*one));
  }
  return list;
}

ByteSink byte_sink(ramus_writer writer, void* user) {
  return [writer, user](Bytes bytes) { return writer(user, bytes.data(), bytes.size()) == 0; };
}

TextSink text_sink(ramus_writer writer, void* user) {
  return [writer, user](std::string_view text) { return writer(user, text.data(), text.size()) == 0; };
}

}  // namespace ramus
