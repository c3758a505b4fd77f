#include "plugin/onnx/digest.hpp"

#include <algorithm>

#include "plugin/onnx/sha256.hpp"
#include "plugin/onnx/splice.hpp"

namespace ramus {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 25;  // what is read between two looks at `cancelled`

bool add(Sha256& hash, Bytes bytes, const std::function<bool()>& cancelled) {
  while (!bytes.empty()) {
    if (cancelled()) return false;
    const Bytes piece = bytes.first(std::min(bytes.size(), kPiece));
    expect_reading(piece);
    hash.add(piece);
    bytes = bytes.subspan(piece.size());
  }
  return true;
}

Result<std::string> named(Sha256& hash) {
  return hash.finish().map([](const Sha256::Digest& digest) { return "sha256:" + to_hex(digest); });
}

}  // namespace

Result<std::string> sha256_digest(Bytes bytes) {
  Sha256 hash;
  add(hash, bytes, [] { return false; });
  return named(hash);
}

Result<std::string> model_digest(const WireModel& model, const std::function<bool()>& cancelled) {
  Sha256 hash;
  auto status = strip(model, [&](Bytes bytes) { return add(hash, bytes, cancelled); });
  if (cancelled()) return failure(ErrorKind::cancelled, "cancelled");
  if (!status) return propagate(std::move(status.error()));
  return named(hash);
}

}  // namespace ramus
