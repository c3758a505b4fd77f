// Baselines: written, read again, and read where they are not what they say.
#include "plugin/check/baseline.hpp"

#include <nlohmann/json.hpp>

#include "adapters/checks/checks.hpp"
#include "passes/comparison.hpp"
#include "tests/plugin/check/checked_models.hpp"
#include "tests/support.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

using Json = nlohmann::ordered_json;

std::string written(const Checks& checks) {
  std::string text;
  const auto status = write_baseline(checks, [&](std::string_view piece) {
    text += piece;
    return true;
  });
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  return text;
}

BaselineModel made_model() {
  BaselineModel model;
  model.path = "models/a \"quoted\".onnx";
  model.digest = "sha256:" + std::string(64, '0');
  ProfiledBranch plain;
  plain.name = "a";
  plain.structure = 0xfedcba9876543210;  // beyond what a double holds
  plain.form = 1;
  plain.operators = "Conv Relu";
  plain.widths = {16, 32};
  plain.units = 32;
  plain.parameters = std::int64_t{1} << 60;
  plain.kernel = {{5, 3}};
  ProfiledBranch skip;
  skip.name = "b";
  skip.skip = true;
  ProfiledGroup outer;
  outer.name = "outer";
  outer.kind = BranchKind::residual;
  outer.join = "Add";
  outer.structure = 0xffffffffffffffff;
  outer.branches = {plain, skip};
  ProfiledGroup inner = outer;
  inner.name = "inner";
  inner.kind = BranchKind::experts;
  inner.closed = false;
  inner.parent = 0;
  model.profile.groups = {outer, inner};
  ProfiledStream stream;
  stream.name = "outer ... inner";
  stream.groups = {0, 1};
  stream.links = {{"exact", 2}};
  stream.paths = "4";
  model.profile.streams = {stream};
  model.scores = {{1, "factors", 0.25, 0.001, 256, 0.04}};
  model.contrasts = {{0, 1, "colour", true, 0.96875, 32, 224, 1e-9}};
  model.meanings = {{"conv1->conv2", "0123456789abcdef0123456789abcdef", "colour", false, -0.75, 64}};
  model.findings = {{"RMS202", "ff00", Severity::warning, "nothing reads it"}};
  return model;
}

Checks made_checks() {
  Checks checks;
  checks.baseline.tool_version = "1.2.3";
  checks.baseline.models = {made_model()};
  return checks;
}

bool same(const ProfiledBranch& a, const ProfiledBranch& b) {
  return a.name == b.name && a.structure == b.structure && a.form == b.form && a.operators == b.operators &&
         a.skip == b.skip && a.projection == b.projection && a.widths == b.widths && a.units == b.units &&
         a.parameters == b.parameters && a.kernel == b.kernel;
}

bool same(const ProfiledGroup& a, const ProfiledGroup& b) {
  return a.name == b.name && a.kind == b.kind && a.join == b.join && a.closed == b.closed &&
         a.structure == b.structure && a.parent == b.parent &&
         std::equal(a.branches.begin(), a.branches.end(), b.branches.begin(), b.branches.end(),
                    [](const ProfiledBranch& x, const ProfiledBranch& y) { return same(x, y); });
}

bool same(const ProfiledStream& a, const ProfiledStream& b) {
  return a.name == b.name && a.groups == b.groups && a.links == b.links && a.paths == b.paths;
}

std::string wrong(const Json& json) {
  const auto read = read_baseline(json.dump(), "approved.json");
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().kind == ErrorKind::invalid_input);
  CHECK(read.error().message.find('\n') == std::string::npos);
  return read.error().message;
}

// What is said where the value at a place is another one.
std::string wrong_at(const char* place, Json value) {
  Json json = Json::parse(written(made_checks()));
  json[Json::json_pointer(place)] = std::move(value);
  return wrong(json);
}

}  // namespace

