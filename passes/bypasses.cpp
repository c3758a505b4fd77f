#include "passes/bypasses.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "graph/weight_layer.hpp"
#include "passes/branch_group.hpp"
#include "passes/bypass_form.hpp"

namespace ramus {
namespace {

constexpr std::size_t kUnreached = static_cast<std::size_t>(-1);

bool is_matrix(const WeightView& weight) {
  return parameters_in(weight) > 0 &&
         std::count_if(weight.dims.begin(), weight.dims.end(), [](std::int64_t dim) { return dim > 1; }) >= 2;
}

// How many layers a node is: one that applies a matrix, a kernel or a table, or, with bodies, all in the largest of them. Of
// Einsum and of operators that only ONNX Runtime knows, any constant of two dimensions counts.
std::size_t layers_in(const Graph& graph, NodeId id) {
  if (find_first_weight_layer(graph, id)) return 1;
  const Node& node = graph[id];
  std::size_t most = 0;
  for (const Body& body : node.bodies) {
    std::size_t inside = 0;
    for (std::uint32_t n = 0; n < body.graph->nodes().size(); ++n) inside += layers_in(*body.graph, NodeId(n));
    most = std::max(most, inside);
  }
  if (most > 0) return most;
  const bool is_foreign = !node.domain.empty() && node.domain != "ai.onnx";
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const WeightView* weight = graph.parameter(node, i);
    if (weight != nullptr && is_matrix(*weight) && (is_foreign || node.is("Einsum") || (node.is("Gather") && i == 0))) {
      return 1;
    }
  }
  return 0;
}

// Which inputs bring less than another one: indices and truth values beside numbers; of one kind those of fewer elements,
// extents that are not known counting as 1, or of as many in fewer dimensions.
class LargestInputs {
 public:
  LargestInputs(const Graph& graph, const std::vector<ValueId>& inputs) {
    for (const ValueId input : inputs) {
      const Value& value = graph[input];
      Size& largest = of_kind_[is_index_type(value.type) ? 1 : 0];
      largest = std::max(largest, size_of(value));
    }
  }

  bool bring_more_than(const Value& value) const {
    if (is_index_type(value.type) && of_kind_[0].exists) return true;
    return value.shape && size_of(value) < of_kind_[is_index_type(value.type) ? 1 : 0];
  }

 private:
  struct Size {
    bool exists = false;
    double elements = 0;
    std::size_t rank = 0;
    friend auto operator<=>(const Size&, const Size&) = default;
  };

  static Size size_of(const Value& value) {
    Size size{true, 0, 0};
    if (!value.shape) return size;
    size.elements = 1;
    size.rank = value.shape->size();
    for (const std::int64_t extent : *value.shape) {
      if (extent != kUnknownDim) size.elements *= static_cast<double>(extent);
    }
    return size;
  }

  std::array<Size, 2> of_kind_;  // numbers; indices and truth values
};

class BypassFinder {
 public:
  BypassFinder(const Graph& graph, const Analyses& analyses, const Limits& limits, const BypassRequest& request)
      : graph_(graph),
        analyses_(analyses),
        request_(request),
        steps_left_(limits.region_visits),
        place_(topological_places(graph)) {
    layers_.resize(graph.nodes().size());
    data_.resize(graph.nodes().size());
    for (std::size_t n = 0; n < layers_.size(); ++n) {
      const NodeId id(static_cast<std::uint32_t>(n));
      layers_[n] = layers_in(graph, id);
      if (!graph[id].is_one_of({"Shape", "Size"})) data_[n] = distinct(graph.data_inputs(id));
    }
    count_layers_above();
    measure_what_follows();
  }

  Result<Bypasses> run() {
    Bypasses found;
    const std::vector<ValueId> all = inputs();
    find_side_inputs(all);
    const std::size_t whole = size_of_graph();
    for (const ValueId input : all) {
      if (request_.cancelled()) return failure(ErrorKind::cancelled, "cancelled");
      if (!take(whole)) break;
      measure_depths(input);
      for (const NodeId id : graph_.topological_order()) {
        if (auto status = look_at(input, id, found); !status) return propagate(std::move(status.error()));
        if (is_exhausted_) break;
      }
    }
    found.complete = !is_exhausted_;
    return found;
  }

