// Writing into a model without touching anything else: metadata entries go in and out, every other byte stays.
//
//   in    …|graph ⟨len⟩|node ⟨len⟩ …    |initializer ▒▒▒▒▒▒|…
//   out   …|graph ⟨LEN⟩|node ⟨LEN⟩ … ✚✚ |initializer ▒▒▒▒▒▒|…      ✚ entries, LEN lengths that grew
//
// strip(annotate(x)) is x, byte for byte, when x holds no entries of ours; annotating twice is annotating once. Unknown
// fields keep their place. A length that was written wider than needed keeps its surplus; where that would need more
// than protobuf's five bytes, the model is refused. Weights leave as spans of the mapping; memory is O(structure).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "plugin/onnx/wire_model.hpp"

namespace ramus {

inline constexpr std::string_view kMetadataPrefix = "ramus.";  // keys that are ours to add and remove
// A node's entries under other keys, which other tools read: this one lists those that are ours, "namespace;layer_ann".
inline constexpr std::string_view kWrittenKey = "ramus.written";

struct MetadataEntry {
  std::string key, value;
};

struct GraphAnnotations {
  std::vector<MetadataEntry> graph;
  // By place in the file. Entries of other keys than ours go in where the node has none of that key.
  std::map<std::uint32_t, std::vector<MetadataEntry>> nodes;
  std::map<std::string, std::vector<MetadataEntry>> tensors;  // by name of the initializer
};

struct ModelAnnotations {
  std::vector<MetadataEntry> model;
  std::map<std::string, GraphAnnotations> graphs;  // by graph path (inferred_types.hpp)
  bool raise_ir_version = false;  // to 10, where metadata_props came, if it is lower; strip leaves it raised
};

// Takes the next bytes of the output; false aborts the writing.
using ByteSink = std::function<bool(Bytes)>;

// How many nodes kept an entry of their own, by its key.
using TakenKeys = std::map<std::string, std::size_t>;

// Errors: an annotation that names a graph, node or tensor that does not exist (usage); a sink that aborted (cancelled).
Result<TakenKeys> annotate(const WireModel& model, const ModelAnnotations& annotations, const ByteSink& sink);
// Removes every metadata entry whose key begins with "ramus.", and those that a node's "ramus.written" lists.
Status strip(const WireModel& model, const ByteSink& sink);

}  // namespace ramus
