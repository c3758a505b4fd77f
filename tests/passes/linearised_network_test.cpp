#include "passes/linearised_network.hpp"

#include <doctest/doctest.h>

#include <map>

#include "passes/numerics/random.hpp"
#include "passes/wiring.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

struct Planes {
  std::int64_t channels = 0, side = 0;
  std::vector<double> values;

  Planes(std::int64_t count, std::int64_t extent)
      : channels(count), side(extent), values(static_cast<std::size_t>(count * extent * extent), 0.0) {}
  double& at(std::int64_t c, std::int64_t y, std::int64_t x) {
    return values[static_cast<std::size_t>((c * side + y) * side + x)];
  }
  double get(std::int64_t c, std::int64_t y, std::int64_t x) const {
    const bool inside = y >= 0 && x >= 0 && y < side && x < side;
    return inside ? values[static_cast<std::size_t>((c * side + y) * side + x)] : 0;
  }
};

// The definition: the network run on an image, its nonlinearities left out and each maximum replaced by the middle.
class LinearNetwork {
 public:
  LinearNetwork(const Graph& graph, const Planes& image) : graph_(graph) {
    values_.emplace(graph.inputs()[0], image);
    for (const NodeId id : graph.topological_order()) values_.emplace(graph[id].outputs[0], run(graph[id]));
  }
  const Planes& operator[](ValueId value) const { return values_.at(value); }

 private:
  static std::int64_t first(std::span<const std::int64_t> list, std::int64_t otherwise) {
    return list.empty() ? otherwise : list[0];
  }

  Planes run(const Node& node) const {
    const Planes& in = values_.at(node.inputs[0]);
    if (node.is("Conv")) return convolution(node, in, graph_.parameter(node, 1)->decode_double().value());
    if (node.is("MaxPool") || node.is("AveragePool")) return pooling(node, in);
    if (node.is("Concat") || node.is("Add")) return joined(node);
    Planes out = in;
    for (std::int64_t c = 0; c < out.channels; ++c) {
      double factor = 1;
      const auto parameter = [&](std::size_t i) {
        return graph_.parameter(node, i)->decode_double().value()[static_cast<std::size_t>(c)];
      };
      if (node.is("BatchNormalization")) factor = parameter(1) / std::sqrt(parameter(4) + 1e-5);
      if (node.is("Mul")) factor = parameter(1);
      for (std::int64_t y = 0; y < out.side; ++y) {
        for (std::int64_t x = 0; x < out.side; ++x) out.at(c, y, x) *= factor;
      }
    }
    return out;
  }

  Planes convolution(const Node& node, const Planes& in, const std::vector<double>& weights) const {
    const Dims& dims = graph_.parameter(node, 1)->dims;
    const std::int64_t stride = first(node.ints_attribute("strides"), 1), pad = first(node.ints_attribute("pads"), 0);
    const std::int64_t dilation = first(node.ints_attribute("dilations"), 1), groups = node.int_attribute("group", 1);
    Planes out(dims[0], (in.side + 2 * pad - dilation * (dims[2] - 1) - 1) / stride + 1);
    for (std::int64_t o = 0; o < dims[0]; ++o) {
      const std::int64_t first_input = o / (dims[0] / groups) * dims[1];
      for (std::int64_t i = 0; i < dims[1]; ++i) {
        for (std::int64_t t = 0; t < dims[2] * dims[3]; ++t) {
          const double weight = weights[static_cast<std::size_t>((o * dims[1] + i) * dims[2] * dims[3] + t)];
          for (std::int64_t y = 0; y < out.side; ++y) {
            for (std::int64_t x = 0; x < out.side; ++x) {
              out.at(o, y, x) += weight * in.get(first_input + i, y * stride - pad + t / dims[3] * dilation,
                                                 x * stride - pad + t % dims[3] * dilation);
            }
          }
        }
      }
    }
    return out;
  }

