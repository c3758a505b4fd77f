// Composition: how much a later block of a residual stream reads of what an earlier one writes, beyond chance.
//
//     ──┬────────────(+)──┬────────────(+)──┬────────────(+)──▶
//       └▶ [block 0] ─┘   └▶ [block 1] ─┘   └▶ [block 2] ─┘
//             writes ─────────── 0.31 ──────────▶ reads            by chance 0.18
//
// For every pair of blocks, block 0 before block 2: the virtual weights K_L * K_P between P's last layers and L's first
// ones (stream_maps.hpp), along the trunk between them; numbers and null in numerics/composition.hpp. Kinds:
//   block              whole blocks: all layers that write, all layers that read
//   query, key, value  of two attention heads: W_K' W_Q, W_Q' W_K and W_O W_V of the later one with W_O W_V of the earlier
//                      one (Elhage et al., "A Mathematical Framework for Transformer Circuits", 2021)
// `link` says what the trunk and the way to L's layers hold: exact, linear (projections, norms' scales, folded in), or
// approximate, with the operators that were passed as if they were not there (ReLU, a norm's division). Anything else on
// the trunk parts a stream. Biases, position codes and what a block does between its first and its last layer are not seen.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "passes/numerics/composition.hpp"
#include "passes/residual_streams.hpp"

namespace ramus {

enum class CompositionKind { block, query, key, value };
std::string_view name_of(CompositionKind kind);

struct ComposedPair {
  CompositionKind kind = CompositionKind::block;
  std::size_t from = 0, to = 0;  // places of blocks in the stream
  std::optional<std::size_t> from_head, to_head;
  StreamLink link = StreamLink::exact;
  std::vector<std::string> via;  // the operators that make the link so, each once, in order
  Composition composition;
  double q = 1;  // Benjamini-Hochberg over all pairs of the graph
  // Of whole blocks: fewest directions with kSubspaceShare of the energy, and the mean squared cosine of the principal
  // angles between them, in [0, 1]; by chance the larger of the two over the units. 0: not asked for.
  std::int64_t written = 0, read = 0;
  double overlap = 0, overlap_by_chance = 0;
};

inline constexpr double kSubspaceShare = 0.9;

struct StreamComposition {
  std::size_t stream = 0;           // in Findings::streams
  std::vector<ComposedPair> pairs;  // whole blocks first; by `from`, then `to`
};

struct PassContext;
struct Findings;

// One entry for each stream with pairs. What was left out for its size stands in the notes.
Result<Findings> find_composition(const PassContext& context);

}  // namespace ramus
