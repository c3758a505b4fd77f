#include "passes/channel_shuffle.hpp"

#include <algorithm>
#include <numeric>

namespace ramus {
namespace {

constexpr std::int64_t kMostChannels = 1 << 16;

// The node that writes `value` for one reader alone.
std::optional<NodeId> only_producer(const Graph& graph, ValueId value, std::string_view op) {
  if (!value.exists()) return std::nullopt;
  const Value& read = graph[value];
  const bool private_use = read.producer.exists() && read.readers.size() == 1 && !read.is_output;
  if (!private_use || !graph[read.producer].is(op) || graph[read.producer].inputs.empty()) return std::nullopt;
  return read.producer;
}

// What a Reshape makes of its input: as inferred, else as it says. Extents that only a run would tell are kUnknownDim.
std::optional<Dims> target_of(const Graph& graph, const Node& reshape) {
  if (const auto& inferred = graph[reshape.outputs[0]].shape) return inferred;
  const WeightView* target = graph.parameter(reshape, 1);
  auto dims = target == nullptr ? Result<Dims>(Dims()) : target->decode_int64(64);
  if (!dims || dims->empty()) return std::nullopt;
  const auto& from = graph[reshape.inputs[0]].shape;
  for (std::size_t i = 0; i < dims->size(); ++i) {
    const bool copies = (*dims)[i] == 0 && reshape.int_attribute("allowzero", 0) == 0;
    if (copies) (*dims)[i] = from && i < from->size() ? (*from)[i] : kUnknownDim;
  }
  return std::move(*dims);
}

// [n, g, c/g, …]: how many channels there are, and in how many groups.
struct Shuffle {
  std::int64_t groups, each;
};

bool swaps_groups(const Node& transpose, std::size_t rank) {
  const auto perm = transpose.ints_attribute("perm");
  if (rank < 3 || perm.size() != rank) return false;
  std::vector<std::int64_t> wanted(rank);
  std::iota(wanted.begin(), wanted.end(), 0);
  std::swap(wanted[1], wanted[2]);
  return std::equal(perm.begin(), perm.end(), wanted.begin(), wanted.end());
}

std::optional<Shuffle> find_shuffle(const Graph& graph, const Node& split, const Node& transpose, const Node& merge) {
  const auto apart = target_of(graph, split), together = target_of(graph, merge);
  if (!apart || !together || !swaps_groups(transpose, apart->size()) || together->size() + 1 != apart->size()) {
    return std::nullopt;
  }
  const Shuffle shuffle{(*apart)[1], (*apart)[2]};
  const bool fits = shuffle.groups > 1 && shuffle.each > 0 && shuffle.groups <= kMostChannels / shuffle.each &&
                    (*together)[1] == shuffle.groups * shuffle.each &&
                    std::equal(apart->begin() + 3, apart->end(), together->begin() + 2, together->end());
  const auto& from = graph[split.inputs[0]].shape;
  const bool comes_whole = from && from->size() == together->size() && (*from)[1] == (*together)[1];
  return fits && comes_whole ? std::optional(shuffle) : std::nullopt;
}

WeightView picked_channels(const Shuffle& shuffle) {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < shuffle.each; ++i) {
    for (std::int64_t g = 0; g < shuffle.groups; ++g) places.push_back(g * shuffle.each + i);
  }
  const auto count = static_cast<std::int64_t>(places.size());
  return make_weight("", {count}, std::move(places));
}

}  // namespace

Result<Findings> find_channel_shuffles(const PassContext& context) {
  const Graph& graph = context.graph;
  Patch patch;
  std::optional<FreshNames> names;  // made at the first shuffle: most graphs have none
  for (const NodeId id : graph.topological_order()) {
    const Node& merge = graph[id];
    if (!merge.is("Reshape") || merge.inputs.empty() || merge.outputs.size() != 1) continue;
    const auto transpose = only_producer(graph, merge.inputs[0], "Transpose");
    const auto split = transpose ? only_producer(graph, graph[*transpose].inputs[0], "Reshape") : std::nullopt;
    if (!split || !graph[*split].inputs[0].exists() || !merge.outputs[0].exists()) continue;
    const auto shuffle = find_shuffle(graph, graph[*split], graph[*transpose], merge);
    if (!shuffle) continue;
    if (!names) names.emplace(graph);
    const std::string places = names->take(graph[merge.outputs[0]].name + "/channels");
    patch.add_parameters.emplace(places, picked_channels(*shuffle));
    AddedNode gather;
    gather.op = "Gather";
    gather.inputs = {graph[graph[*split].inputs[0]].name, places};
    gather.outputs = {graph[merge.outputs[0]].name};
    gather.stands_for = {*split, *transpose, id};
    gather.name = merge.name;
    gather.attributes.push_back({"axis", std::int64_t{1}});
    patch.drop.insert(gather.stands_for.begin(), gather.stands_for.end());
    patch.add.push_back(std::move(gather));
  }
  Findings findings;
  findings.patch = std::move(patch);
  return findings;
}

}  // namespace ramus
