// Random numbers that are the same everywhere.
//
// Every permutation draws from a stream of its own, named by (seed, key, index): the result does not depend on how many
// threads share the work or in which order they take it. std::mt19937_64 and std::seed_seq are fixed bit for bit by the
// C++ standard; std::shuffle and the standard distributions are not, so the bounded integer (Lemire, "Fast random
// integer generation in an interval", ACM TOMACS 2019) and the Fisher-Yates shuffle are written out here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace ramus {

class RandomStream {
 public:
  // `key` names the task (a wiring's id, say), `index` the repetition within it.
  RandomStream(std::uint64_t seed, std::string_view key, std::uint64_t index = 0);
  RandomStream(std::uint64_t seed, std::uint64_t index) : RandomStream(seed, std::string_view{}, index) {}

  std::uint64_t next();

  // Uniform in [0, bound), without bias; 0 when bound is 0 or 1.
  std::uint32_t below(std::uint32_t bound);

  // Uniform in [0, 1), a multiple of 2^-53.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  // Every order of the values is equally likely. At most 2^32 - 1 values.
  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      using std::swap;
      swap(values[i - 1], values[below(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace ramus
