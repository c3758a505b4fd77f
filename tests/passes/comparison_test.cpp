#include "passes/comparison.hpp"

#include <doctest/doctest.h>

#include "passes/profile_table.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

ModelProfile profile(const std::string& text, const std::vector<UserFeature>& features = {},
                     const LabelsFile* labels = nullptr) {
  const Wanted wanted{.passes = {"residual-streams", "specialization"},
                      .labels = labels,
                      .features = features.empty() ? nullptr : &features};
  const Analysed analysed = analyse(text, wanted);
  ModelProfile made;
  add_to_profile(*analysed.graph, analysed.findings, "", made);
  return made;
}

ComparedModels compared(const ModelProfile& a, const ModelProfile& b) { return *compare_models(a, b, {}); }

// "0-1 1-0", then what one model has alone.
std::string matches(const ComparedGroup& group) {
  std::string text;
  for (const auto& [a, b] : group.branches) {
    text += (text.empty() ? "" : " ") + std::to_string(a) + "-" + std::to_string(b);
  }
  for (const std::size_t a : group.only_a) text += " a" + std::to_string(a);
  for (const std::size_t b : group.only_b) text += " b" + std::to_string(b);
  return text;
}

// "kernel 5x5 -> 3x3 (1)" with the branch, one after the other.
std::string differences(const std::vector<Difference>& list) {
  std::string text;
  for (const Difference& difference : list) {
    text += (text.empty() ? "" : "; ") + difference.what;
    if (!difference.before.empty()) text += " " + difference.before + " -> " + difference.after;
    if (difference.branch) text += " (" + std::to_string(*difference.branch) + ")";
  }
  return text;
}

bool is_silent(const ComparedModels& models) {
  const auto silent = [](const auto& pair) { return pair.differences.empty(); };
  const auto whole = [](const ComparedGroup& group) { return group.only_a.empty() && group.only_b.empty(); };
  return models.only_a.empty() && models.only_b.empty() && models.operators.empty() && models.streams.only_a.empty() &&
         models.streams.only_b.empty() && std::all_of(models.groups.begin(), models.groups.end(), silent) &&
         std::all_of(models.groups.begin(), models.groups.end(), whole) &&
         std::all_of(models.streams.pairs.begin(), models.streams.pairs.end(), silent);
}

const char* const kTwins =
    "x:[1,4,8,8] -> y : a = Conv(x, A:float[12,4,3,3]); b = Conv(x, B:float[12,4,3,3]); y = Concat[axis=1](a, b)";
const char* const kGrouped =
    "x:[1,4,8,8] -> y : c = Conv(x, C:float[24,4,3,3]); y = Conv[group=2](c, D:float[24,12,1,1])";

// A feature of the join's 24 channels: `high` in those of one half, and a little that tells units apart.
UserFeature feature(int high_half, const std::string& layer = "y") {
  UserFeature made{"f.json", layer, "height", {}};
  for (int unit = 0; unit < 24; ++unit) {
    made.values.push_back((unit / 12 == high_half ? 5 : 0) + 0.1 * ((unit * 7) % 5));
  }
  return made;
}

UserFeature mixed_feature() {
  UserFeature made{"f.json", "y", "height", {}};
  for (int unit = 0; unit < 24; ++unit) made.values.push_back((unit % 2 == 0 ? 5 : 0) + 0.1 * ((unit * 7) % 5));
  return made;
}

const char* const kModule =
    "x:[1,8,8,8] -> y : a = Conv(x, A:float[6,8,1,1]); b1 = Conv(x, B1:float[4,8,1,1]); b2 = Conv[pads=[2,2,2,2]](b1, "
    "B2:float[6,4,5,5]); c = MaxPool[kernel_shape=[3,3], pads=[1,1,1,1]](x); y = Concat[axis=1](a, b2, c)";

