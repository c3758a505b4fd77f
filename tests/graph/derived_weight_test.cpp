#include "graph/derived_weight.hpp"

#include <doctest/doctest.h>

using namespace ramus;

namespace {

WeightView stored(Dims dims, std::vector<std::int64_t> values) {
  return make_weight("w", std::move(dims), std::move(values));
}

std::vector<float> decoded(DerivedWeight weight) {
  const auto view = make_derived(std::move(weight));
  REQUIRE_MESSAGE(view.has_value(), view.error().message);
  return view->decode_float().value();
}

std::string error_of(DerivedWeight weight) {
  const auto view = make_derived(std::move(weight));
  return view ? "" : view.error().message;
}

}  // namespace

TEST_CASE("one scale and zero point serve all elements") {
  CHECK(decoded({stored({3}, {1, 2, 3}), {0.5}, {2}}) == std::vector<float>{-0.5f, 0, 0.5f});
}

TEST_CASE("scales may go by an axis, in front or at the end") {
  CHECK(decoded({stored({2, 2}, {1, 2, 3, 4}), {1, 10}, {0, 1}, 0}) == std::vector<float>{1, 2, 20, 30});
  CHECK(decoded({stored({2, 2}, {1, 2, 3, 4}), {1, 10}, {}, 1}) == std::vector<float>{1, 20, 3, 40});
}

TEST_CASE("blocks of an axis share a scale, and the last may be short") {
  CHECK(decoded({stored({2, 3}, {1, 1, 1, 1, 1, 1}), {1, 2, 3, 4}, {}, 1, 2}) == std::vector<float>{1, 1, 2, 3, 3, 4});
  CHECK(decoded({stored({3, 2}, {1, 1, 1, 1, 1, 1}), {1, 2, 3, 4}, {}, 0, 2}) == std::vector<float>{1, 2, 1, 2, 3, 4});
}

TEST_CASE("a matrix may be turned") {
  DerivedWeight weight{stored({2, 3}, {1, 2, 3, 4, 5, 6}), {1, 10}, {}, 0};
  weight.transposed = true;
  const auto view = make_derived(weight).value();
  CHECK(view.dims == Dims{3, 2});
  CHECK(view.decode_double().value() == std::vector<double>{1, 40, 2, 50, 3, 60});
}

TEST_CASE("scales that do not fit are an error, and absent bytes stay absent") {
  CHECK(error_of({stored({2, 2}, {1, 2, 3, 4}), {1, 2, 3}, {}, 0}) == "weight 'w': has scales that do not fit");
  CHECK(error_of({stored({2, 2}, {1, 2, 3, 4}), {1, 2}, {}, 7}) == "weight 'w': has no such axis for its scales");
  CHECK(error_of({stored({2, 2}, {1, 2, 3, 4}), {1, 2}, {0}, 0}) ==
        "weight 'w': has not as many zero points as scales");
  CHECK(error_of({stored({2}, {1, 2}), {}, {}}) == "weight 'w': has no scale");
  DerivedWeight absent{stored({2}, {1, 2}), {1}, {}};
  absent.stored.storage = WeightStorage::absent;
  CHECK(make_derived(absent)->decode_float().error().message == "weight 'w': its bytes are not in the model");
}
