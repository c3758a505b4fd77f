// Channel flow against arrays that are really pushed through the operators.
#include <doctest/doctest.h>

#include <random>

#include "graph/channel_flow.hpp"
#include "graph/text_form.hpp"
#include "tests/graph/labelled_array.hpp"

namespace ramus::testing {
namespace {

// A random stem of operators, built as a graph and run as labelled arrays at the same time.
class Stem {
 public:
  explicit Stem(std::uint64_t seed) : random_(seed), builder_("stem") {
    for (const char* name : {"x", "z"}) {
      const Dims shape{2, 2 * below(4) + 2, 2, 2};
      builder_.add_input(name, ElementType::float32, shape);
      add_value(name, LabelledArray::source(shape, 1, name));
    }
    shapes_known_ = below(4) != 0;
    joins_space_ = coin();
    for (int i = 0; i < 12; ++i) add_operator();
  }

  void check() {
    const Graph graph = builder_.finish().value();
    const ChannelFlow flow(graph);
    for (const auto& value : values_) {
      const ChannelMap& map = flow[*graph.find_value(value.first)];
      CHECK(map.segments.empty() == !map.stopped.empty());
      claims += map.segments.empty() ? 0 : 1;
      REQUIRE_MESSAGE(holds(graph, map, value.second), "channels of ", value.first, " of\n", to_text(graph));
    }
    values += static_cast<int>(values_.size());
  }

  static inline int claims = 0, values = 0;

 private:
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
  }
  bool coin() { return below(2) == 0; }

  // Every channel holds the claimed units and no others, but where a value of unknown origin was added. Once values are joined along space, a later cut may leave just one of several claimed sources.
  bool holds(const Graph& graph, const ChannelMap& map, const LabelledArray& array) const {
    if (map.axis < 0) return true;
    const auto axis = static_cast<std::size_t>(map.axis);
    if (axis >= array.dims.size() || (map.channels >= 0 && map.channels != array.dims[axis])) return false;
    for (const ChannelSegment& segment : map.segments) {
      if (segment.begin < 0 || segment.begin >= segment.end || segment.end > map.channels || segment.run < 1)
        return false;
    }
    for (std::int64_t channel = 0; channel < map.channels; ++channel) {
      Labels claimed;
      bool summed = false;
      for (const ChannelSegment& segment : map.segments) {
        if (channel < segment.begin || channel >= segment.end) continue;
        claimed.insert({graph[segment.source].name, segment.unit(channel)});
        summed = summed || segment.summed;
      }
      if (claimed.empty() || (summed && joins_space_)) continue;
      const Labels truth = array.in_channel(axis, channel);
      const bool all_true = std::includes(truth.begin(), truth.end(), claimed.begin(), claimed.end());
      if (!all_true || (!summed && truth != claimed)) return false;
    }
    return true;
  }

  void add_value(const std::string& name, LabelledArray array) { values_.emplace_back(name, std::move(array)); }

  std::string parameter(WeightView weight) {
    const std::string name = "p" + std::to_string(parameters_++);
    builder_.add_parameter(name, std::move(weight));
    return name;
  }
  std::string integers(std::vector<std::int64_t> list) {
    const auto count = static_cast<std::int64_t>(list.size());
    return parameter(make_weight("", {count}, std::move(list)));
  }

  void emit(const std::string& op, std::vector<std::string> inputs, std::vector<LabelledArray> outputs,
            std::vector<Attribute> attributes = {}) {
    GraphBuilder::NewNode node{op, std::move(inputs), {}, "", "", std::move(attributes)};
    for (LabelledArray& output : outputs) {
      const std::string name = "v" + std::to_string(values_.size());
      node.outputs.push_back(name);
      if (shapes_known_) builder_.set_type(name, ElementType::float32, output.dims);
      add_value(name, std::move(output));
    }
    builder_.add_node(std::move(node));
  }

  static Attribute many(const char* name, std::vector<std::int64_t> list) { return {name, std::move(list)}; }
  static Attribute one(const char* name, std::int64_t value) { return {name, value}; }
  std::int64_t signed_axis(std::size_t axis, std::size_t rank) {
    return static_cast<std::int64_t>(axis) - (coin() ? static_cast<std::int64_t>(rank) : 0);
  }

