// Changes inside a message change its length, and the length of every message around it.
#pragma once

#include "plugin/onnx/edits.hpp"
#include "plugin/onnx/wire_cursor.hpp"

namespace ramus::onnx_wire {

// Thrown when a length that was written wider than needed would not fit into protobuf's five bytes any more.
struct WidthFault {
  const std::byte* at;
};

// Lets `edit_inside` change the message in `field` and rewrites the length before it. `edit_inside` returns by how many
// bytes the message grows; so does this function, with the length's own growth added.
// A surplus of width stays: what takes the change back, gets the same bytes back.
template <class EditInside>
std::int64_t edit_message(Edits& edits, const Field& field, const EditInside& edit_inside) {
  constexpr std::size_t kWidest = 5;  // protobuf reads lengths of at most five bytes
  const std::size_t old_size = field.value.size();
  const Bytes length(field.value.data() - field.length_width, field.length_width);
  const Edits::Slot slot = edits.reserve(length);
  const std::int64_t grown = edit_inside();
  if (grown == 0) {
    edits.leave(slot);
    return 0;
  }
  const auto new_size = static_cast<std::uint64_t>(static_cast<std::int64_t>(old_size) + grown);
  const std::size_t surplus = field.length_width - varint_width(old_size);
  const std::size_t width = varint_width(new_size) + surplus;
  if (surplus != 0 && width > kWidest) throw WidthFault{length.data()};
  std::string rewritten;
  append_varint(rewritten, new_size, width);
  return grown + edits.fill(slot, std::move(rewritten));
}

}  // namespace ramus::onnx_wire
