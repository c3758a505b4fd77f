#include "passes/linearised_network.hpp"

#include <algorithm>
#include <memory>

#include "passes/linear_operators.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"
#include "passes/sliding_windows.hpp"
#include "passes/wiring.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kUnitsOfTask = 64;

struct Linearised {
  std::shared_ptr<const LinearisedKernels> kernels;
  std::string stopped;  // why there are none; empty where the value does not come from the image either
};

Linearised stop(std::string why) { return {nullptr, std::move(why)}; }

// A constant by channel of [N, C, H, W], or one for all; nullopt where it varies otherwise.
std::optional<std::vector<double>> factors_by_channel(const WeightView& weight, std::int64_t channels) {
  const std::int64_t count = weight.elements();
  const std::size_t rank = weight.dims.size();
  const bool by_channel = count == channels && rank >= 3 && weight.dims[rank - 3] == channels;
  if (count != 1 && !by_channel) return std::nullopt;
  auto decoded = weight.decode_double();
  if (!decoded) return std::nullopt;
  if (count == 1) decoded->resize(static_cast<std::size_t>(channels), decoded->front());
  return std::move(*decoded);
}

bool is_one_pixel(const std::optional<Dims>& shape) {
  return shape && shape->size() == 4 && (*shape)[2] == 1 && (*shape)[3] == 1;
}

class Network {
 public:
  using Visit = std::function<Status(const WeightLayer&, const LinearisedKernels&)>;

  Network(const PassContext& context, std::int64_t most_pixels, const Visit& visit)
      : context_(context),
        graph_(context.graph),
        flow_(context.analyses.channel_flow()),
        most_(most_pixels),
        visit_(visit),
        values_(graph_.values().size()),
        readers_left_(graph_.values().size()) {}

  Result<std::vector<LayerWithout>> run() {
    for (std::size_t v = 0; v < values_.size(); ++v) {
      readers_left_[v] = graph_.values()[v].readers.size();
      if (graph_.values()[v].kind == ValueKind::input && is_image(graph_, flow_, ValueId(v))) take_image(ValueId(v));
    }
    for (const NodeId id : graph_.topological_order()) {
      if (context_.cancelled()) return failure(ErrorKind::cancelled, "cancelled");
      if (auto status = pass(id); !status) return propagate(std::move(status.error()));
      for (const ValueId input : graph_[id].inputs) release(input);
    }
    return std::move(without_);
  }

 private:
  Status pass(NodeId id) {
    const Node& node = graph_[id];
    for (std::size_t place = 0; place < node.outputs.size(); ++place) {
      const ValueId output = node.outputs[place];
      if (!output.exists() || graph_.is_constant(output)) continue;
      auto made = through(id, place);
      if (!made) return propagate(std::move(made.error()));
      if (graph_[output].readers.empty()) continue;
      values_[output.index] = std::move(*made);
    }
    return {};
  }

  Result<Linearised> through(NodeId id, std::size_t place) {
    const Node& node = graph_[id];
    if (node.is("Transpose") && is_image(graph_, flow_, node.outputs[place])) return image();
    const auto data = graph_.data_inputs(id);
    bool from_image = false;
    for (const ValueId value : data) {
      const Linearised& input = values_[value.index];
      from_image = from_image || input.kernels || !input.stopped.empty();
    }
    if (!from_image) return Linearised();
    if (const auto layer = find_weight_layer(graph_, id)) return layer_of(*layer);
    if (node.is("Mul") && data.size() == 2) return gated(node, data);
    for (const ValueId value : data) {
      const Linearised& input = values_[value.index];
      if (!input.stopped.empty()) return input;
      if (!input.kernels) return stop(node.op + " with another input");
    }
    if (data.size() == 1 && !node.inputs.empty()) return of_one(id, data.front(), place);
    if (node.is_one_of({"Add", "Sum", "Sub"})) return sum(node, data);
    if (node.is("Concat")) return moved(id, place);
    return stop(node.op);
  }

