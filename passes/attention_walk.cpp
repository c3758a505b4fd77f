#include "passes/attention_walk.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "graph/dataflow.hpp"

#include "graph/weight_layer.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostSteps = 96;    // nodes between a product and a projection; a rotary embedding has about 15
constexpr std::size_t kMostSources = 4;   // layers that one operand comes from; an adapter makes two
constexpr std::size_t kMostReaders = 24;  // nodes between the context and the output projection
constexpr std::uint64_t kStepsAtLeast = 100'000, kStepsPerNode = 4;  // of all walks in a graph
constexpr std::size_t kMostOfOneValue = 64;  // readers of one value, inputs and outputs of one node

struct Equation {
  std::string left, right, output;
};

std::optional<Equation> equation_of(const Node& node) {
  const Attribute* attribute = node.find_attribute("equation");
  const auto* text = attribute == nullptr ? nullptr : std::get_if<std::string>(&attribute->value);
  if (text == nullptr || text->size() > 64) return std::nullopt;
  std::string plain;
  std::copy_if(text->begin(), text->end(), std::back_inserter(plain), [](char c) { return c != ' '; });
  const std::size_t comma = plain.find(','), arrow = plain.find("->");
  if (comma == std::string::npos || arrow == std::string::npos || comma > arrow) return std::nullopt;
  Equation equation{plain.substr(0, comma), plain.substr(comma + 1, arrow - comma - 1), plain.substr(arrow + 2)};
  for (const std::string* labels : {&equation.left, &equation.right, &equation.output}) {
    if (labels->find_first_of(".,") != std::string::npos) return std::nullopt;
  }
  return equation;
}

bool has(const std::string& labels, char label) { return labels.find(label) != std::string::npos; }

// A layer as a source of units, and as a reader of them.
struct Projection {
  ValueId reads;
  std::int64_t units = 0, inputs = 0;
  UnitLayout layout;        // of its output
  std::string read_labels;  // Einsum: its data input's axes
  std::string summed;       // Einsum: those that the weight sums over
  std::size_t read_from_end = 1;
};

std::size_t rank_of(const Graph& graph, ValueId value) {
  const auto& shape = graph[value].shape;
  return shape && shape->size() <= 64 ? shape->size() : 0;
}

std::optional<Projection> matrix_or_convolution(const Graph& graph, NodeId id) {
  const auto layer = find_weight_layer(graph, id);
  if (!layer || layer->is_depthwise() || layer->groups != 1) return std::nullopt;
  const bool on_the_left = graph[id].is("MatMul") && layer->input == graph[id].inputs[1];
  Projection projection;
  projection.reads = layer->input;
  projection.units = layer->outputs;
  projection.inputs = layer->inputs;
  std::size_t rank = rank_of(graph, layer->output), from_end = on_the_left ? 2 : 1;
  if (rank == 0) rank = rank_of(graph, layer->input);
  if (graph[id].is("Gemm")) rank = 2;
  if (!layer->kernel.empty()) {
    from_end = layer->kernel.size() + 1;
    rank = layer->kernel.size() + 2;
  }
  projection.read_from_end = from_end;
  projection.layout = layout_of_units(layer->outputs, rank, from_end);
  return projection;
}

// A product with a constant of several axes: [features] to [heads, units of a head], or back.
std::optional<Projection> einsum_projection(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (!node.is("Einsum") || node.inputs.size() != 2) return std::nullopt;
  const auto equation = equation_of(node);
  const std::size_t constant = graph.is_parameter(node.inputs[1]) ? 1 : 0;
  const WeightView* weight = graph.parameter(node, constant);
  const ValueId reads = node.inputs[1 - constant];
  if (!equation || weight == nullptr || !reads.exists() || graph.is_constant(reads)) return std::nullopt;
  const std::string &labels = constant == 1 ? equation->right : equation->left,
                    &read = constant == 1 ? equation->left : equation->right;
  if (weight->dims.size() != labels.size()) return std::nullopt;
  Projection projection;
  projection.reads = reads;
  projection.read_labels = read;
  projection.units = projection.inputs = 1;
  std::map<char, std::int64_t> extents;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (weight->dims[i] < 1) return std::nullopt;
    extents[labels[i]] = weight->dims[i];
    if (has(read, labels[i]) == has(equation->output, labels[i])) return std::nullopt;
  }
  for (std::size_t i = equation->output.size(); i-- > 0;) {
    const auto extent = extents.find(equation->output[i]);
    UnitAxis axis{UnitPiece{}};
    if (extent != extents.end()) {
      axis = extent->second == 1 ? UnitAxis{} : UnitAxis{{extent->second, projection.units}};
      projection.units *= extent->second;
    }
    projection.layout.axes.insert(projection.layout.axes.begin(), std::move(axis));
  }
  for (const char label : read) {
    if (extents.count(label) == 0) continue;
    projection.summed += label;
    projection.inputs *= extents[label];
  }
  return projection;
}