TEST_CASE("a baseline comes back as it was, and is written alike again") {
  const Checks checks = made_checks();
  const std::string text = written(checks);
  const auto read = read_baseline(text, "approved.json");
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->tool_version == "1.2.3");
  REQUIRE(read->models.size() == 1);
  const BaselineModel &before = checks.baseline.models[0], &after = read->models[0];
  CHECK(after.path == before.path);
  CHECK(after.digest == before.digest);
  REQUIRE(after.profile.groups.size() == 2);
  for (std::size_t g = 0; g < 2; ++g) CHECK(same(after.profile.groups[g], before.profile.groups[g]));
  REQUIRE(after.profile.streams.size() == 1);
  CHECK(same(after.profile.streams[0], before.profile.streams[0]));
  CHECK(after.scores == before.scores);
  CHECK(after.contrasts == before.contrasts);
  CHECK(after.meanings == before.meanings);
  CHECK(after.findings == before.findings);
  Checks again;
  again.baseline = *read;
  CHECK(written(again) == text);
}

TEST_CASE("a shipped model's baseline comes back byte for byte, and holds what its report says") {
  const auto model = WireModel::open(example_file("models/two_branch_tin32bn_s3.onnx").string());
  REQUIRE(model.has_value());
  const Checks checks = checked(**model, {"RMS2"}, {}, true);
  const std::string text = written(checks);
  const auto read = read_baseline(text, "approved.json");
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  Checks again;
  again.baseline = *read;
  CHECK(written(again) == text);
  const BaselineModel& kept = read->models.at(0);
  CHECK(kept.profile.groups.at(0).branches.size() == 2);
  CHECK_FALSE(kept.contrasts.empty());
  CHECK_FALSE(kept.meanings.empty());
}

TEST_CASE("a file that is no baseline says what it is, and where") {
  CHECK(read_baseline("", "approved.json").error().message.rfind("approved.json: is not JSON", 0) == 0);
  CHECK(wrong(Json::object()) == "approved.json: schema: is missing");
  CHECK(wrong(Json::array()) == "approved.json: schema: is missing");
  CHECK(wrong_at("/schema", "ramus.report/1") ==
        "approved.json: schema: is 'ramus.report/1', not 'ramus.baseline/1'; ramus check MODELS --write-baseline FILE "
        "writes a "
        "baseline");
  CHECK(wrong_at("/models", Json::object()) == "approved.json: models: must be a list");
  CHECK(wrong_at("/models/0/groups/0/structure", 12) ==
        "approved.json: models[0].groups[0].structure: must be a string");
  for (const char* const hash :
       {"", "1", "0123456789abcdeg", "0x23456789abcdef", "-123456789abcdef", "0123456789abcdef0"}) {
    CHECK(wrong_at("/models/0/groups/0/structure", hash) ==
          "approved.json: models[0].groups[0].structure: must be 16 digits of hex");
  }
  CHECK(wrong_at("/models/0/groups/0/kind", "ring") ==
        "approved.json: models[0].groups[0].kind: is no kind of branches");
  CHECK(wrong_at("/models/0/groups/1/branches/0/kernel", {1, 2, 3}) ==
        "approved.json: models[0].groups[1].branches[0].kernel: must be a height and a width");
  CHECK(wrong_at("/models/0/scores/0/score", 1.5) == "approved.json: models[0].scores[0].score: must lie in [0, 1]");
  CHECK(wrong_at("/models/0/scores/0/standard_error", -1) ==
        "approved.json: models[0].scores[0].standard_error: must not be negative");
  CHECK(wrong_at("/models/0/contrasts/0/n", {0, 3}) ==
        "approved.json: models[0].contrasts[0].n: must be two numbers of units");
  CHECK(wrong_at("/models/0/meanings/0/pearson", 2) ==
        "approved.json: models[0].meanings[0].pearson: must lie in [-1, 1]");
}

