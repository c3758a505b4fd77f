// The name that a report gives the bytes it speaks about: "sha256:" and 64 hexadecimal digits.
#pragma once

#include <string>

#include "plugin/onnx/mapped_file.hpp"

namespace ramus {

// Of the model file's own bytes; external data is not part of it.
Result<std::string> sha256_digest(Bytes bytes);

}  // namespace ramus
