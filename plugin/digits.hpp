// Numbers that are looked at, not computed with.
#pragma once

#include <cmath>

namespace ramus {

// The nearest number of that many decimal digits, at least one; what is not finite stays as it is.
inline double to_digits(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10.0, digits - 1 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(scale) ? std::round(value * scale) / scale : value;
}

}  // namespace ramus
