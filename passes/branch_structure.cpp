#include "passes/branch_structure.hpp"

#include <algorithm>
#include <unordered_map>

namespace ramus {
namespace {

// FNV-1a over words, with a final mix so that sums of hashes do not cancel.
class StructureHash {
 public:
  void add(std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) state_ = (state_ ^ ((word >> (8 * byte)) & 0xFF)) * 0x100000001b3;
  }
  void add(std::string_view text) {
    add(text.size());
    for (const char c : text) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  void add(const Dims& dims) {
    add(dims.size());
    for (const std::int64_t dim : dims) add(static_cast<std::uint64_t>(dim));
  }
  std::uint64_t value() const {
    const std::uint64_t z = (state_ ^ (state_ >> 32)) * 0xd6e8feb86659fd93;
    return z ^ (z >> 32);
  }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325;
};

struct AddAttribute {
  StructureHash& hash;
  void operator()(std::monostate) const {}
  void operator()(std::int64_t value) const { hash.add(static_cast<std::uint64_t>(value)); }
  void operator()(float value) const { hash.add(std::to_string(value)); }
  void operator()(const std::string& value) const { hash.add(value); }
  void operator()(const Dims& values) const { hash.add(values); }
  void operator()(const std::vector<float>& values) const {
    for (const float value : values) hash.add(std::to_string(value));
  }
  void operator()(const std::vector<std::string>& values) const {
    for (const std::string& value : values) hash.add(value);
  }
  void operator()(const WeightView& weight) const { hash.add(weight.dims); }
};

using HashByNode = std::unordered_map<std::uint32_t, std::uint64_t>;

std::uint64_t hash_of_body(const Graph& body);

std::uint64_t hash_of(const Graph& graph, NodeId id, const HashByNode& known) {
  const Node& node = graph[id];
  StructureHash hash;
  hash.add(node.op);
  hash.add(node.domain);
  for (const Attribute* attribute : node.attributes_by_name()) {
    hash.add(attribute->name);
    std::visit(AddAttribute{hash}, attribute->value);
  }
  for (const Body& body : node.bodies) {
    hash.add(body.attribute);
    hash.add(hash_of_body(*body.graph));
  }
  for (const ValueId input : node.inputs) {
    if (!input.exists()) {
      hash.add(0);
      continue;
    }
    const Value& value = graph[input];
    const auto writer = known.find(value.producer.index);
    if (value.weight.exists()) {
      hash.add(1);
      hash.add(graph[value.weight].dims);
    } else if (value.producer.exists() && writer != known.end()) {
      hash.add(2);
      hash.add(writer->second);
      const auto& outputs = graph[value.producer].outputs;
      hash.add(static_cast<std::uint64_t>(std::find(outputs.begin(), outputs.end(), input) - outputs.begin()));
    } else {
      hash.add(3);  // from outside
    }
  }
  return hash.value();
}

// Sum over the nodes, in which their order does not show: independent nodes may stand in any.
std::uint64_t hash_of(const Graph& graph, const std::vector<NodeId>& nodes, std::span<const std::size_t> place) {
  std::vector<NodeId> order = nodes;
  std::sort(order.begin(), order.end(), [&](NodeId a, NodeId b) { return place[a.index] < place[b.index]; });
  HashByNode known;
  std::uint64_t sum = order.size();
  for (const NodeId id : order) sum += known.emplace(id.index, hash_of(graph, id, known)).first->second;
  return sum;
}

std::uint64_t hash_of_body(const Graph& body) {
  HashByNode known;
  std::uint64_t sum = body.nodes().size();
  for (const NodeId id : body.topological_order())
    sum += known.emplace(id.index, hash_of(body, id, known)).first->second;
  return sum;
}

// Of its layers, without their order in the file; heads have theirs by role.
std::vector<std::int64_t> widths_of(const Branch& branch, BranchKind kind) {
  std::vector<std::int64_t> widths;
  for (const UnitRange& range : branch.layers) widths.push_back(range.end - range.begin);
  if (kind != BranchKind::heads) std::sort(widths.begin(), widths.end());
  return widths;
}

}  // namespace

std::uint64_t structure_of(const Graph& graph, const BranchGroup& group, std::span<const std::size_t> place) {
  StructureHash hash;
  hash.add(static_cast<std::uint64_t>(group.kind));
  if (group.kind == BranchKind::conditional) hash.add(hash_of(graph, group.join, {}));
  if (group.join.exists()) hash.add(graph[group.join].op);
  hash.add(static_cast<std::uint64_t>(group.axis.value_or(-1)));
  hash.add(group.branches.size());
  const Branch* before = nullptr;
  std::uint64_t nodes = 0;
  for (const Branch& branch : group.branches) {
    if (before == nullptr || before->nodes != branch.nodes) nodes = hash_of(graph, branch.nodes, place);
    hash.add(nodes);
    hash.add(branch.skip ? 1 : branch.projection ? 2 : 0);
    for (const std::int64_t width : widths_of(branch, group.kind)) hash.add(static_cast<std::uint64_t>(width));
    before = &branch;
  }
  hash.add(hash_of(graph, group.shared, place));
  return hash.value();
}

std::uint64_t structure_of(const Graph& graph, const Branch& branch, BranchKind kind,
                           std::span<const std::size_t> place) {
  StructureHash hash;
  hash.add(hash_of(graph, branch.nodes, place));
  hash.add(branch.skip ? 1 : branch.projection ? 2 : 0);
  for (const std::int64_t width : widths_of(branch, kind)) hash.add(static_cast<std::uint64_t>(width));
  return hash.value();
}

}  // namespace ramus
