// Nodes that hand their input on unchanged are taken out of the way.
//
//   x ──▶ (Identity) ──▶ y ──▶ (Relu)          x ──▶ (Relu)
//   x ──▶ (Dropout) ──▶ y, mask                the same, in inference and where nobody reads the mask
//
//   x: uint8 ──▶ (Cast: uint8) ──▶ y            the same
//   x ──▶ (Mul: 1) ──▶ y, (Add: 0)              the same
//
// Nodes inside local functions whose results nobody reads go as well.
//
// A node that writes a graph output stays: outputs keep their names. Dropout in training mode stays.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> drop_identities(const PassContext& context);

}  // namespace ramus
