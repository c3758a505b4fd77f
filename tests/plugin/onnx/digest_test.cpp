#include "plugin/onnx/digest.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace ramus;

TEST_CASE("the digest of FIPS 180-2's example") {
  const std::string_view text = "abc";
  CHECK(*sha256_digest(std::as_bytes(std::span(text))) ==
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(*sha256_digest({}) == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
