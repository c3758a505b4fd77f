#include "graph/derived_weight.hpp"

#include <algorithm>

namespace ramus {
namespace {

std::int64_t product(std::span<const std::int64_t> dims) {
  std::int64_t result = 1;
  for (const std::int64_t dim : dims) result *= dim;
  return result;
}

// How many scales the dims call for.
std::int64_t scales_of(const DerivedWeight& weight) {
  const Dims& dims = weight.stored.dims;
  if (weight.block == 0) return dims[weight.axis];
  const std::int64_t blocks = (dims[weight.axis] - 1) / weight.block + 1;
  return weight.stored.elements() / std::max<std::int64_t>(1, dims[weight.axis]) * blocks;
}

Status check(const DerivedWeight& weight) {
  const auto fail = [&](const std::string& what) {
    return invalid_input("weight '" + weight.stored.name + "': " + what);
  };
  if (weight.scales.empty()) return fail("has no scale");
  if (!weight.zeros.empty() && weight.zeros.size() != weight.scales.size()) {
    return fail("has not as many zero points as scales");
  }
  if (weight.transposed && weight.stored.dims.size() != 2) return fail("is no matrix");
  if (weight.scales.size() == 1 && weight.block == 0) return {};
  if (weight.axis >= weight.stored.dims.size() || weight.block < 0) return fail("has no such axis for its scales");
  if (static_cast<std::int64_t>(weight.scales.size()) != scales_of(weight)) return fail("has scales that do not fit");
  return {};
}

}  // namespace

double DerivedWeight::value(double stored_value, std::int64_t place) const {
  std::size_t at = 0;
  if (scales.size() > 1) {
    const std::int64_t extent = stored.dims[axis];
    const std::int64_t index = place / inner % extent;
    const std::int64_t blocks = block == 0 ? extent : (extent - 1) / block + 1;
    at = static_cast<std::size_t>(
        block == 0 ? index : (place / inner / extent * blocks + index / block) * inner + place % inner);
  }
  return (stored_value - (zeros.empty() ? 0 : zeros[at])) * scales[at];
}

Result<WeightView> make_derived(DerivedWeight weight) {
  if (auto status = check(weight); !status) return propagate(std::move(status.error()));
  if (weight.scales.size() > 1) weight.inner = product(std::span(weight.stored.dims).subspan(weight.axis + 1));
  WeightView view;
  view.name = weight.stored.name;
  view.type = ElementType::float32;
  view.dims = weight.stored.dims;
  if (weight.transposed) std::reverse(view.dims.begin(), view.dims.end());
  view.storage = weight.stored.storage == WeightStorage::absent ? WeightStorage::absent : WeightStorage::derived;
  view.bytes = weight.stored.bytes;
  view.owned = weight.stored.owned;
  view.derived = std::make_shared<const DerivedWeight>(std::move(weight));
  return view;
}

}  // namespace ramus
