#include "adapters/pictures/pictures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/adapters/report/made_reports.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// How a page is built, whatever its names: the first characters of each line, and the number of its cells.
std::string skeleton(const std::string& page) {
  std::string out;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const char first = line.empty() ? ' ' : line[0];
    out += first == '#' || first == '|' || first == '-' || first == '`' ? first : '.';
    if (first == '|') out += std::to_string(count(line, "|"));
  }
  return out;
}

}  // namespace

TEST_CASE("the picture has a lane for each branch, in its colour, with numbers and claims") {
  const std::string svg = written_as("svg", two_branch_report());
  CHECK(holds(svg, ">mixed3a_5x5<"));
  CHECK(holds(svg, "fill=\"#77AADD\""));
  CHECK(holds(svg, ">32 units, 1 layer, 5x5<"));
  CHECK(holds(svg, ">12.8 k parameters<"));
  CHECK(holds(svg, ">Curves<"));
  CHECK(holds(svg, "concat of 2, open; specialization 0.25, p 0.001"));
  CHECK(holds(svg, "Factors: what is read together"));
}

TEST_CASE("an empty report is a picture, a graph and a page as well") {
  CHECK(holds(written_as("svg", empty_report()), "</svg>"));
  CHECK(holds(written_as("dot", empty_report()), "digraph branches {"));
  CHECK(holds(written_as("markdown", empty_report()), "0 groups of branches"));
}

TEST_CASE("hostile names write no element and no attribute") {
  const std::string plain = written_as("svg", two_branch_report()), hostile = written_as("svg", hostile_report());
  for (const char* element : {"<script", "onload", "<a ", "<foreignObject", "href"}) CHECK(!holds(hostile, element));
  CHECK(count(hostile, "<rect ") == count(plain, "<rect "));
  CHECK(holds(hostile, "&lt;/script&gt;"));
  CHECK(std::none_of(hostile.begin(), hostile.end(), [](char c) { return c >= 0 && c < 0x20 && c != '\n'; }));
  CHECK(hostile.size() < 100'000);
}

TEST_CASE("hostile names write no line, cell, heading or tag of a page") {
  const std::string plain = written_as("markdown", two_branch_report());
  const std::string hostile = written_as("markdown", hostile_report());
  CHECK(skeleton(hostile) == skeleton(plain));
  std::string outside = hostile;  // of code spans
  for (std::size_t begin; (begin = outside.find("`", 0)) != std::string::npos;) {
    const std::size_t end = outside.find("`", begin + 1);
    outside.erase(begin, end == std::string::npos ? end : end - begin + 1);
  }
  CHECK(count(outside, "<") == count(outside, "<br>"));
  for (const char* mark : {"script>", "[", "http:"}) CHECK(!holds(outside, mark));
}

TEST_CASE("the page tells claims in the words of the text report") {
  const std::string page = written_as("markdown", two_branch_report()), text = written_as("text", two_branch_report());
  for (const char* words : {"9 of 9 BW vs Color, by chance 1.1, odds ratio 134; 32 of 256 units",
                            "one network is one training", "no p corrects for that"}) {
    CHECK(holds(page, words));
    std::string joined = text;  // lines are broken there
    for (std::size_t at; (at = joined.find("\n")) != std::string::npos;) joined.erase(at, 1);
    for (std::size_t at; (at = joined.find("  ")) != std::string::npos;) joined.erase(at, 1);
    CHECK_MESSAGE(holds(joined, words), words);
  }
}

TEST_CASE("a graph for Graphviz has each string in quotes, clusters for branches that hold groups") {
  const std::string dot = written_as("dot", two_branch_report());
  CHECK(holds(dot, "fillcolor=\"#77AADD\""));
  const std::string hostile = written_as("dot", hostile_report());
  bool is_inside = false;
  std::string outside;
  for (std::size_t i = 0; i < hostile.size(); ++i) {
    if (is_inside && hostile[i] == '\\') {
      ++i;
    } else if (hostile[i] == '"') {
      is_inside = !is_inside;
    } else if (!is_inside) {
      outside += hostile[i];
    }
  }
  CHECK(!is_inside);
  CHECK(!holds(outside, "script"));
  CHECK(std::all_of(outside.begin(), outside.end(), [](char c) { return c > 0; }));
}

TEST_CASE("ten thousand nodes in three thousand unlike groups: pictures stay below a megabyte") {
  Report report = two_branch_report();
  const ReportGroup model = report.groups[0];
  report.groups.clear();
  report.specialization.clear();
  for (std::uint32_t g = 0; g < 3000; ++g) {
    ReportGroup group = model;
    group.id = group.repeats = "g" + std::to_string(g);
    group.name = group.id + std::string(2000, 'n');
    group.join->index = 3 * g;
    for (std::size_t b = 0; b < g % 40; ++b) {
      group.branches.push_back(model.branches[b % 2]);
      group.branches.back().id = group.id + ".b" + std::to_string(b);
      group.branches.back().parameters = g * 40 + static_cast<std::int64_t>(b);
    }
    report.groups.push_back(std::move(group));
  }
  for (const char* format : {"svg", "dot", "markdown"}) {
    const std::string text = written_as(format, report);
    CHECK(text.size() < 1'000'000);
    CHECK(holds(text, format == std::string("markdown") ? "more" : "groups more"));
  }
}
