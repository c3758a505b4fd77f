#include "passes/value_moments.hpp"

#include <doctest/doctest.h>

#include "tests/graph/graph_text.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::optional<double> moment(const std::string& text, const char* value) {
  const Graph graph = graph_from_text(text);
  return find_value_moments(graph, {})[graph.find_value(value)->index];
}

}  // namespace

TEST_CASE("a layer multiplies by the squares of its weights, per unit") {
  // Rows (1, 2) and (0, 3): (1 + 4 + 0 + 9) / 2 units; and the bias's mean square (1 + 9) / 2.
  CHECK(*moment("x:[1,2] -> y : y = Gemm[transB=1](x, W:float[2,2]={1.0,2.0,0.0,3.0}, b:float[2]={1.0,3.0})", "y") ==
        doctest::Approx(7 + 5));
}

TEST_CASE("rectifiers keep half, norms what their scales and shifts say, sums add") {
  CHECK(*moment("x:[1,2,4,4] -> y : y = Relu(x)", "y") == doctest::Approx(0.5));
  CHECK(*moment("x:[1,2,4,4] -> y : y = BatchNormalization(x, g:float[2]={1.0,3.0}, b:float[2]={2.0,0.0}, m:float[2], "
                "v:float[2])",
                "y") == doctest::Approx(5 + 2));
  CHECK(*moment("x:[1,2], z:[1,2] -> y : y = Add(x, z)", "y") == doctest::Approx(2));
  CHECK(*moment("x:[1,2] -> y : y = Mul(x, c:float[]={0.5})", "y") == doctest::Approx(0.25));
}

TEST_CASE("what cannot be read is not known, nor what comes after") {
  CHECK(!moment("x:[1,2] -> y : a = MatMul(x, W:float[2,2]=absent); y = Relu(a)", "y"));
}

TEST_CASE("no rule is known for what moves numbers away from zero") {
  CHECK(!moment("x:[1,2] -> y : y = Softplus(x)", "y"));
  CHECK(!moment("x:[1,2] -> y : y = Cos(x)", "y"));
  CHECK(!moment("x:[1,2] -> y : y = Clip(x, l:float[]={3.0}, u:float[]={6.0})", "y"));
  CHECK(*moment("x:[1,2] -> y : y = Clip(x, l:float[]={0.0}, u:float[]={6.0})", "y") == doctest::Approx(0.5));
}

TEST_CASE("an embedding is as large as its table, whatever the indices") {
  CHECK(*moment("i:int64[1,2] -> y : y = Gather(T:float[2,2]={0.1,0.1,0.2,0.2}, i)", "y") == doctest::Approx(0.025));
  CHECK(!moment("i:int64[1,2] -> y : y = Cast[to=1](i)", "y"));
}
