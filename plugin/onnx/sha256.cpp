#include "plugin/onnx/sha256.hpp"

#include <openssl/evp.h>

namespace ramus {
namespace {

// By default OpenSSL tidies up when the process ends, while threads of this library may still run; what it keeps for each
// of them would then never be freed. A host that has initialised OpenSSL already keeps its own choice.
EVP_MD_CTX* new_context() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  return EVP_MD_CTX_new();
}

}  // namespace

Sha256::Sha256() : context_(new_context(), EVP_MD_CTX_free) {
  ok_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
}

void Sha256::add(std::span<const std::byte> piece) {
  ok_ = ok_ && EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1;
}

Result<Sha256::Digest> Sha256::finish() {
  Digest digest{};
  if (!ok_ || EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) {
    return failure(ErrorKind::internal, "OpenSSL cannot compute SHA-256 here");
  }
  return digest;
}

std::string to_hex(const Sha256::Digest& digest, std::size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += {kDigits[digest[i] >> 4], kDigits[digest[i] & 15]};
  return text;
}

}  // namespace ramus
