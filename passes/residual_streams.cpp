#include "passes/residual_streams.hpp"

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <optional>
#include <tuple>

#include "graph/weight_layer.hpp"
#include "passes/linear_operators.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

using BigInt = boost::multiprecision::cpp_int;

constexpr std::size_t kMostLengths = 2048;  // blocks of a stream whose path lengths are told apart: the work is cubic

// Elementwise or normalising operators after a sum: the stream goes on, but the rewrite is no longer exact.
bool bends_the_trunk(const Node& node) {
  static constexpr std::array<std::string_view, 27> kOps{"Relu",
                                                         "LeakyRelu",
                                                         "PRelu",
                                                         "Elu",
                                                         "Celu",
                                                         "Selu",
                                                         "Clip",
                                                         "Sigmoid",
                                                         "Tanh",
                                                         "Gelu",
                                                         "HardSigmoid",
                                                         "Mish",
                                                         "HardSwish",
                                                         "Swish",
                                                         "Softmax",
                                                         "LpNormalization",
                                                         "MeanVarianceNormalization",
                                                         "ThresholdedRelu",
                                                         "Softplus",
                                                         "Softsign",
                                                         "LRN",
                                                         "Dropout",
                                                         "Cast",
                                                         "LayerNormalization",
                                                         "GroupNormalization",
                                                         "InstanceNormalization",
                                                         "RMSNormalization"};
  return std::find(kOps.begin(), kOps.end(), node.op) != kOps.end();
}

struct Trunk {
  NodeId sum;             // the residual sum above; !exists() where the trunk begins
  std::size_t steps = 0;  // operators between
  StreamLink link = StreamLink::exact;
  std::vector<std::string> via;  // the operators that make it so, in the order of execution
};

class StreamFinder {
 public:
  explicit StreamFinder(const PassContext& context) : context_(context), graph_(context.graph) {
    const auto& groups = context.found.groups;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const bool reads_a_value = context.analyses.dataflow().is_value(groups[g].fork);
      if (groups[g].kind == BranchKind::residual && reads_a_value) group_of_sum_.emplace(groups[g].join, g);
    }
  }

  std::vector<ResidualStream> run() {
    std::map<NodeId, NodeId> next;  // from a sum to the one that reads it
    std::map<NodeId, Trunk> trunks;
    for (const auto& [sum, group] : group_of_sum_) trunks.emplace(sum, walk_back(read_of(group)));
    // A sum that several later ones read (a fork of trunks) goes on with the nearest; the others begin streams.
    for (const auto& [sum, trunk] : trunks) {
      if (!trunk.sum.exists()) continue;
      const auto [known, is_new] = next.emplace(trunk.sum, sum);
      if (!is_new && is_nearer(trunk, trunks.at(known->second))) known->second = sum;
    }
    for (auto& [sum, trunk] : trunks) {
      if (trunk.sum.exists() && next.at(trunk.sum) != sum) trunk = {};
    }
    std::vector<ResidualStream> streams;
    for (const auto& [sum, group] : group_of_sum_) {
      if (trunks.at(sum).sum.exists()) continue;
      ResidualStream stream;
      stream.start = read_of(group);
      for (NodeId at = sum;;) {
        stream.blocks.push_back(block(at, trunks.at(at)));
        const auto after = next.find(at);
        if (after == next.end()) break;
        at = after->second;
      }
      stream.end = graph_[stream.blocks.back().write].outputs.front();
      count_paths(stream);
      streams.push_back(std::move(stream));
    }
    return streams;
  }

 private:
  const BranchGroup& group(std::size_t place) const { return context_.found.groups[place]; }
  ValueId read_of(std::size_t place) const { return context_.analyses.dataflow().value(group(place).fork); }

  // Up the trunk from a block's read point to the sum that feeds it.
  Trunk walk_back(ValueId value) const {
    Trunk trunk;
    bool bent = false;
    for (NodeId at = graph_[value].producer; at.exists(); at = graph_[value].producer) {
      if (group_of_sum_.count(at) != 0) {
        trunk.sum = at;
        std::reverse(trunk.via.begin(), trunk.via.end());
        return trunk;
      }
      const Node& node = graph_[at];
      const auto inputs = graph_.data_inputs(at);
      const bool linear = distributes_over_sums(graph_, at);
      if (bent && find_weight_layer(graph_, at)) break;  // a layer of its own, with what it ends in
      bent = bent || (!linear && bends_the_trunk(node));
      if (inputs.size() != 1 || (!linear && !is_linear_operator(graph_, at) && !bends_the_trunk(node))) break;
      const StreamLink link = linear ? StreamLink::linear : StreamLink::approximate;
      if (link > trunk.link) trunk.via.clear();
      trunk.link = std::max(trunk.link, link);
      if (link == trunk.link) trunk.via.push_back(node.op);
      value = inputs.front();
      ++trunk.steps;
    }
    return {};
  }

  static bool is_nearer(const Trunk& a, const Trunk& b) {
    return std::tie(a.steps, a.link) < std::tie(b.steps, b.link);
  }

  StreamBlock block(NodeId sum, const Trunk& trunk) const {
    StreamBlock block;
    block.group = group_of_sum_.at(sum);
    block.read = read_of(block.group);
    block.write = sum;
    block.link = trunk.link;
    block.via = trunk.via;
    const auto& branches = group(block.group).branches;
    for (std::size_t b = branches.size(); b-- > 0;) {
      if (!branches[b].skip && !branches[b].projection) block.branch = b;
      if (!branches[b].projection) continue;
      if (block.link == StreamLink::approximate) continue;
      block.link = StreamLink::linear;
      for (const NodeId node : branches[b].nodes) block.via.push_back(graph_[node].op);
    }
    return block;
  }

  // Each block multiplies the polynomial of path lengths by (skips + computing arms * x).
  void count_paths(ResidualStream& stream) const {
    const bool told_apart = stream.blocks.size() <= kMostLengths;
    BigInt paths = 1;
    std::vector<BigInt> lengths{1};
    for (const StreamBlock& block : stream.blocks) {
      unsigned skips = 0, computing = 0;
      for (const Branch& branch : group(block.group).branches) ++(branch.skip || branch.projection ? skips : computing);
      paths *= skips + computing;
      if (!told_apart) continue;
      lengths.emplace_back(0);
      for (std::size_t i = lengths.size(); i-- > 0;) {
        lengths[i] *= skips;
        if (i > 0) lengths[i] += lengths[i - 1] * computing;
      }
    }
    stream.paths = paths.str();
    if (!told_apart) return;
    for (const BigInt& length : lengths) stream.path_lengths.push_back(length.str());
  }

  const PassContext& context_;
  const Graph& graph_;
  std::map<NodeId, std::size_t> group_of_sum_;
};

}  // namespace

std::string_view name_of(StreamLink link) {
  switch (link) {
    case StreamLink::exact:
      return "exact";
    case StreamLink::linear:
      return "linear";
    case StreamLink::approximate:
      return "approximate";
  }
  return "";
}

Result<Findings> find_residual_streams(const PassContext& context) {
  Findings findings;
  findings.streams = StreamFinder(context).run();
  return findings;
}

}  // namespace ramus
