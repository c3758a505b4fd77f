#include "passes/duplicate_branches.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "graph/dataflow.hpp"
#include "graph/weight_layer.hpp"
#include "passes/attention_operators.hpp"
#include "passes/channel_colours.hpp"
#include "passes/decoded_weights.hpp"
#include "passes/wiring.hpp"

namespace ramus {
namespace {

bool has_trained_layers(const Graph& graph, const Branch& branch) {
  bool has_layers = false;
  for (const NodeId id : branch.nodes) {
    const auto layer = find_first_weight_layer(graph, id);
    if (!layer) continue;
    if (is_untrained(graph[layer->weight])) return false;
    has_layers = true;
  }
  return has_layers;
}

// What duplicates have in common, whatever their weights: most branches have nothing that could be their like.
auto outline_of(const Branch& branch) {
  std::vector<std::int64_t> widths;
  for (const UnitRange& range : branch.layers) widths.push_back(range.end - range.begin);
  return std::tuple(branch.nodes.size(), branch.parameters, std::move(widths));
}

using Likeness = std::vector<std::vector<std::size_t>>;  // branches that may be alike

Likeness by_outline(const BranchGroup& group) {
  std::map<decltype(outline_of(group.branches.front())), std::vector<std::size_t>> outlines;
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    if (!group.branches[b].skip) outlines[outline_of(group.branches[b])].push_back(b);
  }
  Likeness alike;
  for (auto& [outline, branches] : outlines) {
    if (branches.size() > 1) alike.push_back(std::move(branches));
  }
  return alike;
}

// Sets of equal keys, by their first branch.
template <class Key>
void add_equal(const std::map<Key, std::vector<std::size_t>>& by_key, std::size_t group,
               std::vector<DuplicateBranches>& found) {
  const std::size_t first = found.size();
  for (const auto& [key, branches] : by_key) {
    if (branches.size() > 1) found.push_back({group, branches, false});
  }
  std::sort(found.begin() + static_cast<std::ptrdiff_t>(first), found.end(),
            [](const auto& a, const auto& b) { return a.branches.front() < b.branches.front(); });
}

// The units of layers that several branches share, each with what is added to it.
class SharedUnits {
 public:
  SharedUnits(const Graph& graph, const Limits& limits) : graph_(graph), decoded_(graph, limits) {}

  struct Unit {
    Colour colour;
    bool is_zero = true;  // all its weights are
  };

  // Units [begin, end) of a layer; of a stack, `slice` says which of its `parts` the layer is. nullopt: they cannot be read.
  std::optional<std::vector<Unit>> read(const WeightLayer& layer, std::int64_t begin, std::int64_t end,
                                        std::int64_t slice = 0, std::int64_t parts = 1) {
    if (layer.groups != 1) return std::nullopt;
    std::vector<Unit> units;
    const FloatView& values = decoded_[layer.weight];
    if (values.size() == 0) return std::nullopt;
    for (std::int64_t unit = begin; unit < end; ++unit) units.push_back(weights_of(values, layer, unit));
    const ValueId bias = bias_of(layer);
    if (!bias.exists()) return units;
    if (!graph_.is_parameter(bias) || graph_[bias].may_be_fed) return std::nullopt;
    const FloatView& numbers = decoded_[graph_[bias].weight];
    const bool is_stacked = parts > 1 && numbers.size() == parts * layer.outputs;
    if (!is_stacked && numbers.size() != layer.outputs && numbers.size() != 1) return std::nullopt;
    for (std::int64_t unit = begin; unit < end; ++unit) {
      Colour& colour = units[static_cast<std::size_t>(unit - begin)].colour;
      ColourHash hash("bias");
      hash.add(colour);
      hash.add(numbers[numbers.size() == 1 ? 0 : (is_stacked ? slice * layer.outputs : 0) + unit]);
      colour = hash.colour();
    }
    return units;
  }

  // Whether an operator that is none of the layers reads numbers of its own for each of so many parts: a bias that heads
  // add to their scores.
  bool differ_elsewhere(const std::vector<NodeId>& nodes, const std::vector<WeightLayer>& layers,
                        std::int64_t parts) const {
    std::set<NodeId> known;
    for (const WeightLayer& layer : layers) {
      known.insert(layer.node);
      if (const NodeId adding = adder_of(layer); adding.exists()) known.insert(adding);
    }
    return std::any_of(nodes.begin(), nodes.end(), [&](NodeId id) {
      if (known.count(id) != 0) return false;
      const auto& inputs = graph_[id].inputs;
      const bool works_on_each =
          graph_[id].is_one_of({"Add", "Sub", "Mul", "Div", "Sum", "Where", "Min", "Max", "Pow"});
      const bool is_attention = is_attention_operator(graph_[id]);
      for (std::size_t i = 0; i < inputs.size() && (works_on_each || is_attention); ++i) {
        if (!inputs[i].exists() || !comes_from_outside(inputs[i], nodes)) continue;
        const bool is_operand = is_attention && i < 3;  // queries, keys, values
        if (!is_operand && (has_extent(inputs[i], parts) || (is_attention && is_list(inputs[i])))) return true;
      }
      return false;
    });
  }

