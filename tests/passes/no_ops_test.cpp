#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::string normal_form(const std::string& text, std::int64_t opset = kNewestOpset) {
  const PassOptions options(all_passes());
  PipelineRequest request;
  request.passes = {"flatten-sums"};
  request.options = &options;
  request.opset = opset;
  return to_text(*run_pipeline(graph_from_text(text), request).value().graph);
}

// y = Relu(…) of what stands in the middle, or of x where nothing does.
std::string between(const std::string& shape_before, const std::string& node, const std::string& shape_after) {
  return normal_form("x:float" + shape_before + " -> y : m:float" + shape_after + " = " + node + "; y = Relu(m)");
}

const char* const kNothing = "y = Relu(x)\n";

}  // namespace

TEST_CASE("a cast to the type that is there already is dropped, any other stays") {
  CHECK(normal_form("x:float -> y : a = Cast[to=1](x); y = Relu(a)") == kNothing);
  CHECK(normal_form("x:float -> y : a = Cast[to=10](x); y = Relu(a)") == "a = Cast(x)\ny = Relu(a)\n");
  CHECK(normal_form("x -> y : a = Cast[to=1](x); y = Relu(a)") == "a = Cast(x)\ny = Relu(a)\n");
}

TEST_CASE("a reshape to the same shape is dropped where the shapes prove it") {
  CHECK(between("[2,8]", "Reshape(x, s:int64[2]={2,8})", "[2,8]") == kNothing);
  CHECK(between("[?,8]", "Reshape(x, s:int64[2]={-1,8})", "[?,8]") == kNothing);
  CHECK(between("[2,8]", "Flatten(x)", "[2,8]") == kNothing);
  CHECK(between("[2,8]", "Reshape(x, s:int64[2]={4,4})", "[4,4]") != kNothing);
  CHECK(between("[?,?]", "Reshape(x, s:int64[2]={-1,8})", "[?,?]") != kNothing);
  CHECK(between("[?,0]", "Reshape(x, s:int64[2]={5,0})", "[?,0]") != kNothing);
  CHECK(normal_form("x:float[2,8], s -> y : m:float[2,8] = Reshape(x, s); y = Relu(m)") != kNothing);
}

TEST_CASE("a pad by nothing is dropped, whether the pads are an attribute or an input") {
  CHECK(between("[2,8]", "Pad(x, p:int64[4]={0})", "[2,8]") == kNothing);
  CHECK(between("[2,8]", "Pad[pads=[0,0,0,0]](x)", "[2,8]") == kNothing);
  CHECK(between("[2,8]", "Pad[pads=[0,1,0,0]](x)", "[2,9]") != kNothing);
  CHECK(normal_form("x:float[2,8], p -> y : m:float[2,8] = Pad(x, p); y = Relu(m)") != kNothing);
}

TEST_CASE("a concatenation or sum of one value is that value") {
  for (const char* op : {"Concat", "Sum", "Max", "Min", "Mean"})
    CHECK(between("[2]", std::string(op) + "(x)", "[2]") == kNothing);
  CHECK(between("[2]", "ReduceSum(x)", "[2]") != kNothing);
}

TEST_CASE("a transpose that is turned back is dropped with it") {
  CHECK(normal_form("x -> y : a = Transpose[perm=[0,2,3,1]](x); b = Transpose[perm=[0,3,1,2]](a); y = Relu(b)") ==
        kNothing);
  CHECK(normal_form("x:[2,3] -> y : a:[3,2] = Transpose(x); b:[2,3] = Transpose(a); y = Relu(b)") == kNothing);
  CHECK(normal_form("x -> y : a = Transpose[perm=[0,1,2]](x); y = Relu(a)") == kNothing);
  const char* const apart = "x -> y : a = Transpose[perm=[1,2,0]](x); b = Transpose[perm=[1,2,0]](a); y = Relu(b)";
  CHECK(normal_form(apart) == "a = Transpose(x)\nb = Transpose(a)\ny = Relu(b)\n");
}

TEST_CASE("the first of two transposes stays where something else reads it") {
  CHECK(
      normal_form("x -> y, z : a = Transpose[perm=[1,0]](x); b = Transpose[perm=[1,0]](a); y = Relu(b); z = Tanh(a)") ==
      "a = Transpose(x)\ny = Relu(x)\nz = Tanh(a)\n");
  CHECK(normal_form("x -> y, a : a = Transpose[perm=[1,0]](x); b = Transpose[perm=[1,0]](a); y = Relu(b)") ==
        "a = Transpose(x)\ny = Relu(x)\n");
}

