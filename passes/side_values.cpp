#include "passes/side_values.hpp"

#include <algorithm>
#include <set>

#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

// Rows of a table picked by indices are features, though indices are none.
bool looks_up(const Graph& graph, const Node& node) {
  const WeightView* table = node.is("Gather") ? graph.parameter(node, 0) : nullptr;
  return table != nullptr && table->dims.size() >= 2 && !is_index_type(table->type);
}

std::vector<bool> find_features(const Graph& graph) {
  std::vector<bool> features(graph.values().size(), false);
  for (std::size_t v = 0; v < features.size(); ++v) {
    const Value& value = graph.values()[v];
    features[v] = !value.producer.exists() && !value.is_constant && !is_index_type(value.type);
  }
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph[id];
    const auto inputs = graph.data_inputs(id);
    const bool carries =
        !node.is_one_of({"Shape", "Size"}) &&
        (looks_up(graph, node) || find_weight_layer(graph, id) ||
         std::any_of(inputs.begin(), inputs.end(), [&](ValueId input) { return features[input.index]; }));
    for (const ValueId output : node.outputs) {
      if (output.exists()) features[output.index] = carries && !is_index_type(graph[output].type);
    }
  }
  return features;
}

}  // namespace

SideValues::SideValues(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators,
                       const AttentionCores& attention, const Limits& limits)
    : graph_(graph),
      flow_(flow),
      dominators_(dominators),
      place_(flow.size(), 0),
      carries_features_(find_features(graph)),
      stamp_(flow.size(), 0),
      reached_(flow.size(), false),
      leads_to_core_(graph.nodes().size(), false),
      makes_keys_(graph.nodes().size(), false),
      steps_left_(limits.region_visits) {
  std::size_t next = 0;
  for (const Vertex v : flow.topological_order()) place_[v] = next++;
  const auto mark = [&](const HeadLayer& layer) {
    if (layer.role == HeadRole::key || layer.role == HeadRole::value) makes_keys_[layer.layer.index] = true;
  };
  const auto unmark = [&](const HeadLayer& layer) {
    if (layer.role == HeadRole::query) makes_keys_[layer.layer.index] = false;
  };
  for (const Attention& each : attention.all) {
    for (const NodeId node : each.paths) leads_to_core_[node.index] = true;
    std::for_each(each.layers.begin(), each.layers.end(), mark);
  }
  for (const Attention& each : attention.all) std::for_each(each.layers.begin(), each.layers.end(), unmark);
}

bool SideValues::is_side(ValueId value, ValueId skip) const {
  if (!carries_features_[value.index]) return true;
  return dominators_.nearest_common_ancestor(flow_.vertex(value), flow_.vertex(skip)) == Dataflow::kSource;
}

// Back from a value that the block reads to the layers that make keys or values; adds them and what lies between to
// `carriers`. False where it comes from anything else, from queries for one.
bool SideValues::is_attended_to(ValueId value, ValueId skip, std::vector<NodeId>& carriers) {
  std::vector<NodeId> found;
  std::set<NodeId> seen;
  std::vector<ValueId> open{value};
  bool makes_keys = false;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (steps_left_ == 0) return false;
    --steps_left_;
    const NodeId producer = graph_[open[i]].producer;
    const bool is_carrier = producer.exists() && (leads_to_core_[producer.index] || makes_keys_[producer.index]);
    if (!is_carrier && (i == 0 || !is_side(open[i], skip))) return false;
    if (!is_carrier || !seen.insert(producer).second) continue;
    found.push_back(producer);
    makes_keys = makes_keys || makes_keys_[producer.index];
    if (makes_keys_[producer.index]) continue;
    const auto inputs = graph_.data_inputs(producer);
    open.insert(open.end(), inputs.begin(), inputs.end());
  }
  if (makes_keys) carriers.insert(carriers.end(), found.begin(), found.end());
  return makes_keys;
}

// What `block` depends on, back to where the fork is computed; members_ by their places, and which of them depend on it.
void SideValues::sweep(Vertex fork, ValueId block) {
  ++now_;
  members_.clear();
  const auto enter = [&](Vertex v) {
    if (stamp_[v] == now_ || place_[v] <= place_[fork]) return;
    stamp_[v] = now_;
    members_.push_back(v);
  };
  enter(flow_.vertex(block));
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto [begin, end] = boost::in_edges(members_[i], flow_.edges());
    for (auto edge = begin; edge != end; ++edge) enter(static_cast<Vertex>(boost::source(*edge, flow_.edges())));
  }
  steps_left_ -= std::min<std::uint64_t>(steps_left_, members_.size());
  std::sort(members_.begin(), members_.end(), [&](Vertex a, Vertex b) { return place_[a] < place_[b]; });
  for (const Vertex v : members_) {
    const auto [begin, end] = boost::in_edges(v, flow_.edges());
    reached_[v] = std::any_of(begin, end, [&](const auto& edge) {
      const auto from = static_cast<Vertex>(boost::source(edge, flow_.edges()));
      return from == fork || (stamp_[from] == now_ && reached_[from]);
    });
  }
}

