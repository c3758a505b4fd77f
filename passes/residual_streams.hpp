// Residual streams: sums in a row, each reading the one before through its skip.
//
//     x0 ──┬──────────────▶ (+) ──┬──────────────▶ (+) ──▶ …         blocks f1, f2 … write into one running sum
//          └──▶ [ f1 ] ───▶┘      └──▶ [ f2 ] ───▶┘
//
//     x2 = x0 + f1(x0) + f2(x0 + f1(x0))                             rewritten: branches in parallel
//
// A sum is associative, so every block is a branch between the stream's start and its end, and reads the partial sum
// before it. How exact that picture is, is said of every link of the trunk:
//   exact        nothing stands between a sum and the next block
//   linear       only operators that a sum can be pushed through: projection, pooling, batch norm, pad, slice
//   approximate  with the operators named: ReLU after the sum (ResNet v1), a norm after the sum (post-LN transformers)
// Anything else on the trunk (a convolution that mixes space, a gate) ends the stream. So does a 1x1 convolution with an
// activation behind it: the first layer of a branch (CSP, an arm of a concatenation), whose features are no longer the sum.
//
// The unravelled view (Veit, Wilber, Belongie, "Residual networks behave like ensembles of relatively shallow networks",
// 2016) counts paths through the stream by the number of blocks that they enter: a product of polynomials, never an
// enumeration. n blocks with a skip each have 2^n paths, with binomial lengths.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "passes/branch_group.hpp"

namespace ramus {

enum class StreamLink { exact, linear, approximate };
std::string_view name_of(StreamLink link);

struct StreamBlock {
  std::size_t group = 0;                // in Findings::groups, of kind residual
  std::size_t branch = 0;               // the arm that computes; where several do, the first
  ValueId read;                         // the value that the block's arms begin at
  NodeId write;                         // the sum
  StreamLink link = StreamLink::exact;  // from the sum before (or the stream's start) to this sum, skip included
  std::vector<std::string> via;         // operators on the way, in order
};

struct ResidualStream {
  ValueId start, end;  // the first block's read, the last block's sum
  std::vector<StreamBlock> blocks;
  std::string paths;  // exact, decimal: the product of the blocks' numbers of arms
  // By number of blocks entered, exact, decimal; they add up to `paths`. Empty beyond 2048 blocks.
  std::vector<std::string> path_lengths;
};

struct PassContext;
struct Findings;
Result<Findings> find_residual_streams(const PassContext& context);

}  // namespace ramus
