// The layers at the two ends of a residual block, and what lies between them and the stream.
//
//   stream ──┬────────────────────────────────(+)──▶      reads:  (W1), through norm and relu
//            └▶ norm ▶ relu ▶ (W1) ▶ … ▶ (W2) ▶ bn ▶┘     writes: (W2), through bn
//
// On the way scales of norms, per-unit factors, the mean that a layer norm takes away and projections are folded in;
// activations and the division by a norm's deviation are not linear: the way is approximate, with the operators named.
// A write is not looked for behind an activation. A block may have several of both: queries, keys and values; arms.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "passes/numerics/composition.hpp"
#include "passes/pass.hpp"
#include "passes/wiring.hpp"

namespace ramus {

// One operator that keeps the units of a stream apart, or projects them.
struct StreamStep {
  std::string op;
  StreamLink link = StreamLink::exact;
  bool removes_mean = false;                  // over the units, before the scales
  Eigen::VectorXd scales;                     // by unit; empty: none
  std::optional<Eigen::MatrixXd> projection;  // [units after x units before]
  KernelLag stride{1, 1};                     // of a projection
};
using StreamWay = std::vector<StreamStep>;  // in the order of execution

// Units behind a way that so many units enter; 0 where they do not fit.
std::int64_t units_after(const StreamWay& way, std::int64_t units);

struct StreamEnd {
  WeightLayer layer;
  StreamWay way;  // from the stream to the layer that reads, or from the layer that writes to the stream
};

struct BlockEnds {
  std::vector<StreamEnd> reads, writes;  // in the order of the nodes
  std::int64_t units = 0;                // of the stream; 0 where the ends do not agree, or one is missing
};

BlockEnds find_block_ends(const PassContext& context, const StreamBlock& block);

// From one value of the trunk down to a later one; the operator that stops the way where there is none.
struct TrunkWay {
  std::optional<StreamWay> way;
  std::string stopped;
};
TrunkWay find_trunk_way(const PassContext& context, ValueId from, ValueId to);
// The skip arm of a block, from its read point to its sum.
TrunkWay find_skip_way(const PassContext& context, const StreamBlock& block);

}  // namespace ramus