std::string blocks(int count, int odd = -1, int without = -1) {
  std::string text = "x:[1,4,8,8] -> out : ", trunk = "x";
  for (int i = 0; i < count; ++i) {
    if (i == without) continue;
    const std::string n = std::to_string(i);
    text += "c" + n + " = Conv(" + trunk + ", W" + n + ":float[4,4,1,1]); r" + n + " = " +
            (i == odd ? "Tanh" : "Relu") + "(c" + n + "); s" + n + " = Add(" + trunk + ", r" + n + "); ";
    trunk = "s" + n;
  }
  return text + "out = Sigmoid(" + trunk + ")";
}

}  // namespace

TEST_CASE("a network with itself: every branch is itself, and nothing differs") {
  const std::string nested =
      "x:[1,4,8,8] -> y : a = Conv(x, A:float[4,4,1,1]); b = Conv(a, B:float[4,4,1,1]); s = Add(a, b); c = Conv(x, "
      "C:float[4,4,1,1]); y = Concat[axis=1](s, c)";
  for (const std::string& text : {std::string(kTwins), std::string(kModule), nested, blocks(6, 3)}) {
    const ModelProfile model = profile(text);
    const ComparedModels models = compared(model, model);
    CHECK(is_silent(models));
    CHECK(models.groups.size() == model.groups.size());
    for (const ComparedGroup& group : models.groups) {
      CHECK(group.groups.a == group.groups.b);
      CHECK(group.groups.likeness == GroupLikeness::structure);
      for (const auto& [a, b] : group.branches) CHECK(a == b);
    }
  }
}

TEST_CASE("weights and names do not count as structure") {
  CHECK(is_silent(compared(profile(kTwins), profile("x:[1,4,8,8] -> z : p = Conv(x, P:float[12,4,3,3]); q = Conv(x, "
                                                    "Q:float[12,4,3,3]); z = Concat[axis=1](p, q)"))));
}

TEST_CASE("branches that are built alike are assigned by their profiles") {
  const ModelProfile left = profile(kTwins, {feature(0)}), right = profile(kTwins, {feature(1)});
  CHECK(matches(compared(left, left).groups.at(0)) == "0-0 1-1");
  const ComparedModels turned = compared(left, right);
  CHECK(matches(turned.groups.at(0)) == "0-1 1-0");
  CHECK(turned.groups.at(0).differences.empty());
  const ComparedProfile& found = turned.groups.at(0).profile.value();
  CHECK(found.bases.at(0).basis == ProfileBasis::features);
  CHECK(found.bases.at(0).columns == std::vector<std::string>{"height"});
  CHECK(found.bases.at(0).units_a == 24);
  CHECK(found.agreement.correlation > 0.99);
  CHECK(found.agreement.p == doctest::Approx(0.001));
  CHECK(found.q == doctest::Approx(0.001));
  CHECK(found.orders == 2);
}

TEST_CASE("units shuffled between the branches: no recurrence") {
  const ComparedModels models = compared(profile(kTwins, {feature(0)}), profile(kTwins, {mixed_feature()}));
  CHECK(models.groups.at(0).profile.value().agreement.p > 0.05);
}

TEST_CASE("structure decides before profiles do") {
  UserFeature a{"f.json", "a", "height", {9, 9, 9, 9, 9, 8}}, b{"f.json", "b1", "height", {0, 0, 0, 1}};
  UserFeature other_a{"f.json", "a", "height", {0, 0, 0, 0, 0, 1}}, other_b{"f.json", "b1", "height", {9, 9, 9, 8}};
  const ComparedModels models = compared(profile(kModule, {a, b}), profile(kModule, {other_a, other_b}));
  CHECK(matches(models.groups.at(0)) == "0-0 1-1 2-2");
  CHECK(models.groups.at(0).profile.value().agreement.correlation < -0.5);
  CHECK(models.groups.at(0).profile.value().orders == 1);
}

