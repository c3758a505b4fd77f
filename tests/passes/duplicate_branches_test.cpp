#include "passes/duplicate_branches.hpp"

#include <doctest/doctest.h>

#include <random>

#include "passes/channel_colours.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// "0 2 reordered"
std::string duplicates(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  std::string all;
  for (const DuplicateBranches& found :
       find_duplicate_branches(*analysed.graph, analysed.analyses->channel_flow(), analysed.findings.groups, {})) {
    all += all.empty() ? "" : "; ";
    for (const std::size_t branch : found.branches)
      all += (branch == found.branches.front() ? "" : " ") + std::to_string(branch);
    if (found.reordered) all += " reordered";
  }
  return all;
}

std::string tensor(const std::string& name, const std::string& dims, const std::vector<float>& values) {
  std::string text = name + ":float[" + dims + "]={";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "" : ",") + std::to_string(values[i]);
  return text + "}";
}

std::vector<float> random_values(std::size_t count, std::mt19937& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 1000) / 100.0F - 5.0F;
  return values;
}

// Rows, or columns, of a matrix in another order.
std::vector<float> reordered(const std::vector<float>& matrix, std::size_t columns,
                             const std::vector<std::size_t>& rows, const std::vector<std::size_t>& order) {
  std::vector<float> out;
  for (const std::size_t row : rows) {
    for (const std::size_t column : order) out.push_back(matrix[row * columns + column]);
  }
  return out;
}

struct TwoLayers {
  std::vector<float> first, bias, second;  // [3 x 2], [3], [4 x 3]
};

std::string arm_text(const std::string& name, const TwoLayers& arm, const std::string& activation = "Relu") {
  return name + "1 = Conv(x, " + tensor(name + "A", "3,2,1,1", arm.first) + ", " + tensor(name + "b", "3", arm.bias) +
         "); " + name + "2 = " + activation + "(" + name + "1); " + name + "3 = Conv(" + name + "2, " +
         tensor(name + "B", "4,3,1,1", arm.second) + "); ";
}

TwoLayers random_arm(std::mt19937& random) {
  return {random_values(6, random), random_values(3, random), random_values(12, random)};
}

// The same function, its inner units in another order and its outputs too.
TwoLayers permuted(const TwoLayers& arm, const std::vector<std::size_t>& inner, const std::vector<std::size_t>& outer) {
  return {reordered(arm.first, 2, inner, {0, 1}), reordered(arm.bias, 1, inner, {0}),
          reordered(arm.second, 3, outer, inner)};
}

const std::string kInput = "x:[1,2,4,4] -> y : ";

}  // namespace

TEST_CASE("equal branches, whatever the order of their units") {
  std::mt19937 random(7);
  for (int i = 0; i < 20; ++i) {
    const TwoLayers arm = random_arm(random);
    const TwoLayers inner = permuted(arm, {2, 0, 1}, {0, 1, 2, 3}), outer = permuted(arm, {1, 0, 2}, {3, 1, 0, 2});
    const std::string arms = arm_text("p", arm) + arm_text("q", inner);
    CHECK(duplicates(kInput + arms + "y = Add(p3, q3)") == "0 1");
    CHECK(duplicates(kInput + arms + "y = Concat[axis=1](p3, q3)") == "0 1");
    const std::string others = arm_text("p", arm) + arm_text("q", outer);
    CHECK(duplicates(kInput + others + "y = Concat[axis=1](p3, q3)") == "0 1 reordered");
    CHECK(duplicates(kInput + others + "y = Add(p3, q3)") == "");
  }
}

TEST_CASE("one number, or the operator in between, makes them differ") {
  std::mt19937 random(11);
  const TwoLayers arm = random_arm(random);
  for (std::size_t place = 0; place < 6 + 3 + 12; ++place) {
    TwoLayers other = permuted(arm, {2, 0, 1}, {0, 1, 2, 3});
    float& value = place < 6 ? other.first[place] : place < 9 ? other.bias[place - 6] : other.second[place - 9];
    value += 0.25F;
    CHECK(duplicates(kInput + arm_text("p", arm) + arm_text("q", other) + "y = Concat[axis=1](p3, q3)") == "");
  }
  CHECK(duplicates(kInput + arm_text("p", arm) + arm_text("q", arm, "Tanh") + "y = Concat[axis=1](p3, q3)") == "");
}

TEST_CASE("units that only look permuted: the same rows, other columns behind them") {
  std::mt19937 random(13);
  const TwoLayers arm = random_arm(random);
  TwoLayers other = arm;
  other.first = reordered(arm.first, 2, {1, 0, 2}, {0, 1});
  other.bias = reordered(arm.bias, 1, {1, 0, 2}, {0});  // the second layer's columns stay: another function
  CHECK(duplicates(kInput + arm_text("p", arm) + arm_text("q", other) + "y = Concat[axis=1](p3, q3)") == "");
}

TEST_CASE("three branches, two of them alike") {
  std::mt19937 random(17);
  const TwoLayers arm = random_arm(random), other = random_arm(random);
  CHECK(duplicates(kInput + arm_text("p", arm) + arm_text("q", other) + arm_text("r", arm) +
                   "y = Concat[axis=1](p3, q3, r3)") == "0 2");
}

TEST_CASE("untrained weights, skips and parts of grouped convolutions are no duplicates") {
  CHECK(duplicates("x:[1,2,4,4] -> y : a = Conv(x, A:float[2,2,1,1]={1.0}); b = Conv(x, B:float[2,2,1,1]={1.0});"
                   "y = Concat[axis=1](a, b)") == "");
  CHECK(duplicates("x:[1,2,4,4] -> y : y = Conv[group=2](x, A:float[4,1,1,1]={1.0,2.0,1.0,2.0})") == "");
}

TEST_CASE(
    "kernels that lie across, other sides of a product, other axes of a bias, and drawn numbers are no duplicates") {
  CHECK(duplicates("x:[1,1,4,4] -> y : a = Conv[auto_pad=\"SAME_UPPER\"](x, A:float[1,1,1,3]={1.0,2.0,3.0});"
                   "b = Conv[auto_pad=\"SAME_UPPER\"](x, B:float[1,1,3,1]={1.0,2.0,3.0}); y = Add(a, b)") == "");
  CHECK(
      duplicates(
          "x:[2,2] -> y : a = MatMul(x, A:float[2,2]={1.0,2.0,3.0,4.0}); b = MatMul(B:float[2,2]={1.0,3.0,2.0,4.0}, x);"
          "c = Relu(a); d = Relu(b); y = Add(c, d)") == "");
  CHECK(duplicates("x:[2,2] -> y : a = Gemm(x, A:float[2,2]={1.0,2.0,3.0,4.0}, c:float[2]={1.0,2.0});"
                   "b = Gemm(x, B:float[2,2]={1.0,2.0,3.0,4.0}, d:float[2,1]={1.0,2.0}); e = Relu(a); f = Relu(b);"
                   "y = Add(e, f)") == "");
  CHECK(
      duplicates("x:[2,2] -> y : a = MatMul(x, A:float[2,2]={1.0,2.0,3.0,4.0}); n = RandomNormalLike(a); p = Add(a, n);"
                 "b = MatMul(x, B:float[2,2]={1.0,2.0,3.0,4.0}); m = RandomNormalLike(b); q = Add(b, m);"
                 "y = Concat[axis=1](p, q)") == "");
}
