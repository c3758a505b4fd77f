// Bytes as text (RFC 4648, section 4).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace ramus {

std::string to_base64(std::span<const std::uint8_t> bytes);

}  // namespace ramus