TEST_CASE("the explicit and the grouped form have one profile") {
  const std::string separate_text =
      "x:[1,4,8,8] -> z : a = Conv(x, A:float[12,4,3,3]); b = Conv(x, B:float[12,4,3,3]); a2 = Conv(a, "
      "A2:float[12,12,1,1]); b2 = Conv(b, B2:float[12,12,1,1]); z = Concat[axis=1](a2, b2)";
  const std::vector<double> values = feature(0).values;
  const UserFeature high{"f.json", "a", "height", {values.begin(), values.begin() + 12}};
  const UserFeature low{"f.json", "b", "height", {values.begin() + 12, values.end()}};
  const ComparedModels models = compared(profile(separate_text, {high, low}), profile(kGrouped, {feature(1, "c")}));
  REQUIRE(models.groups.size() == 1);
  CHECK(models.groups[0].groups.likeness == GroupLikeness::form);
  CHECK(differences(models.groups[0].differences) == "kind concat -> grouped");
  CHECK(matches(models.groups[0]) == "0-1 1-0");
  CHECK(models.groups[0].profile.value().agreement.correlation > 0.99);
}

TEST_CASE("labels decide where both networks have them") {
  std::vector<std::int64_t> first, second;
  for (std::int64_t unit = 0; unit < 12; ++unit) {
    first.push_back(unit);
    second.push_back(unit + 12);
  }
  const LabelsFile left{"l.json", {{"y", {{"curves", first}, {"rest", second}}}}};
  const LabelsFile right{"l.json", {{"y", {{"curves", second}, {"rest", first}}}}};
  const ComparedModels models = compared(profile(kTwins, {feature(0)}, &left), profile(kTwins, {feature(0)}, &right));
  const ComparedProfile& found = models.groups.at(0).profile.value();
  CHECK(matches(models.groups.at(0)) == "0-1 1-0");
  CHECK(found.bases.at(0).basis == ProfileBasis::labels);
  CHECK(found.bases.at(0).layers == std::vector<std::string>{"y"});
  CHECK(found.agreement.correlation == doctest::Approx(1));
  CHECK(found.bases.at(1).basis == ProfileBasis::features);
  CHECK(found.bases.at(1).correlation < -0.99);  // the assignment is that of the labels
}

TEST_CASE("a kernel that was changed, and nothing else, is said") {
  std::string changed = kModule;
  changed.replace(changed.find("6,4,5,5"), 7, "6,4,3,3");
  changed.replace(changed.find("pads=[2,2,2,2]"), 14, "pads=[1,1,1,1]");
  const ComparedModels models = compared(profile(kModule), profile(changed));
  CHECK(differences(models.groups.at(0).differences) == "kernel 5x5 -> 3x3 (1); parameters 632 -> 248 (1)");
  CHECK(matches(models.groups.at(0)) == "0-0 1-1 2-2");
  CHECK(models.operators.empty());
}

TEST_CASE("a branch that was removed is lost, and the others stay what they are") {
  const char* const without =
      "x:[1,8,8,8] -> y : a = Conv(x, A:float[6,8,1,1]); c = MaxPool[kernel_shape=[3,3], pads=[1,1,1,1]](x); "
      "y = Concat[axis=1](a, c)";
  const ComparedModels models = compared(profile(kModule), profile(without));
  CHECK(matches(models.groups.at(0)) == "0-0 2-1 a1");
  CHECK(models.groups.at(0).differences.empty());
  CHECK(models.operators.at(0).op == "Conv");
  CHECK(matches(compared(profile(without), profile(kModule)).groups.at(0)) == "0-0 1-2 b1");
}

TEST_CASE("operators and attributes that differ inside a branch are told") {
  CHECK(differences(compared(profile(blocks(3)), profile(blocks(3, 1))).groups.at(1).differences) ==
        "operators Conv Relu -> Conv Tanh (1)");
  std::string other = kModule;
  other.replace(other.find("MaxPool["), 8, "MaxPool[ceil_mode=1, ");
  CHECK(differences(compared(profile(kModule), profile(other)).groups.at(0).differences) == "attributes (2)");
}

