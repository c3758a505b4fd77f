#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::uint64_t first_state(std::uint64_t seed, std::string_view key, std::uint64_t index) {
  std::uint64_t state = mixed(seed + kStep);
  state = mixed(state ^ (index + kStep));
  state = mixed(state ^ (key.size() + kStep));
  for (const char character : key) state = mixed(state ^ (static_cast<unsigned char>(character) + kStep));
  return state;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view key, std::uint64_t index)
    : state_(first_state(seed, key, index)) {}

std::uint64_t RandomStream::next() { return mixed(state_ += kStep); }

std::uint32_t RandomStream::below(std::uint32_t bound) {
  if (bound < 2) return 0;
  std::uint64_t product = (next() >> 32) * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    // Of the 2^32 draws, 2^32 mod bound would make some answers one more frequent than others: draw again on those.
    const std::uint32_t surplus = (0u - bound) % bound;
    while (static_cast<std::uint32_t>(product) < surplus) product = (next() >> 32) * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

}  // namespace ramus