std::optional<Projection> find_projection(const Graph& graph, NodeId id) {
  if (auto projection = matrix_or_convolution(graph, id)) return projection;
  return einsum_projection(graph, id);
}

bool passes(const Graph& graph, NodeId id) {
  return graph[id].inputs.size() <= kMostOfOneValue && carries_units(graph, id);
}

// Which of the node's inputs hold units of the source, as pointers.
std::vector<const UnitLayout*> layouts_of(const Node& node, const std::map<ValueId, UnitLayout>& known) {
  std::vector<const UnitLayout*> layouts;
  for (const ValueId input : node.inputs) {
    const auto found = known.find(input);
    layouts.push_back(found == known.end() ? nullptr : &found->second);
  }
  return layouts;
}

SourceOfUnits follow(const WalkedGraph& walked, NodeId layer, const std::vector<NodeId>& nodes, ValueId end) {
  const Graph& graph = walked.graph;
  const Projection projection = *find_projection(graph, layer);
  SourceOfUnits source{layer, projection.reads, projection.units, std::nullopt, {}};
  const ValueId start = graph[layer].outputs.front();
  std::map<ValueId, UnitLayout> known{{start, projection.layout}};
  std::set<ValueId> reached{start};
  for (const NodeId id : nodes) {
    if (!walked.step()) break;
    const Node& node = graph[id];
    if (std::none_of(node.inputs.begin(), node.inputs.end(), [&](ValueId v) { return reached.count(v) != 0; }))
      continue;
    source.path.push_back(id);
    const auto layouts = layouts_of(node, known);
    const bool some = std::any_of(layouts.begin(), layouts.end(), [](const UnitLayout* l) { return l != nullptr; });
    for (std::size_t i = 0; i < node.outputs.size() && i < kMostOfOneValue; ++i) {
      if (!node.outputs[i].exists()) continue;
      reached.insert(node.outputs[i]);
      if (!some) continue;
      if (auto layout = layout_through(graph, id, i, layouts)) known.emplace(node.outputs[i], std::move(*layout));
    }
  }
  if (const auto found = known.find(end); found != known.end()) source.layout = found->second;
  return source;
}

}  // namespace

std::optional<Product> find_product(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  const bool einsum = node.is("Einsum"), gemm = node.is("Gemm");
  const bool fused = node.domain == "com.microsoft" && (node.op == "FusedMatMul" || node.op == "TransposeMatMul");
  if (!node.is("MatMul") && !einsum && !gemm && !fused) return std::nullopt;
  if (node.inputs.size() < 2 || node.outputs.empty() || !node.outputs[0].exists()) return std::nullopt;
  Product product{id, node.inputs[0], node.inputs[1]};
  for (const ValueId side : {product.left, product.right}) {
    if (!side.exists() || graph.is_constant(side)) return std::nullopt;
  }
  product.transpose_left = (gemm || fused) && node.int_attribute("transA", 0) != 0;
  product.transpose_right = (gemm || fused) && node.int_attribute("transB", 0) != 0;
  if (!einsum) return product;
  const auto equation = equation_of(node);
  if (node.inputs.size() != 2 || !equation) return std::nullopt;
  product.left_labels = equation->left;
  product.right_labels = equation->right;
  product.output_labels = equation->output;
  return product;
}

WalkedGraph::WalkedGraph(const Graph& walked)
    : graph(walked), place_(topological_places(walked)), left_(kStepsAtLeast + kStepsPerNode * walked.nodes().size()) {}

PathToLayers walk_to_layers(const WalkedGraph& walked, ValueId from) {
  const Graph& graph = walked.graph;
  PathToLayers path;
  std::vector<ValueId> open{from};
  std::set<NodeId> seen;
  for (std::size_t i = 0; i < open.size() && seen.size() < kMostSteps && walked.step(); ++i) {
    const NodeId producer = graph[open[i]].producer;
    if (!producer.exists() || graph.is_constant(open[i]) || !seen.insert(producer).second) continue;
    if (find_projection(graph, producer)) {
      path.layers.push_back(producer);
    } else if (passes(graph, producer)) {
      path.nodes.push_back(producer);
      const Node& node = graph[producer];
      // Only the first input of a Reshape holds units; the others say how.
      const bool joins = node.is("Concat") || node.is("Add") || node.is("Sub") || node.is("Mul") || node.is("Div") ||
                         node.is("Where") || node.is("Pow");
      const std::size_t count =
          joins ? std::min(node.inputs.size(), kMostOfOneValue) : std::min<std::size_t>(1, node.inputs.size());
      for (std::size_t k = 0; k < count; ++k) {
        if (node.inputs[k].exists()) open.push_back(node.inputs[k]);
      }
    }
  }
  std::sort(path.nodes.begin(), path.nodes.end(), [&](NodeId a, NodeId b) { return walked.is_before(a, b); });
  return path;
}

