// Dense positions of nodes, values and weights in a Graph, in the model's own order.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

namespace ramus {

template <class Tag>
struct Id {
  std::uint32_t index = kNone;

  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  constexpr Id() = default;
  constexpr explicit Id(std::size_t position) : index(static_cast<std::uint32_t>(position)) {}

  constexpr bool exists() const { return index != kNone; }  // false: an optional input that is left out
  friend constexpr auto operator<=>(Id, Id) = default;
};

using NodeId = Id<struct NodeTag>;
using ValueId = Id<struct ValueTag>;
using WeightId = Id<struct WeightTag>;

}  // namespace ramus

template <class Tag>
struct std::hash<ramus::Id<Tag>> {
  std::size_t operator()(ramus::Id<Tag> id) const noexcept { return id.index; }
};
