// A hash of 128 bits over words, one after the other; fast, and no secret. Equal sequences have equal hashes, others differ
// but for a collision.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <string_view>

namespace ramus {

struct Colour {
  std::uint64_t high = 0, low = 0;
  friend auto operator<=>(const Colour&, const Colour&) = default;
};

class ColourHash {
 public:
  explicit ColourHash(std::string_view what) { add(what); }

  void add(std::uint64_t word) {
    state_.high = mixed(state_.high ^ (word + 0x9e3779b97f4a7c15));
    state_.low = mixed(state_.low + word * 0xd1342543de82ef95 + 0x2545f4914f6cdd1d);
  }
  void add(std::string_view text) {
    add(text.size());
    for (const char c : text) add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  }
  void add(float value) { add(static_cast<std::uint64_t>(std::bit_cast<std::uint32_t>(value + 0.0F))); }  // -0 is 0
  void add(const Colour& colour) {
    add(colour.high);
    add(colour.low);
  }

  const Colour& colour() const { return state_; }

 private:
  static constexpr std::uint64_t mixed(std::uint64_t word) {  // SplitMix64
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
  }

  Colour state_{0x243f6a8885a308d3, 0x13198a2e03707344};
};

}  // namespace ramus
