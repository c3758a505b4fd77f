#include "plugin/reattach/anchors.hpp"

#include <algorithm>
#include <deque>
#include <string_view>

namespace ramus {
namespace {

bool is_one_of(std::string_view op, std::initializer_list<std::string_view> ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

// What they say of a value is its size, which optimisers compute beforehand.
bool tells_sizes(std::string_view op) { return is_one_of(op, {"Shape", "Size"}); }

// Its bodies read values that it does not list.
bool has_bodies(std::string_view op) { return is_one_of(op, {"If", "Loop", "Scan"}); }

bool commutes(std::string_view family) { return is_one_of(family, {"Add", "Mul", "Max", "Min", "Mean"}); }

// [64, 3, 7, 7] and [64, 7, 7, 3] alike: other layouts and transposed products hold the same weights.
std::string dims_of(const ReportGraphNode& node) {
  std::vector<std::int64_t> dims = node.weight;
  std::sort(dims.begin(), dims.end());
  std::string text;
  for (const std::int64_t dim : dims) {
    if (dim != 1) text += " " + std::to_string(dim);
  }
  return text;
}

std::uint64_t mixed(std::uint64_t way, std::uint64_t step) { return (way ^ (step + 1)) * 0x9E3779B97F4A7C15u; }

}  // namespace

std::string_view without_domain(std::string_view op) { return op.substr(op.rfind('.') + 1); }

std::string operator_family(const ReportGraphNode& node) {
  const std::string_view op = without_domain(node.op);
  if (is_one_of(op, {"Conv", "FusedConv", "NhwcConv", "NhwcFusedConv", "QLinearConv", "ConvInteger"})) return "Conv";
  if (is_one_of(op, {"MatMul", "Gemm", "FusedMatMul", "FusedGemm", "TransposeMatMul", "QLinearMatMul", "MatMulInteger",
                     "QGemm", "MatMulNBits", "DynamicQuantizeMatMul", "MatMulIntegerToFloat"})) {
    return "MatMul";
  }
  if (is_one_of(op, {"Add", "Sum", "QLinearAdd", "SkipLayerNormalization", "SkipSimplifiedLayerNormalization"})) {
    return "Add";
  }
  if (is_one_of(op, {"Mul", "QLinearMul"})) return "Mul";
  if (is_one_of(op, {"Concat", "QLinearConcat"})) return "Concat";
  return std::string(op);
}

bool are_alike(const Anchor& a, const Anchor& b) {
  return a.family == b.family && (a.dims == b.dims || a.dims.empty() || b.dims.empty());
}

AnchorGraph::AnchorGraph(const ReportGraph& graph) : graph_(graph), of_node_(graph.nodes.size()) {
  link_nodes();
  order_ = topological_order();
  for (const std::string& input : graph.inputs) {
    sources_[input] = {anchors_.size(), 0};
    anchors_.push_back({std::nullopt, "input", "", false, {}, {}, {}});
  }
  for (const std::size_t node : order_) place(node);
  for (AnchorId reader = 0; reader < anchors_.size(); ++reader) {
    for (const AnchorLink& link : anchors_[reader].producers) {
      anchors_[link.anchor].consumers.push_back({reader, link.slot, link.way});
    }
  }
}

std::optional<AnchorId> AnchorGraph::anchor_of_value(const std::string& value) const {
  const auto source = sources_.find(value);
  return source == sources_.end() ? std::nullopt : std::optional(source->second.anchor);
}

void AnchorGraph::link_nodes() {
  const std::vector<ReportGraphNode>& nodes = graph_.nodes;
  producers_.resize(nodes.size());
  readers_.resize(nodes.size());
  std::unordered_map<std::string_view, std::size_t> writer;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    for (const std::string& output : nodes[n].outputs) {
      if (!output.empty()) writer.emplace(output, n);
    }
  }
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    for (const std::string& input : nodes[n].inputs) {
      const auto found = writer.find(input);
      if (found == writer.end()) continue;
      std::vector<std::size_t>& readers = readers_[found->second];
      if (!readers.empty() && readers.back() == n) continue;  // it reads several values of that node
      readers.push_back(n);
      producers_[n].push_back(found->second);
    }
  }
}

// Nodes on cycles are left out.
std::vector<std::size_t> AnchorGraph::topological_order() const {
  std::vector<std::size_t> waits_for, order;
  for (const std::vector<std::size_t>& producers : producers_) waits_for.push_back(producers.size());
  std::deque<std::size_t> ready;
  for (std::size_t n = 0; n < waits_for.size(); ++n) {
    if (waits_for[n] == 0) ready.push_back(n);
  }
  while (!ready.empty()) {
    order.push_back(ready.front());
    ready.pop_front();
    for (const std::size_t reader : readers_[order.back()]) {
      if (--waits_for[reader] == 0) ready.push_back(reader);
    }
  }
  return order;
}

void AnchorGraph::place(std::size_t n) {
  const ReportGraphNode& node = graph_.nodes[n];
  const std::string_view op = without_domain(node.op);
  std::vector<Source> data;
  for (const std::string& input : node.inputs) {
    if (const auto source = sources_.find(input); source != sources_.end()) data.push_back(source->second);
  }
  if (tells_sizes(op) || (data.empty() && !has_bodies(op))) return;  // a constant, as far as optimisers go
  const bool meets =
      std::any_of(data.begin(), data.end(), [&](const Source& source) { return source.anchor != data.front().anchor; });
  const bool multiplies = is_one_of(operator_family(node), {"Conv", "ConvTranspose", "MatMul"});
  if (!node.weight.empty() || multiplies || meets || has_bodies(op)) return make_anchor(n, data);

  of_node_[n] = data.front().anchor;
  anchors_[data.front().anchor].members.push_back(n);
  const bool one_way =
      std::all_of(data.begin(), data.end(), [&](const Source& source) { return source.way == data.front().way; });
  const std::uint64_t way = one_way ? data.front().way : 0;
  const auto named = std::count_if(node.outputs.begin(), node.outputs.end(), [](const auto& o) { return !o.empty(); });
  for (std::size_t o = 0; o < node.outputs.size(); ++o) {
    if (!node.outputs[o].empty()) sources_[node.outputs[o]] = {data.front().anchor, named > 1 ? mixed(way, o) : way};
  }
}

void AnchorGraph::make_anchor(std::size_t n, const std::vector<Source>& data) {
  const ReportGraphNode& node = graph_.nodes[n];
  Anchor anchor;
  anchor.node = n;
  anchor.family = operator_family(node);
  anchor.dims = dims_of(node);
  anchor.commutes = commutes(anchor.family);
  for (std::size_t slot = 0; slot < data.size(); ++slot) {
    anchor.producers.push_back({data[slot].anchor, anchor.commutes ? 0 : slot, data[slot].way});
  }
  of_node_[n] = anchors_.size();
  // A sum fused with a norm gives both values; the sum alone gives one, and the norm behind it is a function of it.
  for (std::size_t o = 0; o < node.outputs.size(); ++o) {
    if (!node.outputs[o].empty()) sources_[node.outputs[o]] = {anchors_.size(), anchor.family == "Add" ? 0 : o};
  }
  anchors_.push_back(std::move(anchor));
}

}  // namespace ramus
