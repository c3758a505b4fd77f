#include "passes/channel_colours.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "graph/weight_layer.hpp"
#include "passes/linear_operators.hpp"

namespace ramus {
namespace {

struct AddAttribute {
  ColourHash& hash;
  void operator()(std::monostate) const {}
  void operator()(std::int64_t value) const { hash.add(static_cast<std::uint64_t>(value)); }
  void operator()(float value) const { hash.add(value); }
  void operator()(const std::string& value) const { hash.add(value); }
  template <class T>
  void operator()(const std::vector<T>& values) const {
    hash.add(values.size());
    for (const T& value : values) (*this)(value);
  }
  void operator()(const WeightView& weight) const {
    for (const std::int64_t dim : weight.dims) hash.add(static_cast<std::uint64_t>(dim));
    for (const std::byte byte : weight.bytes) hash.add(static_cast<std::uint64_t>(byte));
  }
};

ColourHash hash_of_operator(const Node& node) {
  ColourHash hash(node.op);
  hash.add(node.domain);
  for (const Attribute* attribute : node.attributes_by_name()) {
    hash.add(attribute->name);
    std::visit(AddAttribute{hash}, attribute->value);
  }
  return hash;
}

using Colours = std::vector<Colour>;

Colour whole(const Colours& colours) {
  ColourHash hash("whole");
  for (const Colour& colour : colours) hash.add(colour);
  return hash.colour();
}

class Colouring {
 public:
  Colouring(const Graph& graph, const ChannelFlow& flow, const Limits& limits)
      : graph_(graph), flow_(flow), limits_(limits) {}

  std::optional<Colours> run(const BranchGroup& group, const Branch& branch, const ValueIds& ends,
                             std::span<const std::size_t> place) {
    std::vector<NodeId> nodes = nodes_before(ends, group, branch);
    std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) { return place[a.index] < place[b.index]; });
    for (const NodeId id : nodes) {
      if (!colour_node(id)) return std::nullopt;
    }
    Colours all;
    for (const ValueId value : ends) {
      const Colours& brought = colours_of(value);
      all.insert(all.end(), brought.begin(), brought.end());
    }
    return all.empty() || stored_ > kMostStored ? std::nullopt : std::optional(std::move(all));
  }

 private:
  // Of the branch's own nodes, and of those that it shares with others. What routes an expert's tokens to it counts as the
  // same for all experts.
  std::vector<NodeId> nodes_before(const ValueIds& ends, const BranchGroup& group, const Branch& branch) {
    const auto holds = [](const std::vector<NodeId>& nodes, NodeId id) {
      return std::binary_search(nodes.begin(), nodes.end(), id);
    };
    std::vector<NodeId> nodes;
    std::set<NodeId> seen;
    std::vector<ValueId> open(ends.begin(), ends.end());
    while (!open.empty()) {
      const ValueId value = open.back();
      open.pop_back();
      const NodeId id = graph_[value].producer;
      if (!id.exists() || (!holds(branch.nodes, id) && !holds(group.shared, id))) continue;
      if (holds(branch.weighing, id)) {
        stored_ += width_of(value);
        if (stored_ > kMostStored) continue;  // and no colours at all
        colours_.try_emplace(value, width_of(value), ColourHash("routed").colour());
      } else if (seen.insert(id).second) {
        nodes.push_back(id);
        const ValueIds data = graph_.data_inputs(id);
        open.insert(open.end(), data.begin(), data.end());
      }
    }
    return nodes;
  }

  std::size_t width_of(ValueId value) const {
    const std::int64_t channels = flow_[value].channels;
    return channels > 0 && channels <= kMostChannels ? static_cast<std::size_t>(channels) : 1;
  }

  // Of a value that the branch reads from outside: each channel is itself.
  const Colours& colours_of(ValueId value) {
    const auto [entry, is_new] = colours_.try_emplace(value);
    stored_ += is_new ? width_of(value) : 0;
    for (std::size_t c = 0; is_new && c < width_of(value) && stored_ <= kMostStored; ++c) {
      ColourHash hash("outside");
      hash.add(static_cast<std::uint64_t>(value.index));
      hash.add(c);
      entry->second.push_back(hash.colour());
    }
    return entry->second;
  }

  // The numbers of a constant; nullopt where they cannot be read.
  std::optional<FloatView> numbers_of(ValueId value) {
    if (!graph_.is_parameter(value) || graph_[value].may_be_fed) return std::nullopt;
    const WeightView& weight = graph_[graph_[value].weight];
    if (weight.type == ElementType::float64) return std::nullopt;  // floats would round it
    auto numbers = weight.floats(limits_);
    return numbers ? std::optional(std::move(*numbers)) : std::nullopt;
  }

