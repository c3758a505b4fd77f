#include "passes/router.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace ramus {
namespace {

constexpr std::size_t kMostSteps = 64;    // between a weight and its router; exports of Mixtral take about 20
constexpr std::size_t kMostInputs = 512;  // of a node that is passed: a Concat of the weights of all experts

constexpr std::array<std::string_view, 4> kDeciders{"Softmax", "TopK", "ArgMax", "Hardmax"};

constexpr std::array<std::string_view, 7> kCuts{"Slice",          "Split", "Gather", "GatherND",
                                                "GatherElements", "Equal", "NonZero"};

constexpr std::array<std::string_view, 34> kPassed{"Add",
                                                   "And",
                                                   "Cast",
                                                   "CastLike",
                                                   "Clip",
                                                   "Compress",
                                                   "Concat",
                                                   "Div",
                                                   "Dropout",
                                                   "Expand",
                                                   "Flatten",
                                                   "Max",
                                                   "Min",
                                                   "Mul",
                                                   "Not",
                                                   "Or",
                                                   "OneHot",
                                                   "Reciprocal",
                                                   "Range",
                                                   "ReduceMax",
                                                   "ReduceSum",
                                                   "Reshape",
                                                   "Less",
                                                   "Greater",
                                                   "LessOrEqual",
                                                   "Where",
                                                   "GreaterOrEqual",
                                                   "Squeeze",
                                                   "Sub",
                                                   "Transpose",
                                                   "Unsqueeze",
                                                   "ScatterElements",
                                                   "Tile",
                                                   "ConstantOfShape"};

// One index, or one part: what else an operator of kCuts takes is no choice of one expert.
bool takes_one(const Graph& graph, const Node& node) {
  if (node.is("Gather")) return node.inputs.size() > 1 && graph.is_constant(node.inputs[1]);
  if (!node.is("Slice") || node.inputs.size() < 3) return true;
  const auto begin = known_integers(graph, node.inputs[1]), end = known_integers(graph, node.inputs[2]);
  if (!begin || !end || begin->size() != 1 || end->size() != 1) return true;
  const std::int64_t first = begin->front(), last = end->front();
  if (first < 0 && last >= 0) return first == -1;         // [-1 : huge]
  return (first < 0) == (last < 0) && last - first == 1;  // of one sign, so that the difference fits
}

}  // namespace

std::optional<Route> find_route(const WalkedGraph& walked, ValueId from) {
  const Graph& graph = walked.graph;
  Route route;
  std::set<NodeId> seen;
  std::vector<ValueId> open{from};
  while (!open.empty()) {
    const ValueId value = open.back();
    open.pop_back();
    if (!value.exists() || graph.is_constant(value)) continue;
    const NodeId producer = graph[value].producer;
    if (!producer.exists()) return std::nullopt;
    if (!seen.insert(producer).second) continue;
    const Node& node = graph[producer];
    if (node.is("Shape") || node.is("Size") || node.is("Sigmoid")) continue;  // what TopK chose of may be sigmoids
    if (node.is_one_of(kDeciders)) {
      route.deciders.push_back(producer);
      continue;
    }
    const bool cuts = node.is_one_of(kCuts);
    const bool is_known = (cuts || node.is_one_of(kPassed)) && node.inputs.size() <= kMostInputs;
    if (!is_known || seen.size() > kMostSteps || !walked.step()) return std::nullopt;
    route.cut = route.cut || (cuts && takes_one(graph, node));
    route.passed.push_back(producer);
    open.insert(open.end(), node.inputs.begin(), node.inputs.end());
  }
  if (route.deciders.empty()) return std::nullopt;
  std::sort(route.deciders.begin(), route.deciders.end());
  std::sort(route.passed.begin(), route.passed.end());
  return route;
}

bool is_one_for_all_channels(const Graph& graph, ValueId weight, ValueId weighed, std::size_t channels) {
  const auto &small = graph[weight].shape, &large = graph[weighed].shape;
  if (!small) return true;
  const std::size_t rank = large ? std::max(large->size(), small->size()) : small->size();
  if (channels >= rank) return true;
  const std::size_t missing = rank - small->size();  // dims of 1 that broadcasting puts before
  return channels < missing || (*small)[channels - missing] == 1;
}

bool depends_on(const WalkedGraph& walked, const std::vector<NodeId>& deciders, const std::vector<NodeId>& made) {
  const Graph& graph = walked.graph;
  if (made.empty()) return false;
  const std::set<NodeId> targets(made.begin(), made.end());
  const NodeId first =
      *std::min_element(made.begin(), made.end(), [&](NodeId a, NodeId b) { return walked.is_before(a, b); });
  std::vector<NodeId> open = deciders;
  std::set<NodeId> seen(open.begin(), open.end());
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    if (targets.count(node) != 0) return true;
    for (const ValueId input : graph.data_inputs(node)) {
      const NodeId producer = graph[input].producer;
      if (!producer.exists() || walked.is_before(producer, first)) continue;
      if (!walked.step()) return true;
      if (seen.insert(producer).second) open.push_back(producer);
    }
  }
  return false;
}

}  // namespace ramus
