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
  const auto all_found =
      find_duplicate_branches(*analysed.graph, analysed.analyses->channel_flow(), analysed.findings.groups, {});
  REQUIRE(all_found);
  for (const DuplicateBranches& found : *all_found) {
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

namespace {

const std::string kMatrix = "float[2,2]={1.0,2.0,3.0,4.0}", kOther = "float[2,2]={1.0,2.0,3.0,5.0}";

// Two experts, whose weights are given, and what a router says of each.
std::string experts(const std::string& a, const std::string& b) {
  return "x:[?,2] -> y : r = MatMul(x, R:float[2,2]={1.0,2.0,3.0,5.0}); g = Softmax(r); ga, gb = Split[axis=1](g);"
         "a = MatMul(x, A:" +
         a + "); b = MatMul(x, B:" + b + "); p = Mul(a, ga); q = Mul(b, gb); y = Add(p, q)";
}

// Stacked experts of one matrix each, with a bias for each.
std::string stack(const std::string& weights, const std::string& bias) {
  return "x:[?,2] -> y:[?,2] : r = MatMul(x, R:float[2,2]={1.0,2.0,3.0,5.0}); g = Softmax(r);"
         "e = Unsqueeze(x, U:int64[1]={0}); h:[2,?,2] = MatMul(e, W:float[2,2,2]={" +
         weights + "}); o:[2,?,2] = Add(h, B:float[2,1,2]={" + bias +
         "}); t = Transpose[perm=[1,0]](g);"
         "u = Unsqueeze(t, T:int64[1]={-1}); m:[2,?,2] = Mul(o, u); y = ReduceSum[keepdims=0](m, U)";
}

// Two heads of two units in layers of four; the last rows of queries, keys and values are given.
std::string heads(const std::string& rows, const std::string& bias = "", const std::string& on_scores = "") {
  const std::string matrix = "float[4,4]={1.0,0.0,2.0,0.0, 0.0,3.0,0.0,4.0, " + rows + "}";
  const auto projection = [&](const std::string& name) {
    const std::string gemm =
        name + "0 = Gemm[transB=1](x, W" + name + ":" + matrix + (name == "v" ? bias : std::string()) + ");";
    return gemm + name + "1 = Reshape(" + name + "0, S" + (name == "q" ? ":int64[4]={1,6,2,2}" : "") + "); " + name +
           " = Transpose[perm=[0,2,1,3]](" + name + "1);";
  };
  return "x:[6,4] -> y : " + projection("q") + projection("k") + projection("v") +
         "kt = Transpose[perm=[0,1,3,2]](k); s0 = MatMul(q, kt); s1 = Div(s0, root:float[]={1.5});" +
         (on_scores.empty() ? "s = Identity(s1);" : on_scores) +
         "a = Softmax[axis=3](s); o = MatMul(a, v); ot = Transpose[perm=[0,2,1,3]](o);"
         "m = Reshape(ot, F:int64[2]={6,4}); z = Gemm[transB=1](m, Z:float[4,4]); y = Add(x, z)";
}

}  // namespace

TEST_CASE("experts are alike whatever weighs them") {
  CHECK(duplicates(experts(kMatrix, kMatrix)) == "0 1");
  CHECK(duplicates(experts(kMatrix, kOther)) == "");
}

TEST_CASE("slices of a stack are alike where weights and biases are") {
  CHECK(duplicates(stack("1.0,2.0,3.0,4.0,1.0,2.0,3.0,4.0", "1.0,2.0,1.0,2.0")) == "0 1");
  CHECK(duplicates(stack("1.0,2.0,3.0,4.0,1.0,2.0,3.0,4.0", "1.0,2.0,1.0,3.0")) == "");
  CHECK(duplicates(stack("1.0,2.0,3.0,4.0,1.0,2.0,3.0,5.0", "1.0,2.0,1.0,2.0")) == "");
  CHECK(duplicates(stack("0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0", "1.0,2.0,1.0,2.0")) == "");  // dead
}

TEST_CASE("branches with more channels than are kept are not compared") {
  const auto arms = [](const std::string& inner) {
    std::string text = "x:[1,1048576,1,1] -> y : ";
    for (const std::string name : {"p", "q"}) {
      text += name + "0 = Conv[group=1048576](x, W" + (name == "p" ? ":float[1048576,1,1,1]" : "") + "); ";
      for (std::size_t i = 0; i < inner.size(); ++i) {
        text += name + std::to_string(i + 1) + " = Relu(" + name + std::to_string(i) + "); ";
      }
    }
    const std::string last = std::to_string(inner.size());
    return text + "y = Add(p" + last + ", q" + last + ")";
  };
  CHECK(duplicates(arms("")) == "0 1");
  CHECK(duplicates(arms("....")) == "");
}

TEST_CASE("what is concatenated again and again is not kept either") {
  std::string text = "x:[1,2048,1,1] -> y : ";
  for (const std::string name : {"p", "q"}) {
    text += name + "0 = Conv[group=2048](x, W" + (name == "p" ? ":float[2048,1,1,1]" : "") + "); ";
    for (int i = 0; i < 2; ++i) {
      const std::string part = name + std::to_string(i);
      std::string parts = part;
      for (int copy = 1; copy < 60; ++copy) parts += ", " + part;
      text += name + std::to_string(i + 1) + " = Concat[axis=1](" + parts + "); ";
    }
  }
  CHECK(duplicates(text + "y = Add(p0, q0)") == "0 1");
  CHECK(duplicates(text + "y = Add(p2, q2)") == "");  // seven million channels each
}

TEST_CASE("heads of attention as one operator, whose bias belongs to its units") {
  const std::string same = "float[4,4]={1.0,0.0,1.0,0.0, 0.0,3.0,0.0,3.0, 2.0,0.0,2.0,0.0, 0.0,4.0,0.0,4.0}";
  const auto text = [&](const std::string& more) {
    return "x:[1,6,4] -> y : q = MatMul(x, Q:" + same + "); k = MatMul(x, K:" + same + "); v = MatMul(x, V:" + same +
           "); o = com.microsoft::MultiHeadAttention[num_heads=2](q, k, v" + more +
           "); z = MatMul(o, Z:float[4,4]); y = Add(x, z)";
  };
  CHECK(duplicates(text("")) == "0 1");
  CHECK(duplicates(text(", B:float[12]")) == "");
  CHECK(duplicates(text(", _, _, S:float[1,2,6,6]")) == "");
  CHECK(duplicates(text(", _, _, S:float[1,1,6,6]")) == "0 1");
}

TEST_CASE("heads are alike where weights and biases are, and nothing else tells them apart") {
  const std::string same = "1.0,0.0,2.0,0.0, 0.0,3.0,0.0,4.0", other = "1.0,0.0,2.0,0.0, 0.0,3.0,0.0,5.0";
  CHECK(duplicates(heads(same)) == "0 1");
  CHECK(duplicates(heads("0.0,3.0,0.0,4.0, 1.0,0.0,2.0,0.0")) == "0 1");  // the two units in another order
  CHECK(duplicates(heads(other)) == "");
  CHECK(duplicates(heads(same, ", B:float[4]={1.0,2.0,1.0,2.0}")) == "0 1");
  CHECK(duplicates(heads(same, ", B:float[4]={1.0,2.0,1.0,3.0}")) == "");
  CHECK(duplicates(heads(same, "", "s = Add(s1, P:float[1,2,1,1]={0.5,0.25});")) == "");
  CHECK(duplicates(heads(same, "", "s = Add(s1, P:float[1,1,6,6]);")) == "0 1");
}
