#include "passes/dead_branches.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "graph/weight_layer.hpp"
#include "passes/decoded_weights.hpp"
#include "passes/linear_operators.hpp"
#include "passes/wiring.hpp"

namespace ramus {
namespace {

class DeathFinder {
 public:
  DeathFinder(const Graph& graph, const Limits& limits, const std::function<bool()>& cancelled)
      : graph_(graph), limits_(limits), cancelled_(cancelled), decoded_(graph, limits) {}

  // Of one group, by branch.
  std::vector<DeadBranch> look_at(const BranchGroup& group) {
    Deaths dead(group.branches.size());
    if (!shares_nodes(group)) {
      const std::vector<ValueIds> ends = ends_of_branches(graph_, group);
      for (std::size_t b = 0; b < dead.size() && !cancelled_(); ++b)
        dead[b] = look_at(group, group.branches[b], ends[b]);
    } else if (group.kind == BranchKind::experts) {
      look_at_slices(group, dead);
    } else {
      look_at_ranges(group, dead);
    }
    std::vector<DeadBranch> all;
    for (std::size_t b = 0; b < dead.size(); ++b) {
      if (!dead[b]) continue;
      all.push_back(*dead[b]);
      all.back().branch = b;
    }
    return all;
  }

 private:
  using Deaths = std::vector<std::optional<DeadBranch>>;  // by branch

  static DeadBranch died(DeathCause cause, NodeId at) { return {0, 0, cause, at}; }

  std::optional<DeadBranch> look_at(const BranchGroup& group, const Branch& branch, const ValueIds& ends) {
    if (branch.skip || is_read_outside(branch)) return std::nullopt;
    if (const NodeId killer = killer_of(branch, ends); killer.exists()) {
      const bool is_layer = find_first_weight_layer(graph_, killer).has_value();
      return died(is_layer ? DeathCause::zero_weights : DeathCause::zero_factor, killer);
    }
    if (const NodeId reader = reads_zero(group, branch); reader.exists()) return died(DeathCause::unread, reader);
    return std::nullopt;
  }

  // An output of the graph that it does not end in stands inside the branch: it has another purpose as well.
  bool is_read_outside(const Branch& branch) const {
    return std::any_of(branch.nodes.begin(), branch.nodes.end(), [&](NodeId id) {
      const auto& outputs = graph_[id].outputs;
      return std::any_of(outputs.begin(), outputs.end(), [&](ValueId output) {
        return output.exists() && output != branch.output && graph_[output].is_output;
      });
    });
  }

  // All elements are zero, whatever a caller does.
  bool is_zero(ValueId value) {
    if (!graph_.is_parameter(value) || graph_[value].may_be_fed) return false;
    const WeightId id = graph_[value].weight;
    const auto [known, is_new] = zero_.try_emplace(id, false);
    if (!is_new) return known->second;
    const auto values = graph_[id].floats(limits_);
    bool zero = values && values->size() > 0;
    for (std::int64_t i = 0; zero && i < values->size(); ++i) zero = (*values)[i] == 0;
    return known->second = zero;
  }

  // And not because nobody trained them. Scales are often one number, which is no sign of that.
  bool is_zero_matrix(ValueId value) { return is_zero(value) && !is_untrained(graph_[graph_[value].weight]); }

  // What comes out does not depend on the data that go in, but for a bias that is computed.
  bool kills(NodeId id) {
    const Node& node = graph_[id];
    if (node.is_one_of({"Conv", "ConvTranspose", "Gemm", "MatMul"})) {
      if (node.is("Gemm") && node.float_attribute("alpha", 1) == 0) return true;
      return std::any_of(node.inputs.begin(),
                         node.inputs.begin() + std::min<std::ptrdiff_t>(2, std::ssize(node.inputs)),
                         [&](ValueId input) { return is_zero_matrix(input); });
    }
    if (node.is("Mul")) {
      return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) { return is_zero(input); });
    }
    const bool is_norm = node.is_one_of({"BatchNormalization", "LayerNormalization", "InstanceNormalization",
                                         "GroupNormalization", "RMSNormalization", "SimplifiedLayerNormalization"});
    return is_norm && node.inputs.size() > 1 && is_zero(node.inputs[1]);
  }

  // A node that kills, where every way through the branch passes one.
  NodeId killer_of(const Branch& branch, const ValueIds& ends) {
    NodeId killer;
    std::set<NodeId> seen;
    std::vector<ValueId> open(ends.begin(), ends.end());
    while (!open.empty()) {
      const NodeId producer = graph_[open.back()].producer;
      open.pop_back();
      const bool is_inside =
          producer.exists() && std::binary_search(branch.nodes.begin(), branch.nodes.end(), producer);
      if (!is_inside) return {};  // data get through
      if (!seen.insert(producer).second) continue;
      if (kills(producer)) {
        killer = producer;
        const auto& inputs = graph_[producer].inputs;  // the third is the bias of layers and norms
        if (inputs.size() > 2 && inputs[2].exists() && !graph_.is_constant(inputs[2])) open.push_back(inputs[2]);
        continue;
      }
      const ValueIds data = graph_.data_inputs(producer);
      open.insert(open.end(), data.begin(), data.end());
    }
    return killer;
  }