std::vector<SourceOfUnits> sources_of(const WalkedGraph& walked, ValueId end) {
  const PathToLayers path = walk_to_layers(walked, end);
  std::vector<SourceOfUnits> sources;
  for (const NodeId layer : path.layers) {
    if (sources.size() < kMostSources) sources.push_back(follow(walked, layer, path.nodes, end));
  }
  // Where some can be followed, the others lie behind a sum or a norm and are not what was asked for.
  const auto lost = [](const SourceOfUnits& source) { return !source.layout.has_value(); };
  if (std::any_of(sources.begin(), sources.end(), [](const SourceOfUnits& s) { return s.layout.has_value(); })) {
    std::erase_if(sources, lost);
  } else if (sources.size() > 1) {
    sources.resize(1);
  }
  return sources;
}

std::optional<ReadingLayer> find_reading_layer(const WalkedGraph& walked, ValueId from, const UnitLayout& layout) {
  const Graph& graph = walked.graph;
  struct Step {
    ValueId value;
    UnitLayout layout;
    std::vector<NodeId> path;
  };
  std::vector<Step> open{{from, layout, {}}};
  for (std::size_t i = 0; i < open.size() && i < kMostReaders; ++i) {
    const Step step = open[i];
    const auto& readers = graph[step.value].readers;
    for (std::size_t r = 0; r < readers.size() && r < kMostOfOneValue && walked.step(); ++r) {
      const NodeId reader = readers[r];
      const Node& node = graph[reader];
      if (const auto projection = find_projection(graph, reader); projection && projection->reads == step.value) {
        ReadingLayer found{reader, projection->inputs, std::nullopt, step.layout.base, step.path};
        const auto& axes = step.layout.axes;
        if (!projection->read_labels.empty()) {
          found.axis.emplace();
          for (std::size_t a = 0; a < projection->read_labels.size(); ++a) {
            if (!has(projection->summed, projection->read_labels[a])) continue;
            if (axes.size() != projection->read_labels.size()) return found;
            found.axis->insert(found.axis->end(), axes[a].begin(), axes[a].end());
          }
        } else if (axes.size() >= projection->read_from_end) {
          found.axis = axes[axes.size() - projection->read_from_end];
        }
        return found;
      }
      if (!passes(graph, reader) || node.outputs.size() != 1 || node.inputs.empty()) continue;
      // A sum of two values is where another path joins: what reads it is no output projection.
      const bool joins =
          (node.is("Add") || node.is("Sub") || node.is("Concat")) && graph.data_inputs(reader).size() > 1;
      if (joins) continue;
      std::vector<const UnitLayout*> layouts;
      for (const ValueId input : node.inputs) layouts.push_back(input == step.value ? &step.layout : nullptr);
      auto after = layout_through(graph, reader, 0, layouts);
      if (!after) continue;
      Step next{node.outputs[0], std::move(*after), step.path};
      next.path.push_back(reader);
      open.push_back(std::move(next));
      if (open.size() >= kMostReaders) break;
    }
  }
  return std::nullopt;
}

std::optional<Operand> operand_of(const Product& product, bool left, const UnitLayout& layout) {
  Operand operand;
  for (const UnitPiece& piece : layout.mixed) operand.inner.push_back({piece});
  const std::string& labels = left ? product.left_labels : product.right_labels;
  const std::size_t size = layout.axes.size();
  if (labels.empty()) {
    for (std::size_t i = 0; i < size; ++i) {
      const auto from_end = static_cast<int>(size - 1 - i);
      if (from_end < 2) {
        operand.inner.push_back(layout.axes[i]);
      } else {
        operand.batch.emplace_back(from_end, layout.axes[i]);
      }
    }
    return operand;
  }
  if (layout.open || labels.size() != size) return std::nullopt;
  const std::string& other = left ? product.right_labels : product.left_labels;
  for (std::size_t i = 0; i < size; ++i) {
    if (has(other, labels[i]) && has(product.output_labels, labels[i])) {
      operand.batch.emplace_back(labels[i], layout.axes[i]);
    } else {
      operand.inner.push_back(layout.axes[i]);
    }
  }
  return operand;
}

}  // namespace ramus