TEST_CASE("of three transposes in a row, one is left") {
  const char* const three =
      "x -> y : a = Transpose[perm=[1,0]](x); b = Transpose[perm=[1,0]](a); c = Transpose[perm=[1,0]](b); y = Relu(c)";
  CHECK(normal_form(three) == "c = Transpose(x)\ny = Relu(c)\n");
}

TEST_CASE("a no-op that writes a graph output stays") {
  CHECK(normal_form("x:float -> y : y = Cast[to=1](x)") == "y = Cast(x)\n");
}

TEST_CASE("a parameter that the caller may replace proves nothing") {
  GraphBuilder builder("g");
  builder.add_input("x", ElementType::float32, Dims{2, 8});
  builder.add_input("p");
  builder.add_parameter("p", make_weight("p", {4}, std::vector<std::int64_t>{0, 0, 0, 0}));
  builder.add_node("Pad", {"x", "p"}, {"m"});
  builder.add_node("Relu", {"m"}, {"y"});
  builder.add_output("y");
  const Analysed analysed = run_passes(builder.finish().value(), {.passes = {"drop-no-ops"}}).value();
  CHECK(analysed.graph->nodes().size() == 2);
}

TEST_CASE("sums of sums become one sum, its terms in the order in which they are read") {
  const char* const nested =
      "a:float[2], b:float[2], c:float[2], d:float[2] -> y : s:float[2] = Add(a, b); t:float[2] = Add(c, d);"
      "u:float[2] = Sum(s, t); y = Relu(u)";
  CHECK(normal_form(nested) == "u = Sum(a, b, c, d)\ny = Relu(u)\n");
  CHECK(normal_form(nested, 8) == "u = Sum(a, b, c, d)\ny = Relu(u)\n");
  CHECK(normal_form(nested, 7) == normal_form(nested, 1));
}

TEST_CASE("a sum between that something else reads, that is an output or is read twice, stays") {
  CHECK(normal_form("a:float[2], b:float[2] -> y, z : s:float[2] = Add(a, b); y:float[2] = Add(s, a); z = Relu(s)") ==
        "s = Add(a, b)\ny = Add(s, a)\nz = Relu(s)\n");
  CHECK(normal_form("a:float[2], b:float[2] -> y, s : s:float[2] = Add(a, b); y:float[2] = Add(s, a)") ==
        "s = Add(a, b)\ny = Add(s, a)\n");
  CHECK(normal_form("a:float[2], b:float[2] -> y : s:float[2] = Add(a, b); y:float[2] = Add(s, s)") ==
        "s = Add(a, b)\ny = Add(s, s)\n");
}

TEST_CASE("a bias, another shape and integers are no terms") {
  CHECK(normal_form("a:float[2], b:float[2] -> y : s:float[2] = Add(a, W:float[2]); y:float[2] = Add(s, b)") ==
        "s = Add(a, W)\ny = Add(s, b)\n");
  CHECK(normal_form("a:float[2], b:float[1] -> y : s:float[2] = Add(a, b); y:float[2] = Add(s, a)") ==
        "s = Add(a, b)\ny = Add(s, a)\n");
  CHECK(normal_form("a:int64[2], b:int64[2] -> y : s:int64[2] = Add(a, b); y:int64[2] = Add(s, a)") ==
        "s = Add(a, b)\ny = Add(s, a)\n");
}

TEST_CASE("a long chain of sums is flattened without recursion") {
  constexpr int kLength = 50'000;
  GraphBuilder builder("chain");
  builder.add_input("x", ElementType::float32, Dims{2});
  std::string before = "x";
  for (int i = 0; i < kLength; ++i) {
    const std::string sum = "s" + std::to_string(i);
    builder.add_node("Add", {before, "x"}, {sum});
    builder.set_type(sum, ElementType::float32, Dims{2});
    before = sum;
  }
  builder.add_output(before);
  const Analysed analysed = run_passes(builder.finish().value(), {.passes = {"flatten-sums"}}).value();
  REQUIRE(analysed.graph->nodes().size() == 1);
  CHECK(analysed.graph->nodes()[0].inputs.size() == kLength + 1);
}

TEST_CASE("a sum whose type nobody states has that of a term, or of a sum's term, and is flattened; else it stays") {
  const auto sums = [](const std::string& x) {
    return normal_form(x + "[1,4], b:[1,4], c:[1,4] -> y : s:[1,4] = Add(x, b); y:[1,4] = Add(s, c)");
  };
  const std::string apart = "s = Add(x, b)\ny = Add(s, c)\n";
  CHECK(sums("x:float32") == "y = Sum(x, b, c)\n");
  CHECK(sums("x:int64") == apart);
  CHECK(sums("x:") == apart);
}
