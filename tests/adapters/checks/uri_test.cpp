#include "adapters/checks/uri.hpp"

#include <doctest/doctest.h>

using namespace ramus;

TEST_CASE("a path becomes a URI that means the same file") {
  CHECK(uri_of("models/a.onnx") == "models/a.onnx");
  CHECK(uri_of("./models/a.onnx") == "models/a.onnx");
  CHECK(uri_of("././/models/a.onnx") == "models/a.onnx");
  CHECK(uri_of("../a b.onnx") == "../a%20b.onnx");
  CHECK(uri_of("/tmp/a.onnx") == "file:///tmp/a.onnx");
  CHECK(uri_of("-") == "-");
  CHECK(uri_of(".") == ".");
  CHECK(uri_of("").empty());
}

TEST_CASE("no part of a path reads as a scheme, a query, a fragment or an escape") {
  CHECK(uri_of("http://x?y#z") == "http%3A//x%3Fy%23z");
  CHECK(uri_of("100%.onnx") == "100%25.onnx");
  CHECK(uri_of("\xC3\xA9\xFF\n\"") == "%C3%A9%FF%0A%22");
}
