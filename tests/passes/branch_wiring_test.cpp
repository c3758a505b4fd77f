#include "passes/branch_wiring.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"
#include "tests/passes/two_modules.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

Analysed specialised(Graph graph) {
  auto analysed = run_passes(std::move(graph), {.passes = {"specialization"}});
  REQUIRE_MESSAGE(analysed.has_value(), analysed.error().message);
  return std::move(*analysed);
}

// "A->B" for each wiring.
std::string wirings_of(const Analysed& analysed) {
  std::string text;
  const auto name = [&](std::size_t group) { return (*analysed.graph)[analysed.findings.groups[group].join].name; };
  for (const GroupSpecialization& group : analysed.findings.specialization) {
    for (const BranchWiring& wiring : group.wiring) {
      CHECK(wiring.to == group.group);
      text += (text.empty() ? "" : " ") + name(wiring.from) + "->" + name(wiring.to);
    }
  }
  return text;
}

BranchMassTest wiring_in(const Modules& modules) {
  const Analysed analysed = specialised(two_modules(modules));
  for (const GroupSpecialization& group : analysed.findings.specialization) {
    if (!group.wiring.empty()) return group.wiring.front().test;
  }
  REQUIRE(false);
  return {};
}

}  // namespace

TEST_CASE("branches that read their partners: who reads whom is found, straight and crossed") {
  const BranchMassTest straight = wiring_in({}), crossed = wiring_in({.crossed = true});
  CHECK(straight.found.pair_of == std::vector<int>{0, 1});
  CHECK(crossed.found.pair_of == std::vector<int>{1, 0});
  CHECK(straight.information.p == doctest::Approx(0.001));
  CHECK(crossed.information.p == doctest::Approx(0.001));
  CHECK(straight.units == 32);
}

TEST_CASE("mass is the sum of weights by branch, each unit's divided by its norm") {
  const Graph graph = two_modules({});
  const BranchMassTest test = wiring_in({});
  Eigen::MatrixXd mass = Eigen::MatrixXd::Zero(2, 2);
  const auto b0 = noise(12 * 32, "b0"), b1 = noise(20 * 32, "b1");
  for (std::size_t unit = 0; unit < 32; ++unit) {
    double square = 0, sums[2] = {0, 0};
    const auto add = [&](const std::vector<float>& weights, std::size_t reading) {
      for (std::size_t i = unit; i < weights.size(); i += 32) {
        const double weight = std::abs(weights[i]) * ((unit < 12) == (reading == 0) ? 2 : 1);
        sums[reading] += weight;
        square += weight * weight;
      }
    };
    add(b0, 0);
    add(b1, 1);
    for (Eigen::Index c = 0; c < 2; ++c) mass(unit < 12 ? 0 : 1, c) += sums[c] / std::sqrt(square);
  }
  CHECK(test.found.mass.isApprox(mass, 1e-5));
}

TEST_CASE("how large the weights of a unit are changes nothing, nor how large all of a module are") {
  std::vector<float> gauge;
  for (int unit = 0; unit < 32; ++unit) gauge.push_back(static_cast<float>(1 << (unit % 7)));
  const BranchMassTest plain = wiring_in({.ratio = 1.2F});
  for (const Modules& other : {Modules{.ratio = 1.2F, .gauge = gauge}, Modules{.ratio = 1.2F, .scale = 16}}) {
    const BranchMassTest test = wiring_in(other);
    CHECK(test.found.mass.isApprox(plain.found.mass, 1e-6));
    CHECK(test.found.information == doctest::Approx(plain.found.information).epsilon(1e-5));
    CHECK(test.information.p == plain.information.p);
    CHECK(test.barber_q.p == plain.barber_q.p);
  }
}

TEST_CASE("without preference p is not small") {
  int low = 0;
  for (int seed = 0; seed < 40; ++seed) low += wiring_in({.ratio = 1, .seed = seed}).information.p <= 0.1;
  CHECK(low <= 10);  // 4 on average
}

TEST_CASE("a layer between that mixes parts two groups; of nested groups the outer one is read") {
  CHECK(wirings_of(specialised(graph_from_text(
            "x:[1,3,8,8] -> y : a = Conv(x, A:float[8,3,1,1]); b = Conv(x, B:float[8,3,3,3]); "
            "c = Concat[axis=1](a, b) as first; m = Conv(c, M:float[6,16,1,1]); "
            "d = Conv(m, D:float[8,6,1,1]); e = Conv(m, E:float[8,6,1,1]); y = Concat[axis=1](d, e) as second"))) ==
        "");
  CHECK(wirings_of(specialised(graph_from_text(
            "x:[1,3,8,8] -> y : a = Conv(x, A:float[8,3,1,1]); h = Conv(x, H:float[8,3,1,1]); "
            "i = Conv(h, I:float[4,8,1,1]); j = Conv(h, J:float[4,8,1,1]); k = Concat[axis=1](i, j) as inner; "
            "c = Concat[axis=1](a, k) as outer; r = Relu(c); "
            "d = Conv(r, D:float[8,16,1,1]); e = Conv(r, E:float[8,16,1,1]); y = Concat[axis=1](d, e) as last"))) ==
        "outer->last");
}

TEST_CASE("norms between groups are seen through, and a second path from before the first group changes nothing") {
  CHECK(wirings_of(specialised(graph_from_text(
            "x:[1,3,8,8] -> y : a = Conv(x, A:float[8,3,1,1]); b = Conv(x, B:float[8,3,1,1]); "
            "c = Concat[axis=1](a, b) as first; "
            "n = BatchNormalization(c, g:float[16], h:float[16], u:float[16], v:float[16]={1}); "
            "p = AveragePool[kernel_shape=[2,2]](n); "
            "d = Conv(p, D:float[8,16,1,1]); e = Conv(p, E:float[8,16,1,1]); y = Concat[axis=1](d, e) as last"))) ==
        "first->last");
}

TEST_CASE("groups of convolutions follow one another through a layer that mixes, which belongs to the second") {
  // AlexNet's conv2, then conv3 of one group, whose units conv4 reads in two.
  CHECK(wirings_of(specialised(graph_from_text(
            "x:[1,3,8,8] -> y : a = Conv(x, A:float[16,3,1,1]); b = Conv[group=2](a, B:float[16,8,1,1]) as conv2; "
            "c = Conv(b, C:float[24,16,1,1]); y = Conv[group=2](c, D:float[24,12,1,1]) as conv4"))) == "conv2->conv4");
}