  bool colour_node(NodeId id) {
    const Node& node = graph_[id];
    for (const ValueId output : node.outputs) stored_ += output.exists() ? width_of(output) : 0;
    if (stored_ > kMostStored) return false;
    if (!node.bodies.empty() || node.outputs.empty() || !node.outputs.front().exists() || draws(node)) return false;
    std::optional<Colours> colours;
    if (const auto layer = find_weight_layer(graph_, id)) {
      colours = colour_layer(node, *layer);
    } else if (concatenates_channels(node)) {
      colours.emplace();
      for (const ValueId input : node.inputs) {
        const Colours& part = colours_of(input);
        stored_ += part.size();
        if (stored_ > kMostStored) return false;
        colours->insert(colours->end(), part.begin(), part.end());
      }
    } else if (keeps_channels(id)) {
      colours = colour_channels(node);
    }
    if (colours) {
      colours_[node.outputs.front()] = std::move(*colours);
      return node.outputs.size() == 1 || colour_whole(node, 1);
    }
    return colour_whole(node, 0);
  }

  // Numbers that are never the same twice.
  static bool draws(const Node& node) {
    return node.is_one_of({"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli",
                           "Multinomial", "Dropout"});
  }

  // The constant that a layer applies; which of its operands it is tells one side of a product from the other.
  std::optional<std::size_t> place_of_weight(const Node& node, const WeightLayer& layer) const {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (graph_.is_parameter(node.inputs[i]) && graph_[node.inputs[i]].weight == layer.weight) return i;
    }
    return std::nullopt;
  }

  // One number for each unit, along the units.
  bool is_bias(const Node& node, ValueId value, std::int64_t units) const {
    if (!graph_.is_parameter(value)) return false;
    const Dims& dims = graph_[graph_[value].weight].dims;
    const std::int64_t elements = graph_[graph_[value].weight].elements();
    return elements == 1 || (elements == units && (!node.is("Gemm") || dims.back() == units));
  }

  // Unit by unit, over inputs in any order.
  std::optional<Colours> colour_layer(const Node& node, const WeightLayer& layer) {
    const Colours& inputs = colours_of(layer.input);
    if (inputs.size() != static_cast<std::size_t>(layer.inputs) || layer.transposed) return std::nullopt;
    const auto place = place_of_weight(node, layer);
    const auto weights = place ? numbers_of(node.inputs[*place]) : std::nullopt;
    if (!weights) return std::nullopt;
    std::optional<FloatView> bias;
    if (node.inputs.size() > 2 && node.inputs[2].exists()) {
      bias = numbers_of(node.inputs[2]);
      if (!bias || !is_bias(node, node.inputs[2], layer.outputs)) return std::nullopt;
    }
    ColourHash before = hash_of_operator(node);
    before.add(static_cast<std::uint64_t>(*place));
    before.add(static_cast<std::uint64_t>(layer.input_axis + 1));
    for (const std::int64_t extent : layer.kernel) before.add(static_cast<std::uint64_t>(extent));
    Colours units;
    for (std::int64_t unit = 0; unit < layer.outputs; ++unit) {
      const std::int64_t first = unit / layer.outputs_per_group() * layer.inputs_per_group();
      Colour sum;
      for (std::int64_t i = 0; i < layer.inputs_per_group(); ++i) {
        ColourHash hash("input");
        hash.add(inputs[static_cast<std::size_t>(first + i)]);
        const std::int64_t at = layer.offset + unit * layer.output_stride + i * layer.input_stride;
        for (std::int64_t tap = 0; tap < layer.taps; ++tap) hash.add((*weights)[at + tap * layer.tap_stride]);
        sum.high += hash.colour().high;
        sum.low += hash.colour().low;
      }
      ColourHash hash = before;
      hash.add(sum);
      if (bias) hash.add((*bias)[bias->size() == 1 ? 0 : unit]);
      units.push_back(hash.colour());
    }
    return units;
  }

  bool concatenates_channels(const Node& node) const {
    if (!node.is("Concat")) return false;
    std::int64_t axis = node.int_attribute("axis", 1);
    const ValueId output = node.outputs.front();
    if (axis < 0 && graph_[output].shape) axis += static_cast<std::int64_t>(graph_[output].shape->size());
    return flow_[output].axis == axis && std::none_of(node.inputs.begin(), node.inputs.end(),
                                                      [&](ValueId input) { return graph_.is_constant(input); });
  }

  bool keeps_channels(NodeId id) const {
    return is_elementwise(graph_, id) ||
           graph_[id].is_one_of({"Add", "Sub", "Mul", "Div", "Sum", "Max", "Min", "Mean", "Pow", "PRelu", "MaxPool",
                                 "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "BatchNormalization",
                                 "InstanceNormalization"});
  }

  // Of operators that work on each channel alone; nullopt where an operand has another width, or a constant another shape.
  std::optional<Colours> colour_channels(const Node& node) {
    const ValueId output = node.outputs.front();
    const std::size_t width = width_of(output);
    const bool commutes = node.is_one_of({"Add", "Mul", "Sum", "Max", "Min", "Mean"});
    std::vector<Colours> operands;
    for (const ValueId input : node.inputs) {
      if (!input.exists()) {
        operands.emplace_back(width);
        continue;
      }
      auto colours =
          graph_.is_constant(input) ? colour_constant(input, output, width) : std::optional(colours_of(input));
      if (!colours || colours->size() != width) return std::nullopt;
      operands.push_back(std::move(*colours));
    }
    const ColourHash before = hash_of_operator(node);
    Colours channels;
    for (std::size_t c = 0; c < width; ++c) {
      Colours here;
      for (const Colours& operand : operands) here.push_back(operand[c]);
      if (commutes) std::sort(here.begin(), here.end());
      ColourHash hash = before;
      for (const Colour& colour : here) hash.add(colour);
      channels.push_back(hash.colour());
    }
    return channels;
  }

  // One number for all channels, or one for each, along the channels of `beside`.
  std::optional<Colours> colour_constant(ValueId value, ValueId beside, std::size_t width) {
    const auto numbers = numbers_of(value);
    if (!numbers) return std::nullopt;
    const bool is_scalar = numbers->size() == 1;
    if (!is_scalar && (numbers->size() != static_cast<std::int64_t>(width) || !lies_along_channels(value, beside))) {
      return std::nullopt;
    }
    Colours colours;
    for (std::size_t c = 0; c < width; ++c) {
      ColourHash hash("constant");
      hash.add((*numbers)[is_scalar ? 0 : static_cast<std::int64_t>(c)]);
      colours.push_back(hash.colour());
    }
    return colours;
  }

  bool lies_along_channels(ValueId value, ValueId beside) const {
    const Dims& dims = graph_[graph_[value].weight].dims;
    const NodeId reader = graph_[beside].producer;
    if (graph_[reader].is_one_of({"BatchNormalization", "InstanceNormalization"})) return dims.size() == 1;
    const auto& shape = graph_[beside].shape;
    const int axis = flow_[beside].axis;
    if (!shape || axis < 0 || dims.size() > shape->size()) return false;
    const std::int64_t at = axis - static_cast<std::int64_t>(shape->size() - dims.size());
    return at >= 0 && dims[static_cast<std::size_t>(at)] > 1;
  }

  // Outputs from `first` on get colours from all that the node reads, in its order.
  bool colour_whole(const Node& node, std::size_t first) {
    ColourHash before = hash_of_operator(node);
    for (const ValueId input : node.inputs) {
      if (!input.exists()) {
        before.add("left out");
      } else if (!graph_.is_constant(input)) {
        before.add(whole(colours_of(input)));
      } else if (!add_constant(input, before)) {
        return false;
      }
    }
    for (std::size_t output = first; output < node.outputs.size(); ++output) {
      if (!node.outputs[output].exists()) continue;
      Colours& colours = colours_[node.outputs[output]];
      colours.clear();
      for (std::size_t c = 0; c < width_of(node.outputs[output]); ++c) {
        ColourHash hash = before;
        hash.add(output);
        hash.add(c);
        colours.push_back(hash.colour());
      }
    }
    return true;
  }

  bool add_constant(ValueId value, ColourHash& hash) {
    if (!graph_.is_parameter(value)) return false;
    const WeightView& weight = graph_[graph_[value].weight];
    for (const std::int64_t dim : weight.dims) hash.add(static_cast<std::uint64_t>(dim));
    if (const auto numbers = numbers_of(value)) {
      for (std::int64_t i = 0; i < numbers->size(); ++i) hash.add((*numbers)[i]);
      return true;
    }
    const auto integers = weight.decode_int64();
    if (!integers || graph_[value].may_be_fed) return false;
    for (const std::int64_t integer : *integers) hash.add(static_cast<std::uint64_t>(integer));
    return true;
  }

  static constexpr std::int64_t kMostChannels = 1 << 20;
  static constexpr std::size_t kMostStored = 1 << 22;  // colours of all values of a branch, 16 bytes each

  const Graph& graph_;
  const ChannelFlow& flow_;
  const Limits& limits_;
  std::map<ValueId, Colours> colours_;
  std::size_t stored_ = 0;
};

}  // namespace

std::optional<std::vector<Colour>> find_channel_colours(const Graph& graph, const ChannelFlow& flow,
                                                        const BranchGroup& group, const Branch& branch,
                                                        const ValueIds& ends, std::span<const std::size_t> place,
                                                        const Limits& limits) {
  return Colouring(graph, flow, limits).run(group, branch, ends, place);
}

}  // namespace ramus