  void add_operator() {
    const std::size_t pick =
        values_.size() - 1 -
        static_cast<std::size_t>(below(std::min<std::int64_t>(5, static_cast<std::int64_t>(values_.size()))));
    const std::string name = values_[pick].first;  // copies: values_ grows
    const LabelledArray array = values_[pick].second;
    const std::size_t rank = array.dims.size();
    const auto axis = static_cast<std::size_t>(below(static_cast<std::int64_t>(rank)));
    const std::int64_t extent = array.dims[axis], given = signed_axis(axis, rank);
    const bool small = array.cells.size() <= 200;
    switch (below(14)) {
      case 0:
        return emit("Relu", {name}, {array});
      case 1:
        return join(name, array, axis, given);
      case 2:
        return cut(name, array, axis, given);
      case 3: {
        const std::int64_t from = below(extent), to = from + 1 + below(extent - from), step = 1 + below(3);
        std::vector<std::int64_t> places;
        for (std::int64_t i = from; i < to; i += step) places.push_back(i);
        const bool to_end = to == extent && coin();
        return emit(
            "Slice",
            {name, integers({coin() ? from : from - extent}),
             integers({to_end ? std::numeric_limits<std::int64_t>::max() : to}), integers({given}), integers({step})},
            {taken(array, axis, places)});
      }
      case 4: {
        std::vector<std::int64_t> places, indices;
        for (std::int64_t i = 0, count = 1 + below(std::min<std::int64_t>(extent + 2, 9)); i < count; ++i) {
          places.push_back(i > 0 && coin() ? std::min(extent - 1, places.back() + 1) : below(extent));
          indices.push_back(coin() ? places.back() : places.back() - extent);
        }
        return emit("Gather", {name, integers(indices)}, {taken(array, axis, places)}, {one("axis", given)});
      }
      case 5: {
        const std::int64_t before = below(4) - 1, after = below(3);
        if (!small || extent + before < 1) return;
        const bool edge =
            channel_axis(name) != static_cast<int>(axis);  // padding belongs to the channel that it lengthens
        if (coin()) {
          return emit("Pad", {name, integers({before, after}), "", integers({given})},
                      {padded(array, axis, before, after, edge)});
        }
        std::vector<std::int64_t> pads(2 * rank, 0);
        pads[axis] = before;
        pads[axis + rank] = after;
        return emit("Pad", {name, integers(pads)}, {padded(array, axis, before, after, edge)});
      }
      case 6: {
        std::vector<std::int64_t> perm(rank);
        std::iota(perm.begin(), perm.end(), 0);
        std::shuffle(perm.begin(), perm.end(), random_);
        return emit("Transpose", {name}, {transposed(array, perm)}, {many("perm", perm)});
      }
      case 7: {
        const auto product = [&](std::size_t from, std::size_t to) {
          std::int64_t result = 1;
          for (std::size_t i = from; i < to; ++i) result *= array.dims[i];
          return result;
        };
        return emit("Flatten", {name}, {reshaped(array, {product(0, axis), product(axis, rank)})},
                    {one("axis", given)});
      }
      case 8:
      case 9:
        return reshape(name, array);
      case 10:
        return convolve(name, array);
      case 11: {
        const auto other = std::find_if(values_.begin(), values_.end(), [&, &shape = array.dims](const auto& value) {
          return value.second.dims == shape && coin();
        });
        if (other == values_.end()) return;
        return emit("Add", {name, other->first}, {added(array, other->second)});
      }
      case 12:
        return reduce(name, array, axis, given);
      default: {
        Dims dims = array.dims;
        const auto place = static_cast<std::size_t>(below(static_cast<std::int64_t>(rank) + 1));
        if (rank < 5 && coin()) {
          dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(place), 1);
          return emit("Unsqueeze", {name, integers({signed_axis(place, rank + 1)})}, {reshaped(array, dims)});
        }
        if (extent != 1 || rank < 2) return;
        dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
        return emit("Squeeze", {name, integers({given})}, {reshaped(array, dims)});
      }
    }
  }

  void join(const std::string& name, const LabelledArray& array, std::size_t axis, std::int64_t given) {
    if (!joins_space_ && channel_axis(name) != static_cast<int>(axis)) return;
    std::vector<std::string> names{name};
    std::vector<const LabelledArray*> parts{&array};
    for (const auto& [other, candidate] : values_) {
      Dims dims = candidate.dims;
      if (dims.size() != array.dims.size() || names.size() == 3) continue;
      dims[axis] = array.dims[axis];
      if (dims != array.dims || candidate.cells.size() > 200 || coin()) continue;
      names.push_back(other);
      parts.push_back(&candidate);
    }
    emit("Concat", names, {joined(parts, axis)}, {one("axis", given)});
  }

