#include "plugin/structural_hash.hpp"

#include <algorithm>
#include <map>

#include "plugin/onnx/sha256.hpp"

namespace ramus {
namespace {

using Digest = Sha256::Digest;

constexpr std::size_t kShownBytes = 16;

// Feeds SHA-256 with fields that cannot run into one another: each has its length before it.
class Hasher {
 public:
  void add(std::span<const std::byte> bytes) {
    const std::uint64_t size = bytes.size();
    hash_.add(std::as_bytes(std::span(&size, 1)));
    hash_.add(bytes);
  }
  void add(std::string_view text) { add(std::as_bytes(std::span<const char>(text))); }
  void add(const Digest& digest) { add(std::as_bytes(std::span(digest))); }
  template <class T>
  void add_values(const std::vector<T>& values) {
    add(std::as_bytes(std::span<const T>(values)));
  }
  void add_number(std::int64_t number) { add(std::as_bytes(std::span<const std::int64_t>(&number, 1))); }

  Result<Digest> finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
};

void add_weight(Hasher& hasher, const WeightView& weight, HashedWeights weights) {
  hasher.add_number(static_cast<std::int64_t>(weight.type));
  if (weights == HashedWeights::shapes) return hasher.add_values(weight.dims);
  hasher.add_number(static_cast<std::int64_t>(weight.storage));
  hasher.add_values(weight.dims);
  hasher.add(weight.bytes);
  hasher.add(std::as_bytes(weight.positions));
}

struct AddAttribute {
  Hasher& hasher;
  HashedWeights weights;
  void operator()(std::monostate) const {}
  void operator()(std::int64_t value) const { hasher.add_number(value); }
  void operator()(float value) const { hasher.add_values(std::vector{value}); }
  void operator()(const std::string& value) const { hasher.add(value); }
  void operator()(const std::vector<std::int64_t>& values) const { hasher.add_values(values); }
  void operator()(const std::vector<float>& values) const { hasher.add_values(values); }
  void operator()(const std::vector<std::string>& values) const {
    for (const std::string& value : values) hasher.add(value);
  }
  void operator()(const WeightView& weight) const { add_weight(hasher, weight, weights); }
};

void add_operator(Hasher& hasher, const Node& node, HashedWeights weights) {
  hasher.add(node.op);
  hasher.add(node.domain);
  for (const Attribute* attribute : node.attributes_by_name()) {
    hasher.add(attribute->name);
    hasher.add_number(static_cast<std::int64_t>(attribute->value.index()));
    std::visit(AddAttribute{hasher, weights}, attribute->value);
  }
  for (const Body& body : node.bodies) {
    hasher.add(body.attribute);
    for (const Node& inner : body.graph->nodes()) add_operator(hasher, inner, weights);
  }
}

std::string shown(const Digest& digest) { return to_hex(digest, kShownBytes); }

class GraphHasher {
 public:
  GraphHasher(const Graph& graph, HashedWeights weights)
      : graph_(graph), hashed_(weights), nodes_(graph.nodes().size()) {
    for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
      input_place_[graph.inputs()[i]] = static_cast<std::int64_t>(i);
    }
  }

  Status run(const std::function<bool()>& cancelled) {
    for (const NodeId id : graph_.topological_order()) {
      if (cancelled()) return failure(ErrorKind::cancelled, "cancelled");
      Hasher hasher;
      add_operator(hasher, graph_[id], hashed_);
      for (const auto& list : {std::cref(graph_[id].inputs), std::cref(graph_[id].captures)}) {
        for (const ValueId input : list.get()) add_input(hasher, input);
      }
      auto digest = hasher.finish();
      if (!digest) return propagate(std::move(digest.error()));
      nodes_[id.index] = *digest;
    }
    return {};
  }

  std::vector<std::string> take() const {
    std::vector<std::string> texts;
    std::transform(nodes_.begin(), nodes_.end(), std::back_inserter(texts), shown);
    return texts;
  }

 private:
  void add_input(Hasher& hasher, ValueId input) {
    if (!input.exists()) return hasher.add("left out");
    const Value& value = graph_[input];
    switch (value.kind) {
      case ValueKind::parameter:
        return hasher.add(weight_digest(value.weight));
      case ValueKind::input:
        hasher.add("input");
        return hasher.add_number(input_place_[input]);
      case ValueKind::captured:
        return hasher.add("captured");
      case ValueKind::computed: {
        const auto& outputs = graph_[value.producer].outputs;
        hasher.add(nodes_[value.producer.index]);
        return hasher.add_number(std::find(outputs.begin(), outputs.end(), input) - outputs.begin());
      }
    }
  }

  const Digest& weight_digest(WeightId id) {
    const auto [entry, is_new] = weights_.try_emplace(id);
    if (is_new) {
      Hasher hasher;
      add_weight(hasher, graph_[id], hashed_);
      entry->second = hasher.finish().value_or(Digest{});
    }
    return entry->second;
  }

  const Graph& graph_;
  const HashedWeights hashed_;
  std::vector<Digest> nodes_;
  std::map<WeightId, Digest> weights_;
  std::map<ValueId, std::int64_t> input_place_;
};

}  // namespace

Result<std::vector<std::string>> structural_hashes(const Graph& graph, const std::function<bool()>& cancelled,
                                                   HashedWeights weights) {
  GraphHasher hasher(graph, weights);
  if (auto status = hasher.run(cancelled); !status) return propagate(std::move(status.error()));
  return hasher.take();
}

Result<std::string> hash_of(std::span<const std::string> words) {
  Hasher hasher;
  for (const std::string& word : words) hasher.add(word);
  return hasher.finish().map(shown);
}

}  // namespace ramus
