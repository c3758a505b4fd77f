#include "plugin/passes_table.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "passes/registry.hpp"

namespace ramus {
namespace {

std::string_view name_of(PassKind kind) {
  switch (kind) {
    case PassKind::rewrite:
      return "rewrite";
    case PassKind::fusion:
      return "fusion";
    case PassKind::analysis:
      break;
  }
  return "analysis";
}

std::string to_text() {
  std::string text;
  for (const PassInfo& pass : all_passes()) {
    text += fmt::format("{:<21} {:<9} {}\n", pass.name, name_of(pass.kind), pass.summary);
    for (const OptionInfo& option : pass.options) {
      const std::string setting = fmt::format("{}.{}={}", pass.name, option.name, option.otherwise);
      text += fmt::format("  --set {:<28} {} ({})\n", setting, option.summary, option.values);
    }
  }
  return text;
}

std::string to_json() {
  auto passes = nlohmann::ordered_json::array();
  for (const PassInfo& pass : all_passes()) {
    nlohmann::ordered_json row{{"name", pass.name}, {"kind", name_of(pass.kind)}, {"summary", pass.summary}};
    row["options"] = nlohmann::ordered_json::array();
    for (const OptionInfo& option : pass.options) {
      row["options"].push_back({{"name", option.name},
                                {"default", option.otherwise},
                                {"values", option.values},
                                {"summary", option.summary}});
    }
    passes.push_back(std::move(row));
  }
  return passes.dump(1) + "\n";
}

}  // namespace

Result<std::string> passes_table(std::string_view format) {
  if (format == "text") return to_text();
  if (format == "json") return to_json();
  return failure(ErrorKind::usage, "format '" + std::string(format) + "': there are text, json");
}

}  // namespace ramus
