// SHA-256, of pieces that follow one another (FIPS 180-4), by OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "graph/result.hpp"

struct evp_md_ctx_st;

namespace ramus {

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  Sha256();

  void add(std::span<const std::byte> piece);
  // To be asked once. Error: internal, if OpenSSL failed here or before.
  Result<Digest> finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
  bool ok_ = false;
};

// The first `size` bytes, two small digits for each.
std::string to_hex(const Sha256::Digest& digest, std::size_t size = Sha256::Digest{}.size());

}  // namespace ramus