  static Planes pooling(const Node& node, const Planes& in) {
    const std::int64_t extent = first(node.ints_attribute("kernel_shape"), 1);
    const std::int64_t stride = first(node.ints_attribute("strides"), 1), pad = first(node.ints_attribute("pads"), 0);
    Planes out(in.channels, (in.side + 2 * pad - extent) / stride + 1);
    for (std::int64_t c = 0; c < in.channels; ++c) {
      for (std::int64_t y = 0; y < out.side; ++y) {
        for (std::int64_t x = 0; x < out.side; ++x) {
          const std::int64_t top = y * stride - pad, left = x * stride - pad, middle = (extent - 1) / 2;
          double sum = 0;
          for (std::int64_t t = 0; t < extent * extent; ++t) sum += in.get(c, top + t / extent, left + t % extent);
          out.at(c, y, x) =
              node.is("MaxPool") ? in.get(c, top + middle, left + middle) : sum / static_cast<double>(extent * extent);
        }
      }
    }
    return out;
  }

  Planes joined(const Node& node) const {
    Planes out(0, values_.at(node.inputs[0]).side);
    for (const ValueId input : node.inputs) {
      const Planes& part = values_.at(input);
      if (node.is("Concat") || out.channels == 0) {
        out.channels += part.channels;
        out.values.insert(out.values.end(), part.values.begin(), part.values.end());
      } else {
        for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] += part.values[i];
      }
    }
    return out;
  }

  const Graph& graph_;
  std::map<ValueId, Planes> values_;
};

struct Seen {
  std::map<std::string, LinearisedKernels> layers;
  std::map<std::string, std::string> without;  // layer: why
};

Seen linearised(const Graph& graph, std::int64_t most = 64, const Limits& limits = {}) {
  const Analyses analyses(graph, limits);
  const Findings found;
  const PassOptions options(all_passes());
  const PassContext context{graph, analyses, found, options, limits};
  Seen seen;
  const auto without =
      linearise_network(context, most, [&](const WeightLayer& layer, const LinearisedKernels& kernels) {
        seen.layers.emplace(graph[layer.node].name, kernels);
        return Status();
      });
  REQUIRE(without.has_value());
  for (const LayerWithout& layer : *without) seen.without[graph[layer.layer].name] = layer.why;
  return seen;
}

// Every unit of every layer, at the position `place`: its kernel on the image's pixels gives what the network gives.
void check_against_definition(const std::string& text, std::int64_t side, std::int64_t place) {
  const Graph graph = graph_from_text(text);
  Planes image(3, side);
  RandomStream random(5, "image");
  for (double& value : image.values) value = 2 * random.unit() - 1;
  const LinearNetwork network(graph, image);
  const Seen seen = linearised(graph);
  CHECK(seen.without.empty());
  for (const auto& [name, kernels] : seen.layers) {
    const Planes& expected = network[graph[*graph.find_node(name)].outputs[0]];
    REQUIRE(kernels.weights.rows() == expected.channels);
    const auto& [down, right] = kernels.fields;
    for (std::int64_t unit = 0; unit < expected.channels; ++unit) {
      double sum = 0;
      for (std::int64_t c = 0; c < 3; ++c) {
        for (std::int64_t t = 0; t < kernels.taps(); ++t) {
          sum += static_cast<double>(kernels.weights(unit, c * kernels.taps() + t)) *
                 image.get(c, down.origin + place * down.step + t / right.size,
                           right.origin + place * right.step + t % right.size);
        }
      }
      CAPTURE(name);
      CHECK(sum == doctest::Approx(expected.get(unit, place, place)).epsilon(1e-5));
    }
  }
}

}  // namespace

TEST_CASE("a linearised kernel is what the network without nonlinearities computes") {
  SUBCASE("strides, pads, dilation, groups, depthwise, pooling, norms") {
    check_against_definition(
        "x:[1,3,40,40] -> y : a = Conv[strides=[2,2], pads=[3,3,3,3]](x, A:float[8,3,7,7]); b = Relu(a);"
        "n = BatchNormalization(b, g:float[8], h:float[8], m:float[8], v:float[8]={0.5});"
        "p = MaxPool[kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]](n);"
        "c = Conv[group=2, dilations=[2,2], pads=[2,2,2,2]](p, C:float[6,4,3,3]);"
        "d = Conv[group=6, pads=[1,1,1,1]](c, D:float[6,1,3,3]); q = AveragePool[kernel_shape=[2,2]](d);"
        "k = Mul(q, K:float[1,6,1,1]); y = Conv(k, E:float[5,6,1,1])",
        40, 4);
  }
  SUBCASE("arms of different fields side by side, and a sum of a skip and its branch") {
    check_against_definition(
        "x:[1,3,24,24] -> y : s = Conv[pads=[1,1,1,1]](x, S:float[4,3,3,3]); r = Relu(s);"
        "a = Conv(r, A:float[4,4,1,1]); b = Conv[pads=[2,2,2,2]](r, B:float[4,4,5,5]);"
        "p = MaxPool[kernel_shape=[3,3], pads=[1,1,1,1]](r); e = Conv(p, E:float[3,4,1,1]);"
        "j = Concat[axis=1](a, b, e); t = Add(r, b); u = Conv(t, U:float[2,4,1,1]); y = Conv(j, Y:float[5,11,1,1])",
        24, 9);
  }
}