  Result<Linearised> of_one(NodeId id, ValueId value, std::size_t place) {
    const Node& node = graph_[id];
    const Linearised& input = values_[value.index];
    if (node.is("AveragePool") || node.is("MaxPool")) return pooled(id, *input.kernels);
    if (node.is("Pad")) {
      const auto windows = windows_of_pad(graph_, node);
      return windows ? Result<Linearised>(centred(*input.kernels, *windows)) : stop("Pad");
    }
    if (node.is("BatchNormalization")) return scaled(*input.kernels, batch_norm_scales(graph_, id), node.op);
    if (node.is("Mul") || node.is("Div")) return scaled_by_constant(node, value, *input.kernels);
    if (node.is("Neg") || (node.is("Sub") && graph_.is_constant(node.inputs[0]))) {
      return scaled(*input.kernels, std::vector<double>(units_of(*input.kernels), -1.0), node.op);
    }
    if (node.is_one_of({"Concat", "Split", "Gather"}) || (node.is("Slice") && keeps_pixels(id)))
      return moved(id, place);
    if (is_elementwise(graph_, id) || node.is("LRN") || node.is("ImageScaler")) return input;
    return stop(node.op);
  }

  static std::size_t units_of(const LinearisedKernels& kernels) {
    return static_cast<std::size_t>(kernels.weights.rows());
  }

  bool keeps_pixels(NodeId id) const {
    const auto& before = graph_[graph_[id].inputs[0]].shape;
    const auto& after = graph_[graph_[id].outputs[0]].shape;
    return before && after && before->size() == 4 && after->size() == 4 && (*before)[2] > 0 && (*before)[3] > 0 &&
           std::equal(before->begin() + 2, before->end(), after->begin() + 2);
  }

  Result<Linearised> layer_of(const WeightLayer& layer) {
    const Linearised& input = values_[layer.input.index];
    const Node& node = graph_[layer.node];
    Linearised made = input;
    if (is_untrained(graph_[layer.weight])) return Linearised();
    if (input.kernels) {
      const auto windows = windows_of(graph_, node);
      const bool fits =
          node.is("Conv") && layer.kernel.size() == 2 && windows && input.kernels->weights.rows() == layer.inputs;
      auto convolved = fits ? convolution(layer, *input.kernels, *windows) : Result<Linearised>(stop(node.op));
      if (!convolved) return convolved;
      made = std::move(*convolved);
    }
    if (made.kernels) {
      if (auto status = visit_(layer, *made.kernels); !status) return propagate(std::move(status.error()));
    } else if (!made.stopped.empty()) {
      without_.push_back({layer.node, made.stopped});
    }
    return made;
  }

  Result<Linearised> convolution(const WeightLayer& layer, const LinearisedKernels& below,
                                 const SlidingWindows& windows) {
    const auto fields = fields_behind(below.fields, windows, false, most_);
    if (!fields) return too_far();
    const double work = static_cast<double>(layer.outputs) * static_cast<double>(layer.inputs_per_group()) *
                        static_cast<double>(layer.taps) * static_cast<double>(below.weights.cols());
    if (auto refused = refuse(layer.outputs, *fields, work)) return std::move(*refused);
    const auto kernel = read_kernel(graph_, flow_, layer, context_.limits);
    if (!kernel) return stop("weights that cannot be read");
    auto made = std::make_shared<LinearisedKernels>(empty_kernels(layer.outputs, *fields));
    const std::int64_t inputs = layer.inputs_per_group(), outputs = layer.outputs_per_group();
    const std::int64_t tasks_of_group = (outputs + kUnitsOfTask - 1) / kUnitsOfTask;
    auto status = for_each_index(
        static_cast<std::size_t>(layer.groups * tasks_of_group), context_.cancelled, [&](std::size_t task) {
          const std::int64_t group = static_cast<std::int64_t>(task) / tasks_of_group;
          const std::int64_t first = static_cast<std::int64_t>(task) % tasks_of_group * kUnitsOfTask;
          KernelView view = group_view(*kernel, group, 0, inputs);
          view.data += first * view.output_stride;
          view.outputs = std::min(kUnitsOfTask, outputs - first);
          convolve(below, group * inputs, view, windows, group * outputs + first, *made);
          return Status();
        });
    if (!status) return propagate(std::move(status.error()));
    return finished(std::move(made));
  }

