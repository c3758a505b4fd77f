#include "passes/numerics/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace ramus {
namespace {

TEST_CASE("a stream is the same on every machine") {
  RandomStream stream(1, "conv2d0 -> conv2d1", 2);
  CHECK(stream.next() == 964353393699870638u);
  std::array<int, 8> order;
  std::iota(order.begin(), order.end(), 0);
  RandomStream(7, 3).shuffle(std::span<int>(order));
  CHECK(order == std::array<int, 8>{4, 3, 1, 0, 5, 6, 2, 7});
}

TEST_CASE("seed, key and index each name another stream") {
  const std::uint64_t first = RandomStream(1, "a", 0).next();
  CHECK(RandomStream(1, "a", 0).next() == first);
  CHECK(RandomStream(2, "a", 0).next() != first);
  CHECK(RandomStream(1, "b", 0).next() != first);
  CHECK(RandomStream(1, "a", 1).next() != first);
  CHECK(RandomStream(1, "", 97).next() != RandomStream(1, "a", 0).next());
}

TEST_CASE("bounded numbers stay below the bound and are equally frequent") {
  RandomStream stream(5, 0);
  CHECK(stream.below(0) == 0);
  CHECK(stream.below(1) == 0);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts.at(stream.below(7));
  for (int count : counts) CHECK(std::abs(count - 10000) < 400);  // 4 standard deviations
  const std::uint32_t bound = 3u << 30;  // where a modulo would favour the lower third two to one
  int low = 0;
  for (int i = 0; i < 30000; ++i) low += stream.below(bound) < bound / 3 ? 1 : 0;
  CHECK(std::abs(low - 10000) < 330);
}

TEST_CASE("every order of three values is equally frequent") {
  std::array<int, 27> counts{};
  for (std::uint64_t i = 0; i < 12000; ++i) {
    std::array<int, 3> order{0, 1, 2};
    RandomStream(9, "orders", i).shuffle(std::span<int>(order));
    ++counts.at(static_cast<std::size_t>(order[0] * 9 + order[1] * 3 + order[2]));
  }
  int orders = 0;
  for (int count : counts) {
    if (count == 0) continue;
    ++orders;
    CHECK(std::abs(count - 2000) < 165);
  }
  CHECK(orders == 6);
}

}  // namespace
}  // namespace ramus
