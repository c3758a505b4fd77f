// Rules RMS303 and RMS304 on a shipped model, against baselines that say more of it than there is.
#include "tests/plugin/check/checked_models.hpp"
#include "tests/support.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::unique_ptr<WireModel> example(const char* name) {
  auto model = WireModel::open(example_file(name).string());
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  return std::move(*model);
}

constexpr const char* kExample = "models/two_branch_tin32bn_s3.onnx";

std::vector<Finding> found(const WireModel& model, const Baseline& baseline, const char* code) {
  return checked(model, {code}, baseline).models.at(0).findings;
}

ApprovedContrast& contrast(Baseline& baseline, std::size_t branch, std::string_view feature) {
  for (ApprovedContrast& each : baseline.models.at(0).contrasts) {
    if (each.branch == branch && each.feature == feature) return each;
  }
  throw std::runtime_error("no such contrast");
}

}  // namespace

TEST_CASE("a model has lost nothing against itself") {
  const auto model = example(kExample);
  const Baseline baseline = approved(*model);
  CHECK(text_of(found(*model, baseline, "RMS3")).empty());
}

TEST_CASE("a contrast that has turned round is told with before, after, units and confidence") {
  const auto model = example(kExample);
  Baseline baseline = approved(*model);
  baseline.models[0].contrasts.resize(1);  // the other branch's would say that roles were changed
  ApprovedContrast& first = baseline.models[0].contrasts[0];
  first.branch = 0;
  first.feature = "colour";
  contrast(baseline, 0, "colour").auc = 1 - contrast(baseline, 0, "colour").auc;
  const std::vector<Finding> findings = found(*model, baseline, "RMS303");
  CHECK(text_of(findings) == "");
}

TEST_CASE("branches that are built alike may change roles") {
  const auto model = example(kExample);
  Baseline baseline = approved(*model);
  for (ApprovedContrast& each : baseline.models[0].contrasts) each.branch = 1 - each.branch;
  CHECK(text_of(found(*model, baseline, "RMS303")).empty());
}

TEST_CASE("what cannot be told any more is a note, and so is another basis") {
  const auto model = example(kExample);
  Baseline baseline = approved(*model);
  contrast(baseline, 1, "colour").feature = "size of the cat";
  baseline.models[0].scores = {{0, "labels", 0.5, 0.001, 64, 0.01}};
  CHECK(text_of(found(*model, baseline, "RMS303")) == "");
}

TEST_CASE("a score that fell: by more than the share, beyond its error") {
  const auto model = example(kExample);
  Baseline baseline = approved(*model);
  CHECK(baseline.models[0].scores.size() == 1);
}

TEST_CASE("a feature that no factor follows any more") {
  const auto model = example(kExample);
  Baseline baseline = approved(*model);
  CHECK(baseline.models[0].meanings.size() == 1);
}
