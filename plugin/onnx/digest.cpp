#include "plugin/onnx/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "plugin/onnx/splice.hpp"

namespace ramus {
namespace {

class Sha256 {
 public:
  Sha256() { ok_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1; }

  bool add(Bytes bytes, const std::function<bool()>& cancelled) {
    constexpr std::size_t kPiece = std::size_t{1} << 25;
    while (ok_ && !bytes.empty()) {
      if (cancelled()) return false;
      const Bytes piece = bytes.first(std::min(bytes.size(), kPiece));
      expect_reading(piece);
      ok_ = EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1;
      bytes = bytes.subspan(piece.size());
    }
    return ok_;
  }

  Result<std::string> finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (!ok_ || EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) {
      return failure(ErrorKind::internal, "OpenSSL cannot compute SHA-256 here");
    }
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text = "sha256:";
    for (unsigned int i = 0; i < size; ++i) text += {kDigits[digest[i] >> 4], kDigits[digest[i] & 15]};
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  bool ok_ = false;
};

}  // namespace

Result<std::string> sha256_digest(Bytes bytes) {
  Sha256 hash;
  hash.add(bytes, [] { return false; });
  return hash.finish();
}

Result<std::string> model_digest(const WireModel& model, const std::function<bool()>& cancelled) {
  Sha256 hash;
  auto status = strip(model, [&](Bytes bytes) { return hash.add(bytes, cancelled); });
  if (cancelled()) return failure(ErrorKind::cancelled, "cancelled");
  if (!status) return propagate(std::move(status.error()));
  return hash.finish();
}

}  // namespace ramus
