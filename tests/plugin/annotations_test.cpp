// What annotations hold, beyond what whole models show.
#include "plugin/annotations.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "plugin/onnx/digest.hpp"
#include "tests/plugin/onnx/message.hpp"
#include "tests/plugin/onnx/splicing.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

Report report_of(const WireModel& model, std::size_t groups) {
  Report report;
  report.model.digest = model_digest(model, [] { return false; }).value();
  for (std::size_t g = 0; g < groups; ++g) {
    ReportGroup& group = report.groups.emplace_back();
    group.id = "g" + std::to_string(g);
    group.name = "block" + std::to_string(g);
    group.kind = "residual";
    group.branches.resize(2);
    for (std::size_t b = 0; b < 2; ++b) group.branches[b].name = group.name + "/arm" + std::to_string(b);
  }
  return report;
}

}  // namespace

TEST_CASE("a list that viewers would cut goes on under further keys, each a list of its own") {
  const auto model = opened(model_message(relu_graph()).text());
  for (const std::size_t groups : {std::size_t{1}, std::size_t{9}, std::size_t{60}}) {
    CAPTURE(groups);
    const auto annotations = annotations_from(report_of(*model, groups), *model);
    REQUIRE(annotations.has_value());
    std::vector<std::string> ids;
    std::size_t part = 0;
    for (const MetadataEntry& entry : annotations->graphs.at("").graph) {
      CHECK(entry.key == "ramus.groups" + (part == 0 ? "" : "." + std::to_string(part)));
      CHECK(entry.value.size() <= 2000);
      for (const auto& group : nlohmann::json::parse(entry.value)) ids.push_back(group["id"]);
      ++part;
    }
    CHECK((part > 1) == (groups == 60));
    REQUIRE(ids.size() == groups);
    CHECK(ids.back() == "g" + std::to_string(groups - 1));
  }
}

TEST_CASE("what names layers has none of the marks of the setting that does") {
  const auto model = opened(model_message(relu_graph()).text());
  Report report = report_of(*model, 1);
  report.groups[0].name = "a (b); c=d, e";
  report.groups[0].branches[0].name = "arm";
  report.groups[0].branches[0].nodes = {{"#0:Relu", 0}};
  const auto annotations = annotations_from(report, *model, {.name_spaces = true, .layers = true});
  REQUIRE(annotations.has_value());
  std::map<std::string, std::string> entries;
  for (const MetadataEntry& entry : annotations->graphs.at("").nodes.at(0)) entries[entry.key] = entry.value;
  CHECK(entries["namespace"] == "a (b), c=d, e/arm");
  CHECK(entries["layer_ann"] == "a__b___c_d__e/arm");
}