TEST_CASE("a block that was taken out of a stream is the one that is lost") {
  const ComparedModels models = compared(profile(blocks(8, 3)), profile(blocks(8, 3, 1)));
  CHECK(models.only_a == std::vector<std::size_t>{1});
  CHECK(models.only_b.empty());
  CHECK(models.groups.size() == 7);
  CHECK(models.groups.at(2).groups.a == 3);  // the odd one
  CHECK(differences(models.streams.pairs.at(0).differences) ==
        "blocks 8 -> 7; links 8 exact -> 7 exact; paths 256 -> 128");
}

TEST_CASE("what lies around a group that differs is marked, not blamed") {
  const auto nest = [](const std::string& inner) {
    return "x:[1,4,8,8] -> y : a = Conv(x, A:float[4,4,1,1]); b = " + inner +
           "(a); s = Add(a, b); c = Conv(x, C:float[4,4,1,1]); y = Concat[axis=1](s, c)";
  };
  const ComparedModels models = compared(profile(nest("Tanh")), profile(nest("Exp")));
  REQUIRE(models.groups.size() == 2);
  CHECK(models.groups[0].holds_differences);
  CHECK_FALSE(models.groups[1].holds_differences);
  CHECK(differences(models.groups[1].differences) == "operators Tanh -> Exp (1)");
}

TEST_CASE("networks without branches, and unlike ones, have nothing in common") {
  const ModelProfile plain = profile("x -> y : y = Relu(x)"), twins = profile(kTwins);
  CHECK(is_silent(compared(plain, plain)));
  CHECK(compared(plain, twins).only_b == std::vector<std::size_t>{0});
  const ComparedModels unlike = compared(profile(blocks(2)), twins);
  CHECK(unlike.groups.empty());
  CHECK(unlike.only_a.size() == 2);
  CHECK(unlike.streams.only_a.size() == 1);
}

TEST_CASE("features that do not vary, or that one network lacks, say nothing") {
  UserFeature flat{"f.json", "y", "height", std::vector<double>(24, 1)};
  CHECK_FALSE(compared(profile(kTwins, {flat}), profile(kTwins, {feature(0)})).groups.at(0).profile.has_value());
  CHECK_FALSE(compared(profile(kTwins), profile(kTwins, {feature(0)})).groups.at(0).profile.has_value());
}

TEST_CASE("twenty thousand groups are aligned, whatever they have in common") {
  ModelProfile model, without, other;
  for (std::size_t g = 0; g < 20'000; ++g) {
    ProfiledGroup group;
    group.name = "g" + std::to_string(g);
    group.structure = g % 7;
    group.branches.resize(2);
    group.branches[0].form = group.branches[1].form = g % 7;
    model.groups.push_back(group);
    if (g != 9'000 && g != 11'000) without.groups.push_back(group);
    group.structure += 100;
    group.name = "h" + std::to_string(g);
    group.kind = BranchKind::gate;
    other.groups.push_back(group);
  }
  const ComparedModels fewer = compared(model, without), unlike = compared(model, other);
  CHECK(fewer.only_a == std::vector<std::size_t>{9'000, 11'000});
  CHECK(fewer.only_b.empty());
  CHECK(unlike.groups.empty());
}

TEST_CASE("the table has a row for each branch of the first model, and what was assigned to it in the others") {
  const std::vector<ModelProfile> models{profile(kTwins, {feature(0)}), profile(kTwins, {feature(1)}), profile(kTwins)};
  const std::vector<ComparedModels> against{compared(models[0], models[1]), compared(models[0], models[2])};
  const std::vector<ProfileTable> tables = make_profile_tables(models, against);
  REQUIRE(tables.size() == 1);
  CHECK(tables[0].columns.at(0).name == "height");
  CHECK(tables[0].columns.at(0).statistic == "mean");
  CHECK(tables[0].columns.at(1).statistic == "spread");
  const auto& high = tables[0].values.at(0);
  CHECK(high.at(0).at(0).value() > 0.9);
  CHECK(high.at(1).at(0).value() > 0.9);
  CHECK_FALSE(high.at(2).at(0).has_value());
}
