#include "passes/numerics/random.hpp"

#include <vector>

namespace ramus {
namespace {

std::vector<std::uint32_t> seed_words(std::uint64_t seed, std::string_view key, std::uint64_t index) {
  std::vector<std::uint32_t> words;
  words.reserve(5 + key.size());
  for (std::uint64_t number : {seed, index}) {
    words.push_back(static_cast<std::uint32_t>(number));
    words.push_back(static_cast<std::uint32_t>(number >> 32));
  }
  words.push_back(static_cast<std::uint32_t>(key.size()));
  for (char character : key) words.push_back(static_cast<unsigned char>(character));
  return words;
}

std::mt19937_64 seeded_engine(std::uint64_t seed, std::string_view key, std::uint64_t index) {
  std::vector<std::uint32_t> words = seed_words(seed, key, index);
  std::seed_seq sequence(words.begin(), words.end());
  return std::mt19937_64(sequence);
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view key, std::uint64_t index)
    : engine_(seeded_engine(seed, key, index)) {}

std::uint32_t RandomStream::below(std::uint32_t bound) {
  if (bound < 2) return 0;
  std::uint64_t product = (engine_() >> 32) * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    // Of the 2^32 draws, 2^32 mod bound would make some answers one more frequent than others: draw again on those.
    const std::uint32_t surplus = (0u - bound) % bound;
    while (static_cast<std::uint32_t>(product) < surplus) product = (engine_() >> 32) * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

}  // namespace ramus
