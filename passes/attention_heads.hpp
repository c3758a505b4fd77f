// Attention heads: branches that share every operator and differ in the units they use.
//
//     x ─┬▶ q 64 units ─▶┐                                          head 0   q [0, 16)  k [0, 16)  v [0, 16)
//        ├▶ k 64 units ─▶┤ heads side by side ─▶ o 64 inputs                 inputs of o [0, 16)
//        └▶ v 64 units ─▶┘                                          head 1   q [16, 32) …
//
// Join: the layer that reads all heads, or the product with the values where there is none. Fork: the value that queries,
// keys and values are made from; where these are several, what they all come from. Closed unless something else is read
// (a mask, a cache of keys, keys of another value) or a value inside is read elsewhere; `crossing` lists what it is.
// How attention is recognised, and what is not: attention.hpp. An attention of one head gives no group.
#pragma once

#include "passes/pass.hpp"

namespace ramus {

Result<Findings> find_attention_heads(const PassContext& context);

}  // namespace ramus
