#include "passes/attention.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "passes/attention_assembly.hpp"
#include "passes/attention_operators.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostSteps = 48;    // nodes between a product and the softmax; relative positions take about 20
constexpr int kMostOrigins = 12;          // steps back from a value to the shape that it is made of
constexpr std::size_t kMostInputs = 64;   // of a node that is passed
constexpr std::size_t kMostReaders = 64;  // readers of one value that are looked at

// What stands between the product with the keys and the softmax, or is part of a softmax that was taken apart.
constexpr std::array<std::string_view, 34> kBeforeSoftmax{
    "Add",      "Cast",           "CastLike",   "Clip",      "Concat",    "DequantizeLinear",
    "Div",      "Dropout",        "Exp",        "Expand",    "Flatten",   "Gather",
    "Identity", "GatherElements", "Max",        "Min",       "Mul",       "Neg",
    "Pad",      "QuantizeLinear", "Reciprocal", "ReduceMax", "ReduceSum", "Relu",
    "Reshape",  "Slice",          "Split",      "Squeeze",   "Sub",       "Tanh",
    "Tile",     "Transpose",      "Unsqueeze",  "Where"};

constexpr std::array<std::string_view, 19> kAfterSoftmax{
    "Add",       "Cast",      "CastLike", "Clip",           "DequantizeLinear", "Div",   "Dropout", "Flatten",
    "Identity",  "Mul",       "Pad",      "QuantizeLinear", "Reshape",          "Slice", "Squeeze", "Sub",
    "Transpose", "Unsqueeze", "Where"};

bool is_softmax(const Node& node) {
  return node.is("Softmax") || (node.domain == "com.microsoft" && node.op == "BiasSoftmax");
}

NodeId producer_of(const Graph& graph, ValueId value) { return value.exists() ? graph[value].producer : NodeId(); }

// exp(x) / Σ exp(x), or exp(x) · 1 / Σ exp(x).
bool is_softmax_taken_apart(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if ((!node.is("Div") && !node.is("Mul")) || node.inputs.size() != 2) return false;
  const NodeId above = producer_of(graph, node.inputs[0]);
  if (!above.exists() || !graph[above].is("Exp")) return false;
  NodeId below = producer_of(graph, node.inputs[1]);
  for (int steps = 0; below.exists() && steps < 4; ++steps) {
    const Node& part = graph[below];
    if (part.is("ReduceSum")) return !part.inputs.empty() && part.inputs[0] == node.inputs[0];
    const bool passes = part.is("Add") || part.is("Clip") || part.is("Max") || part.is("Reciprocal") ||
                        part.is("Expand") || part.is("Cast");
    if (!passes || part.inputs.empty()) return false;
    below = producer_of(graph, part.inputs[0]);
  }
  return false;
}

// Truth values mask, and operators take masks of integers.
bool is_index(const Graph& graph, NodeId reader, ValueId value) {
  const ElementType type = graph[value].type;
  return is_integer(type) && type != ElementType::boolean && !is_attention_operator(graph[reader]);
}

// The one value that a node's outcome is made of; of a Concat, which puts shapes together, the first.
ValueId single_origin(const Graph& graph, NodeId node) {
  if (graph[node].inputs.size() > kMostInputs) return {};
  const auto inputs = graph.data_inputs(node);
  if (inputs.empty()) return {};
  const bool one = std::all_of(inputs.begin(), inputs.end(), [&](ValueId input) { return input == inputs.front(); });
  return one || graph[node].is("Concat") ? inputs.front() : ValueId();
}

// The products with the keys that a softmax is taken of, and what stands between.
struct Scores {
  std::vector<Product> products;  // nearest first
  std::vector<NodeId> between;
};

Scores walk_back(const WalkedGraph& walked, NodeId softmax) {
  const Graph& graph = walked.graph;
  Scores scores;
  std::vector<ValueId> open(graph[softmax].inputs);
  std::set<NodeId> seen;
  for (std::size_t i = 0; i < open.size() && seen.size() < kMostSteps && walked.step(); ++i) {
    if (!open[i].exists() || graph.is_constant(open[i])) continue;
    const NodeId id = graph[open[i]].producer;
    if (!id.exists() || !seen.insert(id).second) continue;
    if (const auto product = find_product(graph, id)) {
      scores.products.push_back(*product);
    } else if (graph[id].is_one_of(kBeforeSoftmax) && graph[id].inputs.size() <= kMostInputs) {
      scores.between.push_back(id);
      const auto& inputs = graph[id].inputs;
      open.insert(open.end(), inputs.begin(),
                  inputs.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(inputs.size(), 8)));
    }
  }
  return scores;
}

struct Context {
  Product product;
  ValueId weights;  // that side of it which the softmax has become
  std::vector<NodeId> between;
};

