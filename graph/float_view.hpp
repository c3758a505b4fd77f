// The elements of a weight as floats, where they lie if they can: a float32 tensor is read from the bytes of its file.
//
//   FloatView    all elements, row-major, and what keeps them alive
//   FloatPointer walks over them; the bytes of a tensor in a file need not start at a multiple of four
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace ramus {

class FloatPointer {
 public:
  FloatPointer() = default;
  FloatPointer(const float* first) : bytes_(reinterpret_cast<const std::byte*>(first)) {}  // NOLINT: they are the same
  explicit FloatPointer(const std::byte* first) : bytes_(first) {}

  float operator[](std::int64_t i) const {
    float value = 0;
    std::memcpy(&value, bytes_ + i * kSize, sizeof value);
    return value;
  }
  FloatPointer operator+(std::int64_t elements) const { return FloatPointer(bytes_ + elements * kSize); }
  FloatPointer& operator+=(std::int64_t elements) { return *this = *this + elements; }

 private:
  static constexpr std::int64_t kSize = sizeof(float);

  const std::byte* bytes_ = nullptr;
};

class FloatView {
 public:
  FloatView() = default;
  explicit FloatView(std::vector<float> values) {
    auto kept = std::make_shared<const std::vector<float>>(std::move(values));
    first_ = FloatPointer(kept->data());
    size_ = static_cast<std::int64_t>(kept->size());
    owned_ = std::move(kept);
  }
  // `bytes` live as long as `owned`, or as long as the model.
  FloatView(std::span<const std::byte> bytes, std::shared_ptr<const void> owned)
      : first_(bytes.data()),
        size_(static_cast<std::int64_t>(bytes.size() / sizeof(float))),
        owned_(std::move(owned)) {}

  FloatPointer data() const { return first_; }
  std::int64_t size() const { return size_; }
  float operator[](std::int64_t i) const { return first_[i]; }

 private:
  FloatPointer first_;
  std::int64_t size_ = 0;
  std::shared_ptr<const void> owned_;
};

}  // namespace ramus
