#include "tests/plugin/onnx/onnx_text.hpp"

#ifdef RAMUS_WITH_ONNX
#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <onnx/defs/parser.h>

#include <doctest/doctest.h>

namespace ramus::testing {

std::string model_from_text(const char* text) {
  ::onnx::ModelProto model;
  const auto status = ::onnx::OnnxParser::Parse(model, text);
  REQUIRE_MESSAGE(status.IsOK(), status.ErrorMessage());
  return model.SerializeAsString();
}

}  // namespace ramus::testing
#endif