// Whether all that the block reads beside the skip comes from the side; `carriers` of keys and values, with repetitions.
bool SideValues::find_carriers(ValueId skip, std::vector<NodeId>& carriers) {
  for (const Vertex v : members_) {
    if (!reached_[v] || !flow_.is_node(v)) continue;
    for (const ValueId input : graph_.data_inputs(flow_.node(v))) {
      if (flow_.vertex(input) == flow_.vertex(skip) || is_inside(flow_.vertex(input))) continue;
      if (!is_attended_to(input, skip, carriers) && !is_side(input, skip)) return false;
    }
  }
  return true;
}

// Carriers that nothing outside reads become part of the block.
void SideValues::take_in(std::vector<NodeId>& carriers) {
  const auto is_later = [&](NodeId a, NodeId b) { return place_[flow_.vertex(a)] > place_[flow_.vertex(b)]; };
  std::sort(carriers.begin(), carriers.end(), is_later);
  carriers.erase(std::unique(carriers.begin(), carriers.end()), carriers.end());
  const auto is_read_inside = [&](Vertex value) {
    const auto [begin, end] = boost::out_edges(value, flow_.edges());
    return std::all_of(begin, end, [&](const auto& edge) {
      return is_inside(static_cast<Vertex>(boost::target(edge, flow_.edges())));
    });
  };
  for (const NodeId carrier : carriers) {
    std::vector<Vertex> taken{flow_.vertex(carrier)};
    for (const ValueId output : graph_[carrier].outputs) {
      if (output.exists()) taken.push_back(flow_.vertex(output));
    }
    if (!std::all_of(taken.begin() + 1, taken.end(), is_read_inside)) continue;
    for (const Vertex v : taken) {
      if (stamp_[v] != now_) members_.push_back(v);
      stamp_[v] = now_;
      reached_[v] = true;
    }
  }
}

Region SideValues::region_around(NodeId sum, Vertex fork, std::uint32_t skip_input) const {
  Region region;
  region.fork = fork;
  region.join = sum;
  region.inputs = graph_.data_inputs(sum);
  Arm arm{.nodes = {}, .inputs = {1 - skip_input}, .skip = false};
  for (const Vertex v : members_) {
    if (!reached_[v]) continue;
    if (flow_.is_node(v)) {
      arm.nodes.push_back(flow_.node(v));
      for (const ValueId input : graph_.data_inputs(flow_.node(v))) {
        if (flow_.vertex(input) != fork && !is_inside(flow_.vertex(input))) region.crossing.push_back(input);
      }
    }
    const auto [begin, end] = boost::out_edges(v, flow_.edges());
    for (auto edge = begin; edge != end; ++edge) {
      const auto next = static_cast<Vertex>(boost::target(*edge, flow_.edges()));
      if (is_inside(next) || next == flow_.vertex(sum)) continue;
      region.crossing.push_back(flow_.is_value(v) ? flow_.value(v) : flow_.value(next));
      if (flow_.is_value(v)) break;
    }
  }
  std::sort(arm.nodes.begin(), arm.nodes.end());
  std::sort(region.crossing.begin(), region.crossing.end());
  region.crossing.erase(std::unique(region.crossing.begin(), region.crossing.end()), region.crossing.end());
  region.arms.resize(2);
  region.arms[skip_input] = Arm{.nodes = {}, .inputs = {skip_input}, .skip = true};
  region.arms[1 - skip_input] = std::move(arm);
  return region;
}

std::optional<Region> SideValues::find_region(NodeId sum, ValueId skip, ValueId block, std::uint32_t skip_input) {
  const Vertex fork = flow_.vertex(skip);
  if (steps_left_ == 0 || place_[fork] >= place_[flow_.vertex(block)]) return std::nullopt;
  sweep(fork, block);
  std::vector<NodeId> carriers;
  if (!is_inside(flow_.vertex(block)) || !find_carriers(skip, carriers)) return std::nullopt;
  take_in(carriers);
  return region_around(sum, fork, skip_input);
}

std::optional<Region> SideValues::find_region(NodeId sum) {
  const auto inputs = graph_.data_inputs(sum);
  if (inputs.size() != 2 || inputs[0] == inputs[1] || !flow_.is_connected(sum)) return std::nullopt;
  for (const std::uint32_t skip : {0u, 1u}) {
    const ValueId value = inputs[skip], block = inputs[1 - skip];
    if (auto region = find_region(sum, value, block, skip)) return region;
  }
  return std::nullopt;
}

}  // namespace ramus
