#include "adapters/report/comparison.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "adapters/report/plain_text.hpp"
#include "tests/adapters/report/made_reports.hpp"

using namespace ramus;
using namespace ramus::testing;

TEST_CASE("a page about three models") {
  CHECK(written_as("text", made_comparison()) == R"(A: models/a.onnx: 18 nodes, 103 k parameters, 2 groups, 1 stream
B: models/b.onnx: 18 nodes, 103 k parameters, 2 groups, 1 stream
C: models/c.onnx: 18 nodes, 103 k parameters, 2 groups, 1 stream

Structure of B against A: 1 group in both, 0 built alike
  mixed3a  concat of 3
    closed yes -> no
    left: kernel 5x5 -> 3x3
    only in A: branch third
  only in A: 1 group (1 concat): mixed3a2
  only in B: 1 group (1 concat): mixed3a2
  stream mixed3a: blocks 2 -> 3, paths about 10^39 -> 8
  operators: Conv 4 -> 5

Specialization in B as in A: recurs in 1 of 1 group
  mixed3a: recurs; profiles correlate 0.75 (by chance 0.25), p 0.02, q 0.04
    left of A is right of B, right of A is left of B (the best of 2 assignments)
    by features of the first layers (colour)
    null: 4 and 4 units, permuted over the branches of either model, 99 times each
    beside it, not tested: correlation -0.50 by labels (curves)

Structure of C against A: 1 group in both, 0 built alike
  mixed3a  concat of 3
    its branches stand in another order
    only in A: branch third
  only in A: stream mixed3a of 2 blocks
  only in C: stream mixed3a of 2 blocks

Specialization in C as in A: recurs in 0 of 1 group
  mixed3a: profiles correlate 0.75; not tested, it would take too long
    left of A is right of C, right of A is left of C (the best of very many assignments)
    by features of the first layers (colour)
    beside it, not tested: correlation -0.50 by labels (curves)

Profiles of the branches of A and of those assigned to them: means in standard deviations of the
  group, of families log odds
  mixed3a                                        A       B       C
    left           colour                    -0.89    0.89    0.89
    right          colour                     0.89   -0.89   -0.89
  mixed3a, labels of mixed3a                     A       B       C
    left           curves                     2.20   -2.20   -2.20
    right          curves                    -2.20    2.20    2.20
)");
}

TEST_CASE("names of a model reach no terminal as commands, and make no line too wide") {
  const std::string text = written_as("text", made_comparison("\x1b[2J\n\xff" + std::string(300, 'w')));
  CHECK(text.find('\x1b') == std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(width_of(line) <= 100);
}

TEST_CASE("a writer that asks to stop stops") {
  for (const ComparisonFormat& format : comparison_formats()) {
    const Status status = format.write(made_comparison(), [](std::string_view) { return false; });
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().kind == ErrorKind::cancelled);
  }
}