 private:
  // False, and from then on: too many.
  bool take(std::size_t steps) {
    is_exhausted_ = is_exhausted_ || steps_left_ < steps;
    if (!is_exhausted_) steps_left_ -= steps;
    return !is_exhausted_;
  }

  // Steps of a walk over all of it.
  std::size_t size_of_graph() const {
    std::size_t size = graph_.nodes().size() + graph_.values().size();
    for (const Node& node : graph_.nodes()) size += node.inputs.size() + node.captures.size();
    return size;
  }

  std::vector<ValueId> inputs() const {
    std::vector<ValueId> list(graph_.inputs().begin(), graph_.inputs().end());
    for (std::size_t v = 0; v < graph_.values().size(); ++v) {
      const Value& value = graph_.values()[v];
      if (value.kind == ValueKind::captured && !value.is_constant)
        list.push_back(ValueId(static_cast<std::uint32_t>(v)));
    }
    return list;
  }

  const ValueIds& data_of(NodeId id) const { return data_[id.index]; }

  // Those that no layer reads before they have met others, where another one brings what there is to compute with: a layer
  // reads that one alone, or it is the larger of the two.
  void find_side_inputs(const std::vector<ValueId>& all) {
    const std::set<ValueId> read_alone = find_read_alone(all);
    const LargestInputs largest(graph_, all);
    for (const ValueId input : all) {
      if (read_alone.count(input) != 0) continue;
      if (!read_alone.empty() || largest.bring_more_than(graph_[input])) side_inputs_.insert(input);
    }
  }

  std::set<ValueId> find_read_alone(const std::vector<ValueId>& all) const {
    constexpr std::uint32_t kNone = ValueId::kNone, kSeveral = kNone - 1;
    std::set<ValueId> read_alone;
    std::vector<std::uint32_t> origin(graph_.values().size(), kNone);  // by value: the input that it is made of
    for (const ValueId input : all) origin[input.index] = input.index;
    for (const NodeId id : graph_.topological_order()) {
      const ValueIds& data = data_of(id);
      std::uint32_t of_node = kNone;
      for (const ValueId value : data) {
        const std::uint32_t from = origin[value.index];
        if (from == kNone) continue;
        of_node = of_node == kNone || of_node == from ? from : kSeveral;
        if (!graph_[id].bodies.empty() && layers_[id.index] > 0 && from != kSeveral) read_alone.insert(ValueId(from));
      }
      if (layers_[id.index] > 0 && of_node != kNone && of_node != kSeveral) read_alone.insert(ValueId(of_node));
      for (const ValueId output : graph_[id].outputs) {
        if (output.exists()) origin[output.index] = of_node;
      }
    }
    return read_alone;
  }

  // By vertex: layers that all ways to it pass, its own included.
  void count_layers_above() {
    const Dataflow& flow = analyses_.dataflow();
    const DominatorTree& tree = analyses_.dominators();
    layers_above_.assign(flow.size(), 0);
    for (const Vertex v : flow.topological_order()) {
      if (v == tree.root()) continue;
      layers_above_[v] = layers_above_[tree.parent(v)] + (flow.is_node(v) ? layers_[flow.node(v).index] : 0);
    }
  }

  // By value: the fewest layers on a way from it to an output, and the next node on such a way.
  void measure_what_follows() {
    follows_.assign(graph_.values().size(), kUnreached);
    next_.assign(graph_.values().size(), NodeId());
    for (const ValueId output : graph_.outputs()) follows_[output.index] = 0;
    const auto order = graph_.topological_order();
    for (auto at = order.rbegin(); at != order.rend(); ++at) {
      const ValueId nearest = nearest_output(*at);
      if (!nearest.exists()) continue;
      const std::size_t fewest = follows_[nearest.index] + layers_[at->index];
      for (const ValueId value : data_of(*at)) {
        if (follows_[value.index] <= fewest) continue;
        follows_[value.index] = fewest;
        next_[value.index] = *at;
      }
    }
  }

