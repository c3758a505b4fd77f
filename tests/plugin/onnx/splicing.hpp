// Annotate and strip as functions from text to text.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "plugin/onnx/splice.hpp"

namespace ramus::testing {

inline std::unique_ptr<WireModel> opened(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  auto model = WireModel::from_owned({bytes.begin(), bytes.end()}, "");
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  return std::move(*model);
}

inline ByteSink append_to(std::string& out) {
  return [&out](Bytes bytes) {
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  };
}

inline std::string spliced(const std::string& text, const ModelAnnotations& annotations) {
  std::string out;
  const auto status = annotate(*opened(text), annotations, append_to(out));
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  return out;
}

inline std::string stripped(const std::string& text) {
  std::string out;
  const auto status = strip(*opened(text), append_to(out));
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  return out;
}

}  // namespace ramus::testing
