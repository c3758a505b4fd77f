#include "plugin/onnx/edits.hpp"

#include <algorithm>
#include <utility>

namespace ramus::onnx_wire {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 16;  // from here on, copying costs more than a call of the sink
constexpr std::size_t kPiece = std::size_t{1} << 25;  // what is read ahead of the sink; a weight may exceed the memory

class Collector {
 public:
  explicit Collector(const Sink& sink) : sink_(sink) { pending_.reserve(2 * kLarge); }

  bool add(Bytes bytes) {
    if (bytes.size() >= kLarge) return flush() && hand_over(bytes);
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    return pending_.size() < kLarge || flush();
  }
  bool flush() {
    const bool goes_on = pending_.empty() || sink_(pending_);
    pending_.clear();
    return goes_on;
  }

 private:
  bool hand_over(Bytes bytes) {
    while (!bytes.empty()) {
      const Bytes piece = bytes.first(std::min(bytes.size(), kPiece));
      expect_reading(piece);
      if (!sink_(piece)) return false;
      bytes = bytes.subspan(piece.size());
    }
    return true;
  }

  const Sink& sink_;
  std::vector<std::byte> pending_;
};

}  // namespace

std::int64_t Edits::replace(Bytes range, std::string with) {
  const auto grown = static_cast<std::int64_t>(with.size()) - static_cast<std::int64_t>(range.size());
  edits_.push_back({static_cast<std::size_t>(range.data() - input_.data()), range.size(), std::move(with)});
  return grown;
}

Edits::Slot Edits::reserve(Bytes range) {
  replace(range, {});
  return edits_.size() - 1;
}

std::int64_t Edits::fill(Slot slot, std::string with) {
  Edit& edit = edits_[slot];
  edit.inserted = std::move(with);
  return static_cast<std::int64_t>(edit.inserted.size()) - static_cast<std::int64_t>(edit.removed);
}

void Edits::leave(Slot slot) {
  if (slot + 1 == edits_.size()) {
    edits_.pop_back();
  } else {
    edits_[slot].removed = 0;
  }
}

bool Edits::write(const Sink& sink) const {
  Collector out(sink);
  std::size_t at = 0;
  for (const Edit& edit : edits_) {
    if (!out.add(input_.subspan(at, edit.offset - at))) return false;
    if (!out.add(std::as_bytes(std::span(edit.inserted)))) return false;
    at = edit.offset + edit.removed;
  }
  return out.add(input_.subspan(at)) && out.flush();
}

}  // namespace ramus::onnx_wire