 private:
  static Unit weights_of(const FloatView& values, const WeightLayer& layer, std::int64_t unit) {
    Unit read;
    ColourHash hash("unit");
    for (std::int64_t i = 0; i < layer.inputs; ++i) {
      for (std::int64_t tap = 0; tap < layer.taps; ++tap) {
        const float value =
            values[layer.offset + unit * layer.output_stride + i * layer.input_stride + tap * layer.tap_stride];
        hash.add(value);
        read.is_zero = read.is_zero && value == 0;
      }
    }
    read.colour = hash.colour();
    return read;
  }

  // The only reader of what a layer makes, if it adds a constant.
  NodeId adder_of(const WeightLayer& layer) const {
    const auto& readers = graph_[layer.output].readers;
    if (readers.size() != 1 || !graph_[readers.front()].is("Add")) return {};
    const auto& inputs = graph_[readers.front()].inputs;
    const bool adds_constant =
        std::any_of(inputs.begin(), inputs.end(), [&](ValueId input) { return graph_.is_constant(input); });
    return adds_constant ? readers.front() : NodeId();
  }

  ValueId bias_of(const WeightLayer& layer) const {
    const auto& own = graph_[layer.node].inputs;
    if (own.size() > 2 && own[2].exists()) return own[2];
    const NodeId adder = adder_of(layer);
    if (!adder.exists()) return {};
    const auto& inputs = graph_[adder].inputs;
    return *std::find_if(inputs.begin(), inputs.end(), [&](ValueId input) { return graph_.is_constant(input); });
  }

  bool has_extent(ValueId value, std::int64_t extent) const {
    const Value& known = graph_[value];
    if (is_integer(known.type)) return false;
    const Dims* dims = graph_.is_parameter(value) ? &graph_[known.weight].dims : known.shape ? &*known.shape : nullptr;
    return dims != nullptr && std::find(dims->begin(), dims->end(), extent) != dims->end();
  }

  // Numbers side by side, as biases of queries, keys and values are.
  bool is_list(ValueId value) const {
    return graph_.is_parameter(value) && !is_integer(graph_[value].type) &&
           graph_[graph_[value].weight].dims.size() == 1;
  }

  bool comes_from_outside(ValueId value, const std::vector<NodeId>& nodes) const {
    const NodeId producer = graph_[value].producer;
    return graph_.is_constant(value) || !producer.exists() || !std::binary_search(nodes.begin(), nodes.end(), producer);
  }

  const Graph& graph_;
  DecodedWeights decoded_;
};

class DuplicateFinder {
 public:
  DuplicateFinder(const Graph& graph, const ChannelFlow& flow, const Limits& limits,
                  const std::function<bool()>& cancelled)
      : graph_(graph),
        flow_(flow),
        limits_(limits),
        cancelled_(cancelled),
        place_(topological_places(graph)),
        units_(graph, limits) {}

  void look_at(std::size_t g, const BranchGroup& group) {
    if (group.kind == BranchKind::heads) return look_at_heads(g, group);
    if (group.kind == BranchKind::experts && shares_nodes(group)) return look_at_slices(g, group);
    const bool meets = group.join.exists() && !shares_nodes(group) && group.kind != BranchKind::conditional;
    if (meets) look_at_arms(g, group);
  }

  std::vector<DuplicateBranches> take() { return std::move(found_); }

 private:
  using Units = std::vector<Colour>;

  void look_at_arms(std::size_t g, const BranchGroup& group) {
    const bool any_order = group.along == ConcatAxis::channels;
    const Likeness likeness = by_outline(group);
    if (likeness.empty()) return;
    const std::vector<ValueIds> ends = ends_of_branches(graph_, group);
    std::map<Units, std::vector<std::size_t>> by_colours;
    std::map<std::size_t, Units> in_order;
    for (const std::vector<std::size_t>& alike : likeness) {
      for (const std::size_t b : alike) {
        if (cancelled_()) return;
        if (!has_trained_layers(graph_, group.branches[b])) continue;
        auto colours = find_channel_colours(graph_, flow_, group, group.branches[b], ends[b], place_, limits_);
        if (!colours) continue;
        if (any_order) {
          in_order.emplace(b, *colours);
          std::sort(colours->begin(), colours->end());
        }
        by_colours[std::move(*colours)].push_back(b);
      }
    }
    const std::size_t first = found_.size();
    add_equal(by_colours, g, found_);
    for (std::size_t i = first; i < found_.size() && any_order; ++i) {
      const std::vector<std::size_t>& branches = found_[i].branches;
      found_[i].reordered = std::any_of(branches.begin(), branches.end(),
                                        [&](std::size_t b) { return in_order.at(b) != in_order.at(branches.front()); });
    }
  }