  Result<Linearised> pooled(NodeId id, const LinearisedKernels& below) {
    const Node& node = graph_[id];
    const auto windows = windows_of(graph_, node);
    if (!windows) return stop(node.op);
    if (node.is("MaxPool")) return centred(below, *windows);
    const auto fields = fields_behind(below.fields, *windows, false, most_);
    if (!fields) return too_far();
    const std::int64_t taps = (*windows)[0].extent * (*windows)[1].extent;
    const double work = static_cast<double>(below.weights.size()) * static_cast<double>(taps);
    if (auto refused = refuse(below.weights.rows(), *fields, work)) return std::move(*refused);
    auto made = std::make_shared<LinearisedKernels>(empty_kernels(below.weights.rows(), *fields));
    const std::vector<float> box(static_cast<std::size_t>(taps), 1.0f / static_cast<float>(taps));
    auto status = for_each_index(units_of(below), context_.cancelled, [&](std::size_t unit) {
      const auto place = static_cast<std::int64_t>(unit);
      convolve(below, place, dense_kernel_view(box.data(), 1, 1, taps), *windows, place, *made);
      return Status();
    });
    if (!status) return propagate(std::move(status.error()));
    return finished(std::move(made));
  }

  // The middle of each window.
  Linearised centred(const LinearisedKernels& below, const SlidingWindows& windows) {
    const auto fields = fields_behind(below.fields, windows, true, most_);
    if (!fields) return too_far();
    if (auto refused = refuse(below.weights.rows(), *fields, 0)) return std::move(*refused);
    return finished(std::make_shared<LinearisedKernels>(LinearisedKernels{*fields, below.weights}));
  }

  Linearised scaled(const LinearisedKernels& below, const std::vector<double>& factors, const std::string& op) {
    if (factors.size() != units_of(below)) return stop(op);
    if (auto refused = refuse(below.weights.rows(), below.fields, 0)) return std::move(*refused);
    auto made = std::make_shared<LinearisedKernels>(below);
    const auto by_unit = Eigen::VectorXd::Map(factors.data(), static_cast<Eigen::Index>(factors.size())).cast<float>();
    made->weights.array().colwise() *= by_unit.array().eval();
    return finished(std::move(made));
  }

  Linearised scaled_by_constant(const Node& node, ValueId value, const LinearisedKernels& below) {
    if (node.inputs.size() != 2 || (node.is("Div") && node.inputs[0] != value)) return stop(node.op);
    const WeightView* constant = graph_.parameter(node, node.inputs[0] == value ? 1 : 0);
    auto factors = constant == nullptr ? std::nullopt : factors_by_channel(*constant, below.weights.rows());
    if (!factors) return stop(node.op);
    if (node.is("Div")) {
      for (double& factor : *factors) factor = 1 / factor;
    }
    return scaled(below, *factors, node.op);
  }

  // One number by channel, by its shape or because it comes from a pooling over everything.
  bool is_gate(ValueId value) const {
    const std::string& why = values_[value.index].stopped;
    return is_one_pixel(graph_[value].shape) || why == "GlobalAveragePool" || why == "GlobalMaxPool" ||
           why == "ReduceMean";
  }

  // One operand is a gate by channel: it is left out, as activations are.
  Linearised gated(const Node& node, const ValueIds& data) {
    for (const std::size_t kept : {0, 1}) {
      const Linearised& input = values_[data[kept].index];
      if (input.kernels && is_gate(data[1 - kept])) return input;
    }
    for (const ValueId value : data) {
      if (!values_[value.index].stopped.empty()) return values_[value.index];
    }
    return stop(node.op);
  }

  Linearised sum(const Node& node, const ValueIds& data) {
    const LinearisedKernels& first = *values_[data.front().index].kernels;
    std::optional<ImageFields> fields = first.fields;
    for (const ValueId value : data) {
      const LinearisedKernels& term = *values_[value.index].kernels;
      if (term.weights.rows() != first.weights.rows()) return stop(node.op + " that repeats channels");
      fields = fields_around(*fields, term.fields, most_);
      if (!fields) return too_far();
    }
    if (auto refused = refuse(first.weights.rows(), *fields, 0)) return std::move(*refused);
    auto made = std::make_shared<LinearisedKernels>(empty_kernels(first.weights.rows(), *fields));
    for (std::size_t term = 0; term < data.size(); ++term) {
      const double sign = node.is("Sub") && term > 0 ? -1 : 1;
      for (Eigen::Index unit = 0; unit < made->weights.rows(); ++unit) {
        add_unit(*values_[data[term].index].kernels, unit, sign, unit, *made);
      }
    }
    return finished(std::move(made));
  }

