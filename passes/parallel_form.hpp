// The parallel form: every residual block writes into one sum, and reads the sum of what came before it.
//
//   x0 ─▶ (+ f1) ─▶ (+ f2) ─▶ (+ f3) ─▶ y          f_k reads x_{k-1}
//
//   x1 = x0 + f1,   x2 = Sum(x0, f1, f2),   y = Sum(x0, f1, f2, f3)
//
// Nested sums become one Sum for each value of the trunk that is read, of as many terms as there were writes, and x0. Where
// a linear operator stands on the trunk or in a projection, each term gets it (linear_distribution.hpp); its constant part
// counts once. Where anything else stands there, the stream is cut: what that operator writes is the x0 of a new segment.
// A value that nothing reads any more goes; all others keep their names. n blocks give n²/2 terms, so Limits::sum_terms
// cuts too.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/limits.hpp"
#include "graph/patch.hpp"
#include "passes/branch_group.hpp"
#include "passes/residual_streams.hpp"

namespace ramus {

struct StreamCut {
  NodeId node;          // on the trunk
  std::string because;  // its operator, or what about it
};

struct ParallelStream {
  ValueId start;
  std::size_t blocks = 0;
  std::vector<StreamCut> cuts;  // one fewer than segments
};

struct ParallelForm {
  Patch patch;
  std::vector<ParallelStream> streams;  // as they were given
};

// `streams` and `groups` are what residual-streams found in this graph. `opset`: of ai.onnx.
ParallelForm make_parallel_form(const Graph& graph, std::span<const ResidualStream> streams,
                                std::span<const BranchGroup> groups, std::int64_t opset, const Limits& limits);

}  // namespace ramus