  // The output of a node from which the fewest layers lead on; !exists(): no output of the graph depends on it.
  ValueId nearest_output(NodeId id) const {
    ValueId nearest;
    for (const ValueId output : graph_[id].outputs) {
      if (!output.exists() || follows_[output.index] == kUnreached) continue;
      if (!nearest.exists() || follows_[output.index] < follows_[nearest.index]) nearest = output;
    }
    return nearest;
  }

  // By value: the most layers on a way from the input; kUnreached: it does not depend on it.
  void measure_depths(ValueId input) {
    depth_.assign(graph_.values().size(), kUnreached);
    depth_[input.index] = 0;
    trunk_value_ = ValueId();
    for (const NodeId id : graph_.topological_order()) {
      std::size_t deepest = kUnreached;
      for (const ValueId value : data_of(id)) {
        if (depth_[value.index] != kUnreached) {
          deepest = deepest == kUnreached ? depth_[value.index] : std::max(deepest, depth_[value.index]);
        }
      }
      if (deepest == kUnreached) continue;
      for (const ValueId output : graph_[id].outputs) {
        if (output.exists()) depth_[output.index] = deepest + layers_[id.index];
      }
    }
  }

  // Error: cancelled, which is asked before each walk back.
  Status look_at(ValueId input, NodeId id, Bypasses& found) {
    const ValueIds& data = data_of(id);
    ValueId trunk;
    for (const ValueId value : data) {
      if (depth_[value.index] == kUnreached) continue;
      if (!trunk.exists() || depth_[value.index] > depth_[trunk.index]) trunk = value;
    }
    if (!trunk.exists()) return {};
    const std::size_t skipped = depth_[trunk.index];
    const ValueId nearest = nearest_output(id);
    if (skipped < 2 || !nearest.exists()) return {};
    const std::size_t whole = skipped + layers_[id.index] + follows_[nearest.index];
    if (static_cast<double>(skipped) < request_.least_skipped * static_cast<double>(whole)) return {};
    for (const ValueId arm : data) {
      if (arm == trunk || depth_[arm.index] == kUnreached || !may_part_early(arm, trunk)) continue;
      const double most_own = request_.most_own * static_cast<double>(skipped);
      if (static_cast<double>(depth_[arm.index]) > most_own) continue;
      if (request_.cancelled()) return failure(ErrorKind::cancelled, "cancelled");
      Bypass bypass{input, id, arm, trunk};
      bypass.skipped = skipped;
      bypass.depth = whole;
      bypass.of_side_input = side_inputs_.count(input) != 0;
      if (!mark_layers_of(trunk)) return {};
      if (!walk_back(bypass)) continue;
      if (!describe(bypass)) return {};
      const double most_parameters = request_.most_parameters * static_cast<double>(trunk_parameters_);
      if (bypass.conditional.empty() && static_cast<double>(bypass.parameters) > most_parameters) continue;
      found.all.push_back(std::move(bypass));
    }
    return {};
  }

  // No layer stands on all ways to both: else there is no way past the trunk.
  bool may_part_early(ValueId arm, ValueId trunk) const {
    const Dataflow& flow = analyses_.dataflow();
    const Vertex parting = analyses_.dominators().nearest_common_ancestor(flow.vertex(arm), flow.vertex(trunk));
    return layers_above_[parting] == 0;
  }

  // False: it takes too many steps.
  bool describe(Bypass& bypass) {
    for (const NodeId id : bypass.nodes) {
      if (is_conditional(graph_, id)) bypass.conditional.push_back(id);
    }
    Branch arm;
    arm.nodes = bypass.nodes;
    describe_branch(graph_, arm);
    bypass.parameters = arm.parameters;
    bypass.form = find_bypass_form(graph_, analyses_.attention(), bypass);
    bypass.output = nearest_output(bypass.join);
    while (!graph_[bypass.output].is_output) {
      const NodeId next = next_[bypass.output.index];
      if (bypass.way_on.size() < kMostSteps) bypass.way_on.push_back(next);
      bypass.output = nearest_output(next);
      if (!take(1)) return false;
    }
    return true;
  }

