// The name that a report gives the bytes it speaks about: "sha256:" and 64 hexadecimal digits.
#pragma once

#include <functional>
#include <string>

#include "plugin/onnx/wire_model.hpp"

namespace ramus {

Result<std::string> sha256_digest(Bytes bytes);

// Of the model file's own bytes without its "ramus." entries, so that a model and its annotated copy have one name; equal to
// sha256_digest of a file that was never annotated. External data is not part of it. Error (cancelled): `cancelled` said so.
Result<std::string> model_digest(
    const WireModel& model, const std::function<bool()>& cancelled = [] { return false; });

}  // namespace ramus
