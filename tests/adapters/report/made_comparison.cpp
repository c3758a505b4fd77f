#include <stdexcept>

#include "tests/adapters/report/made_reports.hpp"

namespace ramus::testing {
namespace {

ProfiledGroup group_of(const std::string& name) {
  ProfiledGroup group;
  group.name = name;
  group.join = "Concat";
  group.structure = 7;
  for (const char* const branch : {"/left", "/right", "/third"}) {
    ProfiledBranch made;
    made.name = name + branch;
    group.branches.push_back(made);
  }
  ProfileSample features{ProfileBasis::features, {}, {"colour"}, {}};
  features.units.branch = {0, 0, 1, 1};
  features.units.values = (Eigen::VectorXd(4) << 1, 3, 5, 7).finished();
  ProfileSample labels{ProfileBasis::labels, name, {"curves"}, {}};
  labels.units = {{0, 1}, Eigen::VectorXd::Unit(2, 0), true};
  group.samples = {features, labels};
  return group;
}

ModelProfile model_of(const std::string& name) {
  ModelProfile model;
  model.groups = {group_of(name), group_of(name + "2")};
  model.streams = {{name, {0, 1}, {{"exact", 2}}, "4"}};
  model.operators = {{"Conv", 4}};
  return model;
}

ComparedGroup recurring_group() {
  ComparedGroup group;
  group.groups.likeness = GroupLikeness::branches;
  group.branches = {{0, 1}, {1, 0}};
  group.only_a = {2};
  group.differences = {{"kernel", "5x5", "3x3", 0}, {"closed", "yes", "no", std::nullopt}};
  ComparedProfile profile;
  profile.bases = {{ProfileBasis::features, {}, {"colour"}, 4, 4, 0.75},
                   {ProfileBasis::labels, {"mixed3a"}, {"curves"}, 2, 2, -0.5}};
  profile.agreement = {{1, 0, -1}, 0.5, 0.75, 0.25, 0.01, 0.02, 0.02, 99};
  profile.q = 0.04;
  profile.orders = 2;
  group.profile = profile;
  return group;
}

}  // namespace

Comparison made_comparison(const std::string& name) {
  Comparison comparison;
  comparison.tool_version = "0.1.0";
  comparison.options = {{"factors.k", "8"}, {"seed", "0"}};
  for (const char* const path : {"a", "b", "c"}) {
    ReportModel model;
    model.path = std::string("models/") + path + ".onnx";
    model.digest = "sha256:" + std::string(64, '0');
    model.nodes = 18;
    model.parameters = 103'016;
    comparison.models.push_back(model);
    comparison.notes.push_back({{name, "few-units", "no score"}});
    comparison.profiles.push_back(model_of(name));
  }
  ComparedModels first, second;
  first.groups = {recurring_group()};
  first.only_a = {1};
  first.only_b = {1};
  first.streams.pairs = {
      {0, 0, {{"blocks", "2", "3", std::nullopt}, {"paths", std::string(40, '9'), "8", std::nullopt}}}};
  first.operators = {{"Conv", 4, 5}};
  second.groups = {recurring_group()};
  second.groups[0].differences = {{"attributes", {}, {}, 1}, {"order", {}, {}, std::nullopt}};
  second.groups[0].holds_differences = true;
  second.groups[0].profile->agreement.permutations = 0;
  second.groups[0].profile->orders = std::nullopt;
  second.streams.only_a = {0};
  second.streams.only_b = {0};
  comparison.against_first = {first, second};
  return comparison;
}

std::string written_as(std::string_view format, const Comparison& comparison) {
  std::string text;
  for (const ComparisonFormat& row : comparison_formats()) {
    if (row.name != format) continue;
    const Status status = row.write(comparison, [&](std::string_view piece) {
      text += piece;
      return true;
    });
    if (!status) throw std::runtime_error(status.error().message);
  }
  return text;
}

}  // namespace ramus::testing