  void cut(const std::string& name, const LabelledArray& array, std::size_t axis, std::int64_t given) {
    const std::int64_t extent = array.dims[axis];
    if (extent < 2) return;
    const bool equal = coin();
    const std::int64_t first = equal ? (extent + 1) / 2 : 1 + below(extent - 1);
    std::vector<std::int64_t> low(static_cast<std::size_t>(first)), high(static_cast<std::size_t>(extent - first));
    std::iota(low.begin(), low.end(), 0);
    std::iota(high.begin(), high.end(), first);
    std::vector<std::string> inputs{name};
    if (!equal) inputs.push_back(integers({first, extent - first}));
    emit("Split", inputs, {taken(array, axis, low), taken(array, axis, high)}, {one("axis", given)});
  }

  // To a random factorisation of the number of cells, or one that keeps the leading dims.
  void reshape(const std::string& name, const LabelledArray& array) {
    auto left = static_cast<std::int64_t>(array.cells.size());
    Dims dims, target;
    const auto kept = static_cast<std::size_t>(below(static_cast<std::int64_t>(array.dims.size()) + 1));
    for (std::size_t i = 0; i < kept; ++i) {
      dims.push_back(array.dims[i]);
      target.push_back(coin() ? 0 : array.dims[i]);
      left /= array.dims[i];
    }
    while (left > 1 && dims.size() < 4) {
      std::int64_t factor = 1 + below(left);
      while (left % factor != 0) --factor;
      dims.push_back(factor);
      target.push_back(factor);
      left /= factor;
    }
    dims.push_back(left);
    target.push_back(std::count(target.begin(), target.end(), -1) == 0 && coin() ? -1 : left);
    emit("Reshape", {name, integers(target)}, {reshaped(array, dims)});
  }

  // A 1x1 convolution: depthwise, where each output keeps its channel's labels, or a new source of units.
  void convolve(const std::string& name, const LabelledArray& array) {
    if (array.dims.size() != 4 || array.cells.size() > 200) return;
    const std::int64_t inputs = array.dims[1], times = 1 + below(2);
    const bool depthwise = coin() && inputs > 1;
    const std::int64_t groups = depthwise ? inputs : inputs % 2 == 0 && inputs > 2 ? 1 + below(2) : 1;
    const std::int64_t outputs = depthwise ? inputs * times : 4;
    Dims dims = array.dims;
    dims[1] = outputs;
    WeightView weight;
    weight.type = ElementType::float32;
    weight.dims = {outputs, inputs / groups, 1, 1};
    std::vector<std::string> operands{name, parameter(weight)};
    const std::string result = "v" + std::to_string(values_.size());
    // A depthwise layer whose input channels are not known counts as a source itself.
    const bool passes = depthwise && channel_axis(name) == 1;
    auto convolved = passes ? rearranged(array, dims, [&](Dims at) { return at[1] /= times, at; })
                            : LabelledArray::source(dims, 1, result);
    emit("Conv", operands, {std::move(convolved)}, {one("group", groups)});
  }

  int channel_axis(const std::string& name) const {
    GraphBuilder so_far = builder_;
    const Graph graph = so_far.finish().value();
    return ChannelFlow(graph)[*graph.find_value(name)].axis;
  }

  void reduce(const std::string& name, const LabelledArray& array, std::size_t axis, std::int64_t given) {
    LabelledArray kept = reduced(array, axis);
    const bool keeps = coin() || array.dims.size() < 2;
    if (!keeps) {
      Dims dims = kept.dims;
      dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
      kept = reshaped(kept, dims);
    }
    emit("ReduceMean", {name}, {std::move(kept)}, {many("axes", {given}), one("keepdims", keeps ? 1 : 0)});
  }

  std::mt19937_64 random_;
  GraphBuilder builder_;
  bool shapes_known_ = true, joins_space_ = false;
  int parameters_ = 0;
  std::vector<std::pair<std::string, LabelledArray>> values_;
};

}  // namespace

TEST_CASE("what channel flow says of random stems holds for every cell of an array pushed through them") {
  for (std::uint64_t seed = 0; seed < 1500; ++seed) Stem(seed).check();
  CHECK(3 * Stem::claims > Stem::values);  // and it does say something
}

}  // namespace ramus::testing
