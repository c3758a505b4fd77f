// Nodes that hand their input on unchanged are taken out of the way.
//
//   x ──▶ (Identity) ──▶ y ──▶ (Relu)          x ──▶ (Relu)
//   x ──▶ (Dropout) ──▶ y, mask                the same, in inference and where nobody reads the mask
//
// Nodes inside local functions whose results nobody reads go as well.
//
// A node that writes a graph output stays: outputs keep their names. Dropout in training mode stays.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> drop_identities(const PassContext& context);

}  // namespace ramus
