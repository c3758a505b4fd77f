#include "passes/sliding_windows.hpp"

#include <algorithm>
#include <string>

#include "graph/weight_layer.hpp"
#include "passes/unit_layout.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kMost = 1 << 20;  // of an extent, stride, dilation or pad; fields end far below

bool fits(std::span<const std::int64_t> list, std::size_t count, std::int64_t least) {
  return list.empty() || (list.size() == count && std::all_of(list.begin(), list.end(), [&](std::int64_t value) {
                            return value >= least && value <= kMost;
                          }));
}

std::string_view auto_pad_of(const Node& node) {
  const Attribute* attribute = node.find_attribute("auto_pad");
  const auto* text = attribute == nullptr ? nullptr : std::get_if<std::string>(&attribute->value);
  return text == nullptr ? std::string_view("NOTSET") : std::string_view(*text);
}

// What SAME_UPPER and SAME_LOWER put before the first position.
std::int64_t same_pad(const SlidingWindow& window, std::int64_t size, bool lower) {
  const std::int64_t reach = window.dilation * (window.extent - 1) + 1;
  const std::int64_t over = size > 0 ? (size - 1) % window.stride + 1 : window.stride;
  const std::int64_t total = std::max<std::int64_t>(reach - over, 0);
  return lower ? (total + 1) / 2 : total / 2;
}

}  // namespace

std::optional<SlidingWindows> windows_of(const Graph& graph, const Node& node) {
  if (node.inputs.empty() || !node.inputs[0].exists()) return std::nullopt;
  std::vector<std::int64_t> extents;
  if (node.is("Conv")) {
    const WeightView* weight = graph.parameter(node, 1);
    if (weight != nullptr && weight->dims.size() == 4) extents.assign(weight->dims.begin() + 2, weight->dims.end());
  } else {
    const auto shape = node.ints_attribute("kernel_shape");
    extents.assign(shape.begin(), shape.end());
  }
  const auto strides = node.ints_attribute("strides"), dilations = node.ints_attribute("dilations"),
             pads = node.ints_attribute("pads");
  if (extents.size() != 2 || !fits(extents, 2, 1) || !fits(strides, 2, 1) || !fits(dilations, 2, 1) ||
      !fits(pads, 4, 0)) {
    return std::nullopt;
  }
  const std::string_view auto_pad = auto_pad_of(node);
  const auto& shape = graph[node.inputs[0]].shape;
  SlidingWindows windows;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    SlidingWindow& window = windows[axis];
    window.extent = extents[axis];
    if (!strides.empty()) window.stride = strides[axis];
    if (!dilations.empty()) window.dilation = dilations[axis];
    if (!pads.empty()) window.before = pads[axis];
    if (auto_pad.starts_with("SAME")) {
      window.before = same_pad(window, shape && shape->size() == 4 ? (*shape)[2 + axis] : -1, auto_pad == "SAME_LOWER");
    }
  }
  return windows;
}

std::optional<SlidingWindows> windows_of_pad(const Graph& graph, const Node& pad) {
  std::vector<std::int64_t> amounts;
  if (pad.inputs.size() > 1) {
    if (pad.inputs.size() > 3) return std::nullopt;  // axes of its own
    auto known = known_integers(graph, pad.inputs[1]);
    if (known) amounts = std::move(*known);
  } else {
    const auto list = pad.ints_attribute("pads");
    amounts.assign(list.begin(), list.end());
  }
  const bool moves_pixels_only =
      amounts.size() == 8 && amounts[0] == 0 && amounts[1] == 0 && amounts[4] == 0 && amounts[5] == 0;
  if (!moves_pixels_only) return std::nullopt;
  SlidingWindows windows;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t before = amounts[2 + axis];
    if (before < 0 || before > kMost || amounts[6 + axis] < 0) return std::nullopt;  // unknown, or a crop
    windows[axis].before = before;
  }
  return windows;
}

}  // namespace ramus