  using Head = std::vector<std::vector<SharedUnits::Unit>>;  // queries, keys, values

  // Queries with the keys that they meet, and values, each in any order: scores are sums over units. Heads of nothing but
  // zeros are dead, and no duplicates. Layer by layer, so that each is decoded once.
  void look_at_heads(std::size_t g, const BranchGroup& group) {
    std::vector<Head> heads(group.branches.size());
    std::vector<WeightLayer> layers;
    for (std::size_t part = 0; part < 3; ++part) {
      for (std::size_t b = 0; b < heads.size(); ++b) {
        const std::vector<UnitRange>& ranges = group.branches[b].layers;
        if (ranges.size() != 3 || cancelled_()) return;
        const auto layer = find_weight_layer(graph_, ranges[part].layer);
        if (!layer || is_untrained(graph_[layer->weight])) return;
        auto units = units_.read(*layer, ranges[part].begin, ranges[part].end);
        if (!units) return;
        heads[b].push_back(std::move(*units));
        if (b == 0) layers.push_back(*layer);
      }
    }
    if (units_.differ_elsewhere(group.branches.front().nodes, layers, static_cast<std::int64_t>(heads.size()))) return;
    std::map<std::pair<Units, Units>, std::vector<std::size_t>> by_weights;
    for (std::size_t b = 0; b < heads.size(); ++b) {
      const auto &queries = heads[b][0], &keys = heads[b][1], &values = heads[b][2];
      if (queries.size() != keys.size()) return;
      if (are_zero(values)) continue;
      Units scores, written;
      for (std::size_t u = 0; u < queries.size(); ++u) {
        ColourHash pair("pair");
        pair.add(queries[u].colour);
        pair.add(keys[u].colour);
        scores.push_back(pair.colour());
      }
      for (const SharedUnits::Unit& unit : values) written.push_back(unit.colour);
      std::sort(scores.begin(), scores.end());
      std::sort(written.begin(), written.end());
      by_weights[{std::move(scores), std::move(written)}].push_back(b);
    }
    add_equal(by_weights, g, found_);
  }

  static bool are_zero(const std::vector<SharedUnits::Unit>& units) {
    return std::all_of(units.begin(), units.end(), [](const SharedUnits::Unit& unit) { return unit.is_zero; });
  }

  // Experts that are slices of the same stacks, unit by unit.
  void look_at_slices(std::size_t g, const BranchGroup& group) {
    const std::size_t experts = group.branches.size();
    const std::vector<NodeId>& nodes = group.branches.front().nodes;
    std::vector<std::vector<WeightLayer>> stacks;
    std::vector<WeightLayer> first;
    for (const NodeId id : nodes) {
      std::vector<WeightLayer> slices = find_weight_layers(graph_, id);
      if (slices.size() != experts) continue;
      if (is_untrained(graph_[slices.front().weight])) return;
      first.push_back(slices.front());
      stacks.push_back(std::move(slices));
    }
    if (stacks.empty() || stacks.size() != group.branches.front().layers.size()) return;  // one of them cannot be read
    if (units_.differ_elsewhere(nodes, first, static_cast<std::int64_t>(experts))) return;
    std::vector<Units> by_expert(experts);
    std::vector<bool> has_zeros(experts, false);
    for (const std::vector<WeightLayer>& stack : stacks) {  // stack by stack: each is decoded once
      for (std::size_t e = 0; e < experts; ++e) {
        if (cancelled_()) return;
        const auto units = units_.read(stack[e], 0, stack[e].outputs, static_cast<std::int64_t>(e),
                                       static_cast<std::int64_t>(experts));
        if (!units) return;
        for (const SharedUnits::Unit& unit : *units) by_expert[e].push_back(unit.colour);
        has_zeros[e] = has_zeros[e] || are_zero(*units);
      }
    }
    std::map<Units, std::vector<std::size_t>> by_weights;
    for (std::size_t e = 0; e < experts; ++e) {
      if (!has_zeros[e]) by_weights[std::move(by_expert[e])].push_back(e);
    }
    add_equal(by_weights, g, found_);
  }

  const Graph& graph_;
  const ChannelFlow& flow_;
  const Limits& limits_;
  const std::function<bool()>& cancelled_;  // a look that it ends says nothing
  const std::vector<std::size_t> place_;    // by node, in topological order
  SharedUnits units_;
  std::vector<DuplicateBranches> found_;
};

}  // namespace

Result<std::vector<DuplicateBranches>> find_duplicate_branches(const Graph& graph, const ChannelFlow& flow,
                                                               const std::vector<BranchGroup>& groups,
                                                               const Limits& limits,
                                                               const std::function<bool()>& cancelled) {
  DuplicateFinder finder(graph, flow, limits, cancelled);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    finder.look_at(g, groups[g]);
    if (cancelled()) return failure(ErrorKind::cancelled, "cancelled");
  }
  return finder.take();
}

}  // namespace ramus
