// A list of small changes to a large run of bytes, kept in order and written out around what stays.
//
//   input   |........|ab|......|.................|        an Edit replaces a range, which may be empty (an insertion)
//   edits             xyz       ✚
//   output  |........|xyz|......✚|.................|      untouched ranges leave as spans of the input
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "plugin/onnx/mapped_file.hpp"

namespace ramus::onnx_wire {

// Takes the next bytes of the output; false aborts the writing.
using Sink = std::function<bool(Bytes)>;

class Edits {
 public:
  explicit Edits(Bytes input) : input_(input) {}

  // Ranges lie in the input, in ascending order, without overlap. Returns by how many bytes the output grows.
  std::int64_t replace(Bytes range, std::string with);
  std::int64_t insert(const std::byte* at, std::string bytes) { return replace(Bytes(at, 0), std::move(bytes)); }

  // A place for a change that becomes known only after those that follow it (the length before a message).
  using Slot = std::size_t;
  Slot reserve(Bytes range);
  std::int64_t fill(Slot slot, std::string with);
  void leave(Slot slot);  // the range stays as it is

  // Collects small pieces and hands large ones over as they lie. False: the sink aborted.
  bool write(const Sink& sink) const;

 private:
  struct Edit {
    std::size_t offset, removed;
    std::string inserted;
  };
  Bytes input_;
  std::vector<Edit> edits_;
};

}  // namespace ramus::onnx_wire
