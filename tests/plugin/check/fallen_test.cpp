// Rules RMS303 and RMS304 on a shipped model, against baselines that say more of it than there is.
#include "tests/plugin/check/checked_models.hpp"
#include "tests/support.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

const WireModel& example() {
  static const auto model = WireModel::open(example_file("models/two_branch_tin32bn_s3.onnx").string());
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  return **model;
}

// One group of two branches, of 16 units each: branch 0 is coloured, branch 1 has frequency.
BaselineModel& only(Baseline& baseline) { return baseline.models.at(0); }

Baseline approved_example() {
  static const Baseline baseline = approved(example());
  return baseline;
}

std::string found(const Baseline& baseline, const char* code,
                  const std::map<std::string, double, std::less<>>& options = {}) {
  CheckSettings settings;
  settings.selection.rules[code].options = options;
  return text_of(checked(example(), {code}, baseline, false, settings).models.at(0).findings);
}

}  // namespace

TEST_CASE("a model has lost nothing against itself") {
  const Baseline baseline = approved_example();
  CHECK(found(baseline, "RMS303").empty());
  CHECK(found(baseline, "RMS304").empty());
}

TEST_CASE("a contrast that fell is told with before, after, units and confidence, and once for two branches") {
  Baseline baseline = approved_example();
  only(baseline).contrasts.push_back({0, 0, "verticality", false, 0.95, 16, 16, 1e-6});
  only(baseline).contrasts.push_back({0, 1, "verticality", false, 0.05, 16, 16, 1e-6});
  CHECK(found(baseline, "RMS303") ==
        "RMS303 warning branch 'branches.0': what set its first layer apart from the other branches' fell: verticality "
        "(AUC 0.95 -> 0.43, 16 units against 16, confidence > 0.999)\n");
  CHECK(found(baseline, "RMS303", {{"confidence", 1}}).empty());
}

TEST_CASE("a contrast that fell a little, or that few units gave, has not fallen") {
  Baseline baseline = approved_example();
  for (ApprovedContrast& each : only(baseline).contrasts) each.auc = each.auc < 0.5 ? 0.0001 : 0.9999;
  CHECK(found(baseline, "RMS303").empty());
  CHECK_FALSE(found(baseline, "RMS303", {{"fall", 0.2}}).empty());
  baseline = approved_example();
  only(baseline).contrasts.push_back({0, 0, "verticality", false, 0.8, 4, 4, 0.04});
  CHECK(found(baseline, "RMS303").empty());
}

TEST_CASE("branches that are built alike may change roles") {
  Baseline baseline = approved_example();
  for (ApprovedContrast& each : only(baseline).contrasts) each.branch = 1 - each.branch;
  CHECK(found(baseline, "RMS303").empty());
  for (ProfiledGroup& group : only(baseline).profile.groups) {
    group.structure = 1;  // now they are not, and each keeps its name
    for (std::size_t b = 0; b < group.branches.size(); ++b) group.branches[b].structure = group.branches[b].form = b;
  }
  CHECK(found(baseline, "RMS303") ==
        "RMS303 warning branch 'branches.0': what set its first layer apart from the other branches' fell: colour (AUC "
        "0.04 "
        "-> 0.96, 16 units against 16, confidence > 0.999), frequency (AUC 0.86 -> 0.14, 16 units against 16, "
        "confidence > "
        "0.999)\n");
}

TEST_CASE("what cannot be told any more is a note, and so is another basis") {
  Baseline baseline = approved_example();
  only(baseline).contrasts.push_back({0, 1, "size of the cat", false, 0.9, 16, 16, 0.01});
  only(baseline).scores = {{0, "labels", 0.5, 0.001, 64, 0.01}};
  CHECK(found(baseline, "RMS303") ==
        "RMS303 note group 'branches': its specialization was scored by labels and is scored by factors now; the two "
        "do not "
        "compare. Give the options (--labels) that the baseline was written with\n"
        "RMS303 note branch 'branches.1': what set its first layer apart in the baseline cannot be told any more: "
        "'size of the "
        "cat'\n");
}

TEST_CASE("a score that fell: by more than the share, and beyond its error") {
  Baseline baseline = approved_example();
  ApprovedScore& score = only(baseline).scores.at(0);
  score.score = 0.9;
  score.standard_error = 0.02;
  CHECK(found(baseline, "RMS303") ==
        "RMS303 warning group 'branches': its specialization fell from 0.90 (standard error 0.02, 38 units) to 0.30 "
        "(0.08, 38 "
        "units), by factors; confidence > 0.999\n");
  CHECK(found(baseline, "RMS303", {{"fall", 0.8}}).empty());
  score.score = 0.5;  // by less than half
  CHECK(found(baseline, "RMS303").empty());
  score.score = 0.7;
  score.standard_error = 0.4;  // by more, of which nobody can be sure
  CHECK(found(baseline, "RMS303").empty());
}

TEST_CASE("a feature that no factor follows any more, by how much") {
  Baseline baseline = approved_example();
  ApprovedMeaning meaning = only(baseline).meanings.back();
  meaning.feature = "brightness";
  meaning.pearson = -0.95;
  only(baseline).meanings.push_back(meaning);
  CHECK(found(baseline, "RMS304") ==
        "RMS304 note wiring '/Concat->/conv3/Conv': no factor follows linearised brightness any more in 1 pair of "
        "layers: "
        "'/Concat->/conv3/Conv' (|r| 0.95 over 64 units -> 0.17 over 64, confidence > 0.999)\n");
  CHECK(found(baseline, "RMS304", {{"fall", 0.99}}).empty());
}

TEST_CASE("pairs of layers are found again by what they compute, else by name, else a note says so") {
  Baseline baseline = approved_example();
  for (ApprovedMeaning& meaning : only(baseline).meanings) meaning.wiring = "renamed";
  CHECK(found(baseline, "RMS304").empty());
  baseline = approved_example();
  for (ApprovedMeaning& meaning : only(baseline).meanings) meaning.structure = "changed";
  CHECK(found(baseline, "RMS304").empty());
  ApprovedMeaning& last = only(baseline).meanings.back();
  last.wiring = "renamed";
  only(baseline).meanings.front().feature = "size of the cat";
  CHECK(found(baseline, "RMS304") ==
        "RMS304 note model '': 1 pair of layers whose factors had names are not found again, and were not compared: "
        "'renamed'\n"
        "RMS304 note model '': what named factors in the baseline cannot be told any more: 'size of the cat of "
        "/branches.1/conv1/Conv->/branches.1/conv2/Conv'\n");
}
