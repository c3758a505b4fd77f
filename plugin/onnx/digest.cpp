#include "plugin/onnx/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

namespace ramus {

Result<std::string> sha256_digest(Bytes bytes) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  bool done = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  constexpr std::size_t kPiece = std::size_t{1} << 25;
  while (done && !bytes.empty()) {
    const Bytes piece = bytes.first(std::min(bytes.size(), kPiece));
    expect_reading(piece);
    done = EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    bytes = bytes.subspan(piece.size());
  }
  done = done && EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  if (!done) return failure(ErrorKind::internal, "OpenSSL cannot compute SHA-256 here");
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "sha256:";
  for (unsigned int i = 0; i < size; ++i) text += {kDigits[digest[i] >> 4], kDigits[digest[i] & 15]};
  return text;
}

}  // namespace ramus
