// Modularity of a model as it stands in a file.
#include <doctest/doctest.h>

#include "plugin/analyze.hpp"
#include "tests/plugin/onnx/onnx_text.hpp"

#ifdef RAMUS_WITH_ONNX

using namespace ramus;
using namespace ramus::testing;

namespace {

// Units in two chains with edges between: 12, 7.4, 8.9 and 5.7 inside, 1.3, 0.15 and 0.23 across. Three groups of two
// branches of one unit each; the last layers of a branch are a row of the matrices [[12, -1.3], [0, 7.4]] and
// [[-8.9, 0.15], [0.23, -5.7]], in x out.
constexpr const char* kTwoChains = R"(<ir_version: 8, opset_import: ["" : 13]>
agraph (float[1,2] x) => (float[1,2] y)
{
  A0 = Constant <value = float[2,1] {1.0, 2.0}> ()
  A1 = Constant <value = float[2,1] {3.0, 1.0}> ()
  B0 = Constant <value = float[2,1] {12.0, 0.0}> ()
  B1 = Constant <value = float[2,1] {-1.3, 7.4}> ()
  C0 = Constant <value = float[2,1] {-8.9, 0.23}> ()
  C1 = Constant <value = float[2,1] {0.15, -5.7}> ()
  a0 = MatMul(x, A0)
  a1 = MatMul(x, A1)
  a = Concat <axis = 1> (a0, a1)
  ra = Relu(a)
  b0 = MatMul(ra, B0)
  b1 = MatMul(ra, B1)
  b = Concat <axis = 1> (b0, b1)
  rb = Relu(b)
  c0 = MatMul(rb, C0)
  c1 = MatMul(rb, C1)
  y = Concat <axis = 1> (c0, c1)
})";

}  // namespace

TEST_CASE("three groups of two branches: n-cut and Q of the partition, from the bytes of a file") {
  const std::string bytes = model_from_text(kTwoChains);
  const auto span = std::as_bytes(std::span(bytes));
  auto model = WireModel::from_owned({span.begin(), span.end()}, "");
  REQUIRE(model.has_value());
  AnalyzeOptions options;
  options.passes = {"modularity"};
  const auto report = analyze(**model, options, {});
  REQUIRE_MESSAGE(report.has_value(), report.error().message);
  REQUIRE(report->modularity.size() == 1);
  const ReportModularity& entry = report->modularity.front();
  CHECK(entry.groups.size() == 3);
  CHECK(entry.values.parts == std::vector<std::vector<int>>{{0, 1}, {0, 1}, {0, 1}});
  CHECK(entry.values.units == 6);
  CHECK(entry.values.matrices == 4);
  CHECK(entry.values.found.n_cut == doctest::Approx(0.0988967).epsilon(1e-6));
  CHECK(entry.values.found.q == doctest::Approx(0.4290197).epsilon(1e-6));
}

#endif
