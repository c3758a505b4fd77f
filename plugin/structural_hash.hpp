// A name for a node that survives renaming: what it computes, down to the weights and the inputs of the graph.
//
//   hash(node) = SHA-256(operator, domain, attributes by name, for each input: hash of its producer and output place,
//                        or digest of the weight, or place among the graph inputs)          first 128 bits, hex
//
// Two nodes that do the same to the same values share their hash. Names of nodes, values and weights do not count.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "graph/limits.hpp"

namespace ramus {

// What of a weight counts: its bytes, or its type and dims alone, by which a node is the same after another training.
enum class HashedWeights { bytes, shapes };

// By place among the nodes of `graph`. Reads every weight once, if bytes count. Bodies count by their operators and attributes; weights
// whose bytes are absent count by type and dims alone. Errors: cancelled, where `cancelled` says so; internal, where the
// hash library fails.
Result<std::vector<std::string>> structural_hashes(
    const Graph& graph, const std::function<bool()>& cancelled = [] { return false; },
    HashedWeights weights = HashedWeights::bytes);

// Of some words, each apart from the others: 128 bits, hex.
Result<std::string> hash_of(std::span<const std::string> words);

}  // namespace ramus
