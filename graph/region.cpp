#include "graph/region.hpp"

#include <algorithm>

namespace ramus {
namespace {

constexpr std::uint32_t kNowhere = 0xFFFFFFFF;
constexpr std::uint32_t kSeveral = 0xFFFFFFFE;

template <class Visit>
void for_each_successor(const Dataflow& flow, Vertex v, Visit visit) {
  const auto [first, last] = boost::out_edges(v, flow.edges());
  for (auto edge = first; edge != last; ++edge) visit(static_cast<Vertex>(boost::target(*edge, flow.edges())));
}

}  // namespace

RegionFinder::RegionFinder(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators,
                           const DominatorTree& post_dominators, const Limits& limits)
    : graph_(graph),
      flow_(flow),
      dominators_(dominators),
      post_dominators_(post_dominators),
      limits_(limits),
      stamp_(flow.size(), 0),
      piece_(flow.size(), 0),
      label_(flow.size(), kNowhere) {}

Result<std::optional<Region>> RegionFinder::find(NodeId join) {
  if (!flow_.is_connected(join)) return std::nullopt;
  auto region = find_before(flow_.vertex(join), distinct(graph_.data_inputs(join)));
  if (region && *region) (*region)->join = join;
  return region;
}

Result<std::optional<Region>> RegionFinder::find_outputs() {
  ValueIds outputs = distinct(ValueIds(graph_.outputs().begin(), graph_.outputs().end()));
  outputs.erase(
      std::remove_if(outputs.begin(), outputs.end(), [&](ValueId output) { return graph_.is_constant(output); }),
      outputs.end());
  return find_before(Dataflow::kSink, outputs);
}

Result<std::optional<Region>> RegionFinder::find_before(Vertex join, const ValueIds& inputs) {
  if (inputs.size() < 2) return std::nullopt;
  Region region;
  region.fork = dominators_.parent(join);
  region.inputs = inputs;
  if (auto status = sweep(region.fork, inputs); !status) return propagate(std::move(status.error()));
  join_pieces();
  label_by_input(inputs);
  fill_arms(inputs, region);
  find_crossing(join, region);
  region.closed = !region.overlapping && region.crossing.empty() && post_dominators_.dominates(join, region.fork);
  return region;
}

// Backwards from the join's inputs, stopping at the fork; depth first, so that members_ can be put in an order in which
// every vertex stands before those it reads.
Status RegionFinder::sweep(Vertex fork, const ValueIds& inputs) {
  ++now_;
  members_.clear();
  using InEdges = boost::graph_traits<BoostDataflow>::in_edge_iterator;
  std::vector<std::pair<Vertex, std::pair<InEdges, InEdges>>> path;
  const auto enter = [&](Vertex v) {
    if (v == fork || inside(v)) return;
    stamp_[v] = now_;
    piece_[v] = v;
    label_[v] = kNowhere;
    visits_ += boost::in_degree(v, flow_.edges()) + boost::out_degree(v, flow_.edges());
    path.emplace_back(v, boost::in_edges(v, flow_.edges()));
  };
  for (const ValueId input : inputs) {
    enter(flow_.vertex(input));
    while (!path.empty()) {
      auto& [next, last] = path.back().second;
      if (next == last) {
        members_.push_back(path.back().first);
        path.pop_back();
        continue;
      }
      const auto predecessor = static_cast<Vertex>(boost::source(*next, flow_.edges()));
      ++next;
      enter(predecessor);
    }
  }
  std::reverse(members_.begin(), members_.end());
  if (flow_.is_node(fork)) visits_ += boost::out_degree(fork, flow_.edges());
  if (visits_ <= limits_.region_visits) return {};
  return failure(ErrorKind::invalid_input, "its regions overlap too much: more than " +
                                               std::to_string(limits_.region_visits) + " steps to list their nodes");
}

Vertex RegionFinder::piece_of(Vertex v) {
  while (piece_[v] != v) v = piece_[v] = piece_[piece_[v]];
  return v;
}

void RegionFinder::join_pieces() {
  for (const Vertex v : members_) {
    for_each_successor(flow_, v, [&](Vertex next) {
      if (inside(next)) piece_[piece_of(next)] = piece_of(v);
    });
  }
}

void RegionFinder::label_by_input(const ValueIds& inputs) {
  const auto merge = [](std::uint32_t a, std::uint32_t b) {
    if (a == kNowhere || a == b) return b;
    return b == kNowhere ? a : kSeveral;
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Vertex v = flow_.vertex(inputs[i]);
    if (inside(v)) label_[v] = merge(label_[v], static_cast<std::uint32_t>(i));
  }
  for (const Vertex v : members_) {
    for_each_successor(flow_, v, [&](Vertex next) {
      if (inside(next)) label_[v] = merge(label_[v], label_[next]);
    });
  }
}

void RegionFinder::fill_arms(const ValueIds& inputs, Region& region) {
  boost::container::small_vector<Vertex, 8> pieces;  // of the inputs that lie inside, ascending
  for (const ValueId input : inputs) {
    if (inside(flow_.vertex(input))) pieces.push_back(piece_of(flow_.vertex(input)));
  }
  std::sort(pieces.begin(), pieces.end());
  region.arms.reserve(inputs.size());
  for (std::uint32_t i = 0; i < inputs.size(); ++i) {
    const Vertex v = flow_.vertex(inputs[i]);
    const auto [first, last] =
        inside(v) ? std::equal_range(pieces.begin(), pieces.end(), piece_of(v)) : std::pair(pieces.end(), pieces.end());
    const bool alone = last - first < 2;
    region.overlapping = region.overlapping || !alone;
    region.arms.push_back(Arm{.nodes = {}, .inputs = {i}, .skip = alone});
  }
  for (const Vertex v : members_) {
    if (!flow_.is_node(v)) continue;
    if (label_[v] == kSeveral) {
      region.shared.push_back(flow_.node(v));
    } else {
      Arm& arm = region.arms[label_[v]];
      arm.nodes.push_back(flow_.node(v));
      arm.skip = false;
    }
  }
  for (Arm& arm : region.arms) std::sort(arm.nodes.begin(), arm.nodes.end());
  std::sort(region.shared.begin(), region.shared.end());
}

void RegionFinder::find_crossing(Vertex join, Region& region) const {
  const auto outside = [&](Vertex v) { return v != join && !inside(v); };
  const auto look = [&](Vertex v) {
    const auto [first, last] = boost::out_edges(v, flow_.edges());
    for (auto edge = first; edge != last; ++edge) {
      const auto next = static_cast<Vertex>(boost::target(*edge, flow_.edges()));
      if (!outside(next)) continue;
      if (flow_.is_value(v)) {  // once is enough: the fork of many small regions may have very many readers
        region.crossing.push_back(flow_.value(v));
        return;
      }
      if (flow_.is_value(next)) region.crossing.push_back(flow_.value(next));
    }
  };
  for (const Vertex v : members_) look(v);
  if (region.fork != Dataflow::kSource) look(region.fork);
  std::sort(region.crossing.begin(), region.crossing.end());
  region.crossing.erase(std::unique(region.crossing.begin(), region.crossing.end()), region.crossing.end());
}

}  // namespace ramus
