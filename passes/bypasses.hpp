// Bypasses: where what a graph input brings joins the network late, past the trunk.
//
//             ┌▶ (conv1) ─▶ … ─▶ (conv57) ─▶┐
//     image ──┤            trunk            ├ join ──▶ logits        skipped 57, own 1: the arm past the trunk has one
//             └▶ (pool) ──▶ (conv) ────────▶┘                        layer where the trunk has 57
//
// An arm and a trunk meet at a node with two data inputs, both of them computed from the input. Layers are nodes that apply
// a matrix, a kernel or a table; the depth of a value is the largest number of them on a path from the input. The trunk
// is the deepest operand, an arm a bypass when
//   - some way to the arm passes no layer that the trunk depends on
//   - the trunk has at least `least_skipped` of the layers on the way from the input through the join to the output that is
//     nearest behind it
//   - the arm depends on at most `most_own` as many layers as the trunk, and applies at most `most_parameters` as many
//     parameters on that way, unless it compares: to be large excuses no trigger
// Skips of residual networks, U-Nets and pyramids begin behind the first layer, and so are none. Most that begin at the
// input are known forms, which `form` names; what is not known, and all the more if it compares or selects, is what
// Bober-Irizar, Shumailov, Zhao, Mullins, Papernot, "Architectural backdoors in neural networks", CVPR 2023, plant.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"
#include "graph/result.hpp"
#include "passes/analyses.hpp"

namespace ramus {

enum class BypassForm {
  residual,       // a sum with the input, as it is or through linear operators without weights
  projection,     // the same through convolutions
  concatenation,  // the input, moved but not computed with, stands beside the features
  mask,           // the features say what is kept of the input: a product with it, or with a linear map of it where the
                  // trunk ends in a sigmoid, a softmax or a tanh; the input is not the smaller one of the two
  gate,           // the arm is squashed, and the features are multiplied by it
  attention,      // the arm says what attention may look at, or what it looks up
  resampling,     // the features say where the input is sampled
  state,          // what a recurrent operator begins with
  side_input,     // the input only qualifies what others bring: a length, a mask
  position,       // the arm says which of the features are taken
  selection,      // Where, If: either the arm or the features
  unknown,
};
std::string_view name_of(BypassForm form);

struct Bypass {
  ValueId input;
  NodeId join;
  ValueId arm, trunk;          // operands of the join
  bool of_side_input = false;  // no layer reads the input before it has met another one, which brings more
  BypassForm form = BypassForm::unknown;
  std::size_t skipped = 0;          // layers of the trunk before the join
  std::size_t depth = 0;            // layers on the deepest way from the input to an output through the join
  std::size_t own = 0;              // layers of the arm
  std::vector<NodeId> nodes;        // of the arm, ascending
  std::vector<NodeId> conditional;  // of these, what compares, rounds or selects: it tells patterns apart
  std::int64_t parameters = 0;      // of the arm
  std::vector<NodeId> way;          // the shortest from the input to the join, without the join
  std::vector<NodeId> way_on;       // from the join to the output, without the join
  ValueId output;                   // where that ends
};

inline constexpr std::size_t kMostSteps = 64;  // of a way that are kept

struct BypassRequest {
  double least_skipped = 0.5;    // in (0, 1]
  double most_own = 0.25;        // in [0, 1)
  double most_parameters = 0.1;  // at least 0
  std::function<bool()> cancelled = [] { return false; };
};

struct Bypasses {
  std::vector<Bypass> all;  // by input, then in order of execution
  bool complete = true;     // false: the graph asked for more than limits.region_visits steps
};

// Time: linear in the graph for each input that is data, and for each trunk and arm that meet. Error: cancelled.
Result<Bypasses> find_bypasses(const Graph& graph, const Analyses& analyses, const Limits& limits,
                               const BypassRequest& request);

}  // namespace ramus