std::optional<Context> walk_on(const WalkedGraph& walked, NodeId softmax) {
  const Graph& graph = walked.graph;
  std::vector<std::pair<ValueId, std::vector<NodeId>>> open{{graph[softmax].outputs.front(), {}}};
  std::set<ValueId> seen{open.front().first};
  for (std::size_t i = 0; i < open.size() && i < kMostSteps; ++i) {
    const auto [value, path] = open[i];
    const auto& readers = graph[value].readers;
    for (std::size_t r = 0; r < readers.size() && r < kMostReaders && walked.step(); ++r) {
      const Node& node = graph[readers[r]];
      if (const auto product = find_product(graph, readers[r])) {
        const bool left = seen.count(product->left) != 0, right = seen.count(product->right) != 0;
        if (left != right) return Context{*product, left ? product->left : product->right, path};
        continue;
      }
      if (!node.is_one_of(kAfterSoftmax) || node.outputs.empty() || !node.outputs[0].exists()) continue;
      if (open.size() >= kMostSteps || !seen.insert(node.outputs[0]).second) continue;
      open.emplace_back(node.outputs[0], path);
      open.back().second.push_back(readers[r]);
    }
  }
  return std::nullopt;
}

class CoreFinder {
 public:
  explicit CoreFinder(const Graph& graph) : graph_(graph), walked_(graph) {}

  AttentionCores run() {
    AttentionCores cores;
    for (const NodeId id : graph_.topological_order()) {
      if (walked_.exhausted()) break;
      const Node& node = graph_[id];
      if (node.outputs.empty() || !node.outputs[0].exists()) continue;
      if (is_attention_operator(node)) {
        cores.all.push_back(attention_of_operator(walked_, id));
      } else if (is_softmax(node) || is_softmax_taken_apart(graph_, id)) {
        if (auto found = around(id)) cores.all.push_back(std::move(*found));
      }
    }
    cores.complete = !walked_.exhausted();
    cores.inside = mark_inside(cores.all);
    return cores;
  }

 private:
  std::optional<Attention> around(NodeId softmax) const {
    const Scores scores = walk_back(walked_, softmax);
    if (scores.products.empty()) return std::nullopt;
    const auto context = walk_on(walked_, softmax);
    if (!context) return std::nullopt;
    Attention attention;
    attention.scores = scores.products.front().node;
    attention.softmax = softmax;
    attention.product = context->product.node;
    attention.core = core_of(scores, softmax, *context);
    assemble(walked_, scores.products.front(), context->product, context->weights, attention);
    for (std::size_t i = 1; i < scores.products.size(); ++i) add_product(walked_, scores.products[i], attention);
    return attention;
  }

  // Between the products with the keys and the softmax: what depends on one of them; masks are made outside.
  std::vector<NodeId> core_of(const Scores& scores, NodeId softmax, const Context& context) const {
    std::set<NodeId> core{softmax, context.product.node};
    core.insert(context.between.begin(), context.between.end());
    for (const Product& product : scores.products) core.insert(product.node);
    std::vector<NodeId> between = scores.between;
    std::sort(between.begin(), between.end(), [&](NodeId a, NodeId b) { return walked_.is_before(a, b); });
    for (const NodeId id : between) {
      const auto& inputs = graph_[id].inputs;
      const bool depends = std::any_of(inputs.begin(), inputs.end(), [&](ValueId input) {
        const NodeId producer = producer_of(graph_, input);
        return producer.exists() && producer != softmax && core.count(producer) != 0;
      });
      if (depends) core.insert(id);
    }
    return {core.begin(), core.end()};
  }

  // A path belongs to attention as far as nothing else reads it: the Adds of a rotary embedding do, that of a residual
  // does not.
  std::vector<bool> mark_inside(const std::vector<Attention>& all) const {
    std::vector<bool> inside(graph_.nodes().size(), false);
    std::vector<NodeId> paths;
    for (const Attention& attention : all) {
      for (const NodeId node : attention.core) inside[node.index] = true;
      paths.insert(paths.end(), attention.paths.begin(), attention.paths.end());
    }
    std::sort(paths.begin(), paths.end(), [&](NodeId a, NodeId b) { return walked_.is_before(b, a); });
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    for (const NodeId node : paths) {
      const auto& outputs = graph_[node].outputs;
      const bool kept = std::all_of(outputs.begin(), outputs.end(), [&](ValueId output) {
        if (!output.exists()) return true;
        const auto& readers = graph_[output].readers;
        return std::all_of(readers.begin(), readers.end(),
                           [&](NodeId reader) { return inside[reader.index] || graph_[reader].is("Shape"); });
      });
      if (kept) inside[node.index] = true;
    }
    return inside;
  }

  const Graph& graph_;
  const WalkedGraph walked_;
};

}  // namespace

std::string_view name_of(HeadRole role) {
  switch (role) {
    case HeadRole::query:
      return "query";
    case HeadRole::key:
      return "key";
    case HeadRole::value:
      return "value";
    case HeadRole::output:
      return "output";
  }
  return "";
}

bool says_how(const Graph& graph, NodeId reader, ValueId value) {
  if (is_index(graph, reader, value)) return true;
  for (int steps = 0; steps < kMostOrigins; ++steps) {
    if (graph.is_constant(value)) return true;
    const NodeId producer = graph[value].producer;
    if (!producer.exists()) return false;
    if (graph[producer].is("Shape") || graph[producer].is("Size")) return true;
    const ValueId above = single_origin(graph, producer);
    if (!above.exists()) return false;
    value = above;
  }
  return false;
}

AttentionCores find_attention(const Graph& graph) { return CoreFinder(graph).run(); }

}  // namespace ramus