TEST_CASE("places of a baseline are those of what it holds") {
  CHECK(wrong_at("/models/0/groups/0/parent", 0) ==
        "approved.json: models[0].groups[0].parent: is the place of no group before this one");
  CHECK(wrong_at("/models/0/groups/1/parent", 1) ==
        "approved.json: models[0].groups[1].parent: is the place of no group before this one");
  CHECK(wrong_at("/models/0/streams/0/groups", Json::array()) ==
        "approved.json: models[0].streams[0].groups: must not be empty");
  CHECK(wrong_at("/models/0/streams/0/groups", {7}) ==
        "approved.json: models[0].streams[0].groups[0]: is the place of no group");
  CHECK(wrong_at("/models/0/scores/0/group", 2) ==
        "approved.json: models[0].scores[0].group: is the place of no group");
  CHECK(wrong_at("/models/0/contrasts/0/branch", 1u << 31) ==
        "approved.json: models[0].contrasts[0].branch: is the place of no branch");
}

TEST_CASE("what a hostile baseline says is one line, and takes no memory") {
  CHECK(wrong_at("/schema", std::string(10000, '\n')).size() < 400);
  const std::string deep(100000, '[');
  CHECK(read_baseline(deep, "b").error().message == "b: lists and objects nest too deeply");
  const auto huge = R"({"schema": "ramus.baseline/1", "tool": {"version": ""}, "models": 1e400})";
  CHECK(read_baseline(huge, "b").error().message == "b: is not JSON: a number is too large");
}

TEST_CASE("every field that is left out or null is missed by its path") {
  const Json whole = Json::parse(written(made_checks()));
  int fields = 0;
  const Json flat = whole.flatten();
  for (const auto& [path, value] : flat.items()) {
    Json less = whole;
    const Json::json_pointer place(path);
    const std::string key = place.back();
    if (key == "parent" || key == "kernel" || path == "/tool/name") continue;
    if (less[place.parent_pointer()].is_array()) continue;
    less[place.parent_pointer()].erase(key);
    if (path.find("/links/") != std::string::npos) continue;  // keys of a map
    ++fields;
    CHECK_MESSAGE(wrong(less).find(key + ": is missing") != std::string::npos, path);
  }
  CHECK(fields > 40);
}

TEST_CASE("whatever stands in a field: it is read and can be compared, or one line says where it is wrong") {
  const Json whole = Json::parse(written(made_checks()));
  const Json flat = whole.flatten();
  const BaselineModel other = made_model();
  const std::vector<Json> values{
      nullptr,       true,           -1,  1,          (std::uint64_t{1} << 63), 1e308, "", "\n\0\xff",
      Json::array(), Json::object(), 0.5, "residual", Json::array({0, 0})};
  int read_again = 0, wrong_fields = 0;
  for (const auto& [path, value] : flat.items()) {
    for (const Json& replacement : values) {
      Json changed = whole;
      changed[Json::json_pointer(path)] = replacement;
      const auto read = read_baseline(changed.dump(-1, ' ', false, Json::error_handler_t::replace), "b");
      if (!read) {
        ++wrong_fields;
        CHECK_MESSAGE(read.error().message.rfind("b: ", 0) == 0, path);
        continue;
      }
      ++read_again;
      for (const BaselineModel& model : read->models) {
        CHECK(compare_models(model.profile, other.profile, {}).has_value());
        CHECK(compare_models(other.profile, model.profile, {}).has_value());
      }
    }
  }
  CHECK(wrong_fields > 400);
  CHECK(read_again > 100);
}

TEST_CASE("checks that were made without a baseline cannot write one") {
  Checks checks;
  checks.models.emplace_back().path = "a.onnx";
  const auto status = write_baseline(checks, [](std::string_view) { return true; });
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().kind == ErrorKind::usage);
}

TEST_CASE("the approved model is that of the path, or the only one where one is checked") {
  Baseline baseline;
  baseline.models.resize(1);
  baseline.models[0].path = "a.onnx";
  CHECK(baseline.find("b.onnx", true) == &baseline.models[0]);
  CHECK(baseline.find("b.onnx", false) == nullptr);
  CHECK(baseline.find("a.onnx", false) == &baseline.models[0]);
  baseline.models.resize(2);
  CHECK(baseline.find("b.onnx", true) == nullptr);
}