  // Channels in another order, in parts, or side by side: channel flow says which.
  Linearised moved(NodeId id, std::size_t place) {
    const Node& node = graph_[id];
    std::vector<ChannelMap> maps(node.inputs.size());
    std::vector<const ChannelMap*> inputs;
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const ValueId value = node.inputs[i];
      const bool known = value.exists() && !graph_.is_constant(value) && values_[value.index].kernels;
      if (known) maps[i] = source_map(graph_, value, 1, values_[value.index].kernels->weights.rows());
      inputs.push_back(&maps[i]);
    }
    const ChannelMap map = flow_through(graph_, id, inputs, context_.limits).at(place);
    if (map.axis != 1 || map.segments.empty()) return stop(node.op);
    std::optional<ImageFields> fields = values_[map.segments.front().source.index].kernels->fields;
    std::int64_t covered = 0;
    for (const ChannelSegment& segment : map.segments) {
      if (segment.begin != covered || segment.run != 1) return stop(node.op);
      covered = segment.end;
      fields = fields_around(*fields, values_[segment.source.index].kernels->fields, most_);
      if (!fields) return too_far();
    }
    if (covered != map.channels) return stop(node.op);
    if (auto refused = refuse(covered, *fields, 0)) return std::move(*refused);
    auto made = std::make_shared<LinearisedKernels>(empty_kernels(covered, *fields));
    for (const ChannelSegment& segment : map.segments) {
      for (std::int64_t channel = segment.begin; channel < segment.end; ++channel) {
        add_unit(*values_[segment.source.index].kernels, segment.unit(channel), 1, channel, *made);
      }
    }
    return finished(std::move(made));
  }

  Linearised too_far() const { return stop("fields beyond " + std::to_string(most_) + " pixels"); }

  // Before anything is allocated. `work`: multiplications beyond writing the result once.
  std::optional<Linearised> refuse(std::int64_t units, const ImageFields& fields, double work) {
    const double elements = static_cast<double>(units) * static_cast<double>(kImageChannels) *
                            static_cast<double>(fields[0].size) * static_cast<double>(fields[1].size);
    if (work_ + work + elements > context_.limits.linearised_work) return stop("the limit of work");
    if (alive_ + elements > context_.limits.linearised_elements) return stop("the limit of memory");
    work_ += work + elements;
    return std::nullopt;
  }

  Linearised finished(std::shared_ptr<LinearisedKernels> made) {
    if (!made->weights.allFinite()) return stop("weights that are not finite");
    alive_ += static_cast<double>(made->weights.size());
    return {std::move(made), {}};
  }

  Linearised image() {
    alive_ += static_cast<double>(kImageChannels * kImageChannels);
    return {std::make_shared<LinearisedKernels>(image_kernels()), {}};
  }
  void take_image(ValueId value) { values_[value.index] = image(); }

  // What nothing reads any more goes.
  void release(ValueId value) {
    if (!value.exists() || --readers_left_[value.index] > 0) return;
    auto& kernels = values_[value.index].kernels;
    if (kernels && kernels.use_count() == 1) alive_ -= static_cast<double>(kernels->weights.size());
    kernels.reset();
  }

  const PassContext& context_;
  const Graph& graph_;
  const ChannelFlow& flow_;
  const std::int64_t most_;
  const Visit& visit_;
  std::vector<Linearised> values_;  // by value
  std::vector<std::size_t> readers_left_;
  std::vector<LayerWithout> without_;
  double work_ = 0, alive_ = 0;  // multiplications, elements
};

}  // namespace

bool is_image(const Graph& graph, const ChannelFlow& flow, ValueId value) {
  const ChannelMap& map = flow[value];
  return map.axis == 1 && map.channels == kImageChannels && map.segments.size() == 1 &&
         !graph[map.segments.front().source].producer.exists() && map.segments.front().run == 1;
}

Result<std::vector<LayerWithout>> linearise_network(
    const PassContext& context, std::int64_t most_pixels,
    const std::function<Status(const WeightLayer& layer, const LinearisedKernels& kernels)>& visit) {
  return Network(context, most_pixels, visit).run();
}

}  // namespace ramus