  // The layers that a value depends on, in trunk_. False: they are not known, for it takes too many steps.
  bool mark_layers_of(ValueId value) {
    if (value == trunk_value_) return true;
    trunk_value_ = value;
    if (!take(graph_.nodes().size())) return false;
    trunk_.assign(graph_.nodes().size(), false);
    Branch layers;
    std::vector<NodeId> open;
    std::vector<bool> seen(graph_.nodes().size(), false);
    const auto enter = [&](ValueId read) {
      const NodeId producer = graph_[read].producer;
      if (!producer.exists() || depth_[read.index] == kUnreached || seen[producer.index]) return;
      seen[producer.index] = true;
      open.push_back(producer);
    };
    enter(value);
    for (std::size_t i = 0; i < open.size(); ++i) {
      trunk_[open[i].index] = layers_[open[i].index] > 0;
      if (layers_[open[i].index] > 0) layers.nodes.push_back(open[i]);
      const ValueIds& data = data_of(open[i]);
      if (!take(1 + data.size())) return false;
      for (const ValueId read : data) enter(read);
    }
    std::sort(layers.nodes.begin(), layers.nodes.end());
    describe_branch(graph_, layers);
    trunk_parameters_ = layers.parameters;
    return true;
  }

  // Fills what lies on ways from the input to the arm past the trunk's layers, how many layers these have, and the shortest.
  // False: there is none, or it takes too many steps.
  bool walk_back(Bypass& bypass) {
    std::vector<ValueId> open{bypass.arm};
    std::map<ValueId, ValueId> towards_arm{{bypass.arm, ValueId()}};  // breadth first: on the shortest way
    for (std::size_t i = 0; i < open.size(); ++i) {
      const NodeId producer = graph_[open[i]].producer;
      if (open[i] == bypass.input || !producer.exists() || trunk_[producer.index]) continue;
      const ValueIds& data = data_of(producer);
      if (!take(1 + data.size())) return false;
      for (const ValueId value : data) {
        if (depth_[value.index] != kUnreached && towards_arm.emplace(value, open[i]).second) open.push_back(value);
      }
    }
    if (towards_arm.find(bypass.input) == towards_arm.end()) return false;
    for (ValueId at = towards_arm.at(bypass.input); at.exists() && bypass.way.size() < kMostSteps;
         at = towards_arm.at(at)) {
      bypass.way.push_back(graph_[at].producer);
    }
    // Forth again: of what leads to the arm, that which the input leads to.
    std::vector<NodeId> nodes;
    for (const auto& [value, next] : towards_arm) {
      const NodeId producer = graph_[value].producer;
      if (value != bypass.input && producer.exists() && !trunk_[producer.index]) nodes.push_back(producer);
    }
    std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) { return place_[a.index] < place_[b.index]; });
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    std::map<ValueId, std::size_t> layers{{bypass.input, 0}};
    for (const NodeId id : nodes) {
      std::optional<std::size_t> most;
      for (const ValueId value : data_of(id)) {
        if (const auto known = layers.find(value); known != layers.end())
          most = std::max(most.value_or(0), known->second);
      }
      if (!most) continue;
      bypass.nodes.push_back(id);
      for (const ValueId output : graph_[id].outputs) layers[output] = *most + layers_[id.index];
    }
    bypass.own = layers.at(bypass.arm);
    std::sort(bypass.nodes.begin(), bypass.nodes.end());
    return true;
  }

  const Graph& graph_;
  const Analyses& analyses_;
  const BypassRequest& request_;
  std::uint64_t steps_left_;
  bool is_exhausted_ = false;
  const std::vector<std::size_t> place_;  // by node, in the topological order
  std::vector<bool> trunk_;               // by node: a layer that trunk_value_ depends on
  ValueId trunk_value_;
  std::set<ValueId> side_inputs_;
  std::int64_t trunk_parameters_ = 0;  // of these layers
  std::vector<ValueIds> data_;  // by node: what it reads as data, each once; nothing, of what asks for the shape alone
  std::vector<std::size_t> layers_;        // by node
  std::vector<std::size_t> layers_above_;  // by vertex
  std::vector<std::size_t> follows_;       // by value
  std::vector<NodeId> next_;               // by value
  std::vector<std::size_t> depth_;         // by value, from the input at hand
};

}  // namespace

Result<Bypasses> find_bypasses(const Graph& graph, const Analyses& analyses, const Limits& limits,
                               const BypassRequest& request) {
  return BypassFinder(graph, analyses, limits, request).run();
}

}  // namespace ramus
