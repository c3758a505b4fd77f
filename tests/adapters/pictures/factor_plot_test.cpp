#include "adapters/pictures/factor_plot.hpp"

#include <doctest/doctest.h>

#include "tests/adapters/report/made_reports.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::string drawn(const Report& report) {
  SvgWriter svg;
  draw_factor_plot(report, factor_plot_of(report), 0, 0, svg);
  return svg.take();
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// With four units that two branches divide, as `layer`.
void divide(Report& report, const std::string& layer) {
  report.groups[0].branches[0].units = ReportRange{layer, 0, 2};
  report.groups[0].branches[1].units = ReportRange{layer, 2, 4};
}

}  // namespace

TEST_CASE("an axis has a name only where the factor has one, and its arrow points to more of it") {
  Report report = two_branch_report();
  CHECK(holds(drawn(report), "factor 0, colour \xE2\x86\x92"));
  CHECK(holds(drawn(report), "factor 1 (no name)"));
  report.factors[0].meaning[0].pearson = -0.85;
  CHECK(holds(drawn(report), "\xE2\x86\x90 colour, factor 0"));
  report.factors[0].meaning[0].named = false;
  CHECK(!holds(drawn(report), "colour"));
}

TEST_CASE("what is not beyond chance is said to be") {
  const std::string svg = drawn(two_branch_report());
  CHECK(holds(svg, "1 of the first 3 beyond chance; 99 permutations"));
  CHECK(holds(svg, "not beyond chance"));
  Report report = two_branch_report();
  auto factors = std::make_shared<MatrixFactors>(*report.factors[0].factors);
  factors->null.significant = 0;
  report.factors[0].factors = factors;
  CHECK(factor_plot_of(report).entry == nullptr);
}

TEST_CASE("of two pairs of layers the one whose names say more is drawn, rather the one that branches divide") {
  Report report = two_branch_report();
  report.factors.push_back(report.factors[0]);
  report.factors[0].meaning[0].units = report.factors[1].meaning[0].units = 103;
  report.factors[0].meaning[0].pearson = 0.5;
  report.factors[1].meaning[0].pearson = 0.45;
  report.factors[1].from.name = "mixed3a";
  CHECK(factor_plot_of(report).entry == &report.factors[0]);
  divide(report, "mixed3a");
  CHECK(factor_plot_of(report).entry == &report.factors[1]);
  CHECK(holds(drawn(report), ">mixed3a_5x5<"));
  report.factors[1].meaning[0].pearson = 0.2;
  CHECK(factor_plot_of(report).entry == &report.factors[0]);
}