TEST_CASE("channels that are shuffled, split and gathered keep their kernels") {
  const Seen seen = linearised(graph_from_text(
      "x:[1,3,8,8] -> y : a:[1,4,8,8] = Conv(x, A:float[4,3,1,1]); l:[1,2,8,8], r:[1,2,8,8] = Split[axis=1](a);"
      "c:[1,4,8,8] = Concat[axis=1](r, l); g:[1,4,8,8] = Gather[axis=1](c, i:int64[4]={3,2,1,0});"
      "y = Conv[group=4](g, B:float[4,1,1,1]={1,1,1,1})"));
  const auto& first = seen.layers.at("a").weights;
  const auto& last = seen.layers.at("y").weights;
  CHECK(last.row(0).isApprox(first.row(1)));
  CHECK(last.row(1).isApprox(first.row(0)));
  CHECK(last.row(2).isApprox(first.row(3)));
  CHECK(last.row(3).isApprox(first.row(2)));
}

TEST_CASE("a gate by channel is left out") {
  const Seen seen = linearised(
      graph_from_text("x:[1,3,8,8] -> y : a:[1,4,8,8] = Conv(x, A:float[4,3,1,1]); p:[1,4,1,1] = GlobalAveragePool(a);"
                      "e:[1,4,1,1] = Conv(p, E:float[4,4,1,1]); g:[1,4,1,1] = Sigmoid(e); m:[1,4,8,8] = Mul(a, g);"
                      "y = Conv(m, B:float[2,4,1,1])"));
  CHECK(seen.layers.count("y") == 1);
  CHECK(seen.without.at("e") == "GlobalAveragePool");
  const Seen unknown_shapes = linearised(graph_from_text(
      "x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,1,1]); p = GlobalAveragePool(a); g = Sigmoid(p); m = Mul(g, a);"
      "y = Conv(m, B:float[2,4,1,1])"));
  CHECK(unknown_shapes.layers.count("y") == 1);
}

TEST_CASE("it ends with a reason") {
  const Graph deep = graph_from_text(
      "x:[1,3,64,64] -> y : a = Conv(x, A:float[4,3,5,5]); b = Conv(a, B:float[4,4,5,5]); y = Conv(b, "
      "C:float[2,4,3,3])");
  CHECK(linearised(deep, 9).without == std::map<std::string, std::string>{{"y", "fields beyond 9 pixels"}});
  CHECK(linearised(deep, 11).without.empty());
  Limits work;
  work.linearised_work = 1000;
  CHECK(linearised(deep, 64, work).without.at("b") == "the limit of work");
  Limits memory;
  memory.linearised_elements = 9 + 3 * 4 * 25 + 10;
  CHECK(linearised(deep, 64, memory).without.at("b") == "the limit of memory");
  const Seen soft =
      linearised(graph_from_text("x:[1,3,8,8] -> y : a = Conv(x, A:float[4,3,1,1]); s = Softmax[axis=1](a);"
                                 "y = Conv(s, B:float[2,4,1,1])"));
  CHECK(soft.without.at("y") == "Softmax");
  const Seen spatial =
      linearised(graph_from_text("x:[1,3,8,8] -> y : s:[1,3,4,4] = Slice(x, b:int64[2]={0,0}, e:int64[2]={8,8}, "
                                 "a:int64[2]={2,3}, t:int64[2]={2,2});"
                                 "y = Conv(s, B:float[2,3,1,1])"));
  CHECK(spatial.without.at("y") == "Slice");
}

TEST_CASE("what does not come from a picture of three channels has no linearised kernels, and no reason is given") {
  const Seen seen =
      linearised(graph_from_text("x:[1,8,8,8] -> y : a = Conv(x, A:float[4,8,1,1]); y = Conv(a, B:float[2,4,1,1])"));
  CHECK(seen.layers.empty());
  CHECK(seen.without.empty());
}
