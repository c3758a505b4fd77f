// The same function with its branches made visible: from a model's bytes to those of another model.
//
//   WireModel ──▶ Graph ──▶ rewrite passes: normal form ──▶ parallel form ──▶ bytes ──▶ read again, checked ──▶ sink
#pragma once

#include <functional>
#include <string_view>

#include "plugin/analyze.hpp"
#include "plugin/onnx/splice.hpp"

namespace ramus {

// `form`: "normal" or "parallel". `say` gets one line for each residual stream of the parallel form. Nothing reaches the
// sink unless the result was read again and the official checker objects to nothing that it did not object to before.
// Annotations under "ramus." are left out: they speak of the old nodes. Bodies and local functions stay as they are.
// Errors: a form that does not exist (usage), what analyze answers, a result that is no valid model (internal).
Status rewrite(const WireModel& model, std::string_view form, const Host& host,
               const std::function<void(const std::string&)>& say, const ByteSink& sink);

}  // namespace ramus