  // Units [begin, end) of a layer that are zero; inputs likewise.
  bool is_zero_part(const WeightLayer& layer, std::int64_t begin, std::int64_t end, bool of_inputs) {
    if (is_untrained(graph_[layer.weight])) return false;
    const FloatView& values = decoded_[layer.weight];
    if (values.size() == 0) return false;
    const std::int64_t rows = layer.transposed ? layer.outputs_per_group() : layer.outputs;
    const std::int64_t columns = layer.transposed ? layer.inputs : layer.inputs_per_group();
    const std::int64_t first_row = of_inputs ? 0 : begin, last_row = of_inputs ? rows : end;
    const std::int64_t first_column = of_inputs ? begin : 0, last_column = of_inputs ? end : columns;
    if (last_row > rows || last_column > columns) return false;
    for (std::int64_t row = first_row; row < last_row; ++row) {
      for (std::int64_t column = first_column; column < last_column; ++column) {
        const std::int64_t at = layer.offset + row * layer.output_stride + column * layer.input_stride;
        for (std::int64_t tap = 0; tap < layer.taps; ++tap) {
          if (values[at + tap * layer.tap_stride] != 0) return false;
        }
      }
    }
    return true;
  }

  // Of branches that are ranges of shared layers: a layer whose part is zero. Heads: values, or what reads them; a head whose
  // queries or keys are zero still writes the mean of its values. Layer by layer, so that each is decoded once.
  void look_at_ranges(const BranchGroup& group, Deaths& dead) {
    for (std::size_t i = 0; i < group.branches.front().inputs.size(); ++i) {
      for (std::size_t b = 0; b < dead.size() && !cancelled_(); ++b) {
        if (i < group.branches[b].inputs.size()) look_at_range(group.branches[b].inputs[i], true, dead[b]);
      }
    }
    const Branch& first = group.branches.front();
    for (std::size_t i = !first.inputs.empty() && first.layers.size() > 2 ? 2 : 0; i < first.layers.size(); ++i) {
      for (std::size_t b = 0; b < dead.size() && !cancelled_(); ++b) {
        if (i < group.branches[b].layers.size()) look_at_range(group.branches[b].layers[i], false, dead[b]);
      }
    }
  }

  void look_at_range(const UnitRange& range, bool of_inputs, std::optional<DeadBranch>& dead) {
    if (dead) return;
    const auto layer = find_weight_layer(graph_, range.layer);
    const bool can_tell = layer && (of_inputs ? layer->groups == 1 : !layer->transposed);
    if (can_tell && is_zero_part(*layer, range.begin, range.end, of_inputs)) {
      dead = died(DeathCause::zero_weights, range.layer);
    }
  }

  // Of experts that are slices of stacks: a stack whose slice is zero.
  void look_at_slices(const BranchGroup& group, Deaths& dead) {
    for (const NodeId id : group.branches.front().nodes) {
      const std::vector<WeightLayer> slices = find_weight_layers(graph_, id);
      if (slices.size() != dead.size()) continue;
      for (std::size_t e = 0; e < dead.size() && !cancelled_(); ++e) {
        if (!dead[e] && is_zero_part(slices[e], 0, slices[e].outputs, false)) {
          dead[e] = died(DeathCause::zero_weights, id);
        }
      }
    }
  }

  // Of a branch that is channels of a join: a reader, where all readers are layers with zeros for them. Looked for through
  // operators that keep channels apart.
  NodeId reads_zero(const BranchGroup& group, const Branch& branch) {
    if (!branch.units || !group.join.exists() || group.along != ConcatAxis::channels) return {};
    NodeId reader;
    std::vector<ValueId> open{graph_[group.join].outputs.front()};
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (graph_[open[i]].is_output || i >= kMostSteps) return {};
      for (const NodeId id : graph_[open[i]].readers) {
        const Node& node = graph_[id];
        if (const auto layer = find_weight_layer(graph_, id)) {
          const bool is_read = layer->input != open[i] || layer->groups != 1 || layer->transposed ||
                               !is_zero_part(*layer, branch.units->begin, branch.units->end, true);
          if (is_read) return {};
          reader = id;
        } else if (keeps_channels(id) && node.outputs.size() == 1) {
          open.push_back(node.outputs.front());
        } else {
          return {};
        }
      }
    }
    return reader;
  }

  bool keeps_channels(NodeId id) const {
    return graph_.data_inputs(id).size() == 1 &&
           (is_elementwise(graph_, id) || graph_[id].is_one_of({"BatchNormalization", "MaxPool", "AveragePool",
                                                                "GlobalAveragePool", "GlobalMaxPool"}));
  }

  static constexpr std::size_t kMostSteps = 64;

  const Graph& graph_;
  const Limits& limits_;
  const std::function<bool()>& cancelled_;  // a look that it ends says nothing
  std::map<WeightId, bool> zero_;
  DecodedWeights decoded_;
};

}  // namespace

std::string_view name_of(DeathCause cause) {
  constexpr std::array<std::string_view, 3> kNames{"zero-weights", "zero-factor", "unread"};
  return kNames[static_cast<std::size_t>(cause)];
}

Result<std::vector<DeadBranch>> find_dead_branches(const Graph& graph, const std::vector<BranchGroup>& groups,
                                                   const Limits& limits, const std::function<bool()>& cancelled) {
  std::vector<DeadBranch> all;
  DeathFinder finder(graph, limits, cancelled);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (DeadBranch& dead : finder.look_at(groups[g])) {
      dead.group = g;
      all.push_back(dead);
    }
    if (cancelled()) return failure(ErrorKind::cancelled, "cancelled");
  }
  return all;
}

}  // namespace ramus
