// Models from ONNX's text form, by the official parser.
#pragma once

#include <string>

namespace ramus::testing {

// The serialized ModelProto. An error of the parser fails the test.
std::string model_from_text(const char* text);

}  // namespace ramus::testing
