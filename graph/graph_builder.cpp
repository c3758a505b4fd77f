#include <algorithm>
#include <unordered_set>

#include "graph/graph.hpp"

namespace ramus {
namespace {

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

std::string fallback_name(std::uint32_t place, std::string_view op) {
  return "#" + std::to_string(place) + ":" + std::string(op);
}

}  // namespace

ValueId GraphBuilder::value(std::string_view name) {
  const auto [entry, is_new] = value_by_name_.try_emplace(std::string(name), ValueId(graph_.values_.size()));
  if (is_new) {
    graph_.values_.emplace_back().name = entry->first;
    defined_.push_back(false);
  }
  return entry->second;
}

void GraphBuilder::note_if_twice(ValueId id) {
  if (defined_[id.index] && !twice_) twice_ = id;
}

void GraphBuilder::add_input(std::string_view name, ElementType type, std::optional<Dims> shape) {
  const ValueId id = value(name);
  Value& input = graph_.values_[id.index];
  input.type = type;
  input.shape = std::move(shape);
  input.may_be_fed = input.kind == ValueKind::parameter;
  if (input.may_be_fed) return;
  note_if_twice(id);
  input.kind = ValueKind::input;
  defined_[id.index] = true;
  graph_.inputs_.push_back(id);
}

void GraphBuilder::add_parameter(std::string_view name, WeightView weight, bool may_be_fed) {
  const ValueId id = value(name);
  Value& parameter = graph_.values_[id.index];
  parameter.may_be_fed = may_be_fed || parameter.kind == ValueKind::input;
  if (parameter.kind == ValueKind::input) {
    parameter.may_be_fed = true;
    std::erase(graph_.inputs_, id);
  } else {
    note_if_twice(id);
  }
  parameter.kind = ValueKind::parameter;
  parameter.type = weight.type;
  parameter.shape = weight.dims;
  parameter.weight = WeightId(graph_.weights_.size());
  defined_[id.index] = true;
  graph_.weights_.push_back(std::move(weight));
}

void GraphBuilder::add_output(std::string_view name) { output_names_.emplace_back(name); }

void GraphBuilder::add_captured(std::string_view name, std::optional<WeightView> parameter) {
  if (parameter) return add_parameter(name, std::move(*parameter));
  const ValueId id = value(name);
  note_if_twice(id);
  graph_.values_[id.index].kind = ValueKind::captured;
  defined_[id.index] = true;
}

NodeId GraphBuilder::add_node(NewNode node) {
  const NodeId id(pending_.size());
  if (node.origins.empty()) node.origins = {id.index};
  if (!node.is_added && !node.place) node.place = node.origins.front();
  pending_.push_back(std::move(node));
  return id;
}

void GraphBuilder::set_type(std::string_view name, ElementType type, std::optional<Dims> shape) {
  types_[std::string(name)] = {type, std::move(shape)};
}

Result<Graph> GraphBuilder::finish() {
  if (twice_) {
    return invalid_input("value " + quoted(graph_.values_[twice_->index].name) +
                         " is an input or initializer twice; names must be unique in a graph");
  }
  if (auto status = connect(); !status) return propagate(std::move(status.error()));
  index_names();
  if (auto status = order(); !status) return propagate(std::move(status.error()));
  mark_constants();
  for (const auto& [name, typed] : types_) {
    const auto found = graph_.find_value(name);
    if (!found) continue;
    Value& target = graph_.values_[found->index];
    if (target.kind == ValueKind::parameter) continue;
    if (typed.first != ElementType::undefined) target.type = typed.first;
    if (typed.second) target.shape = typed.second;
  }
  return std::move(graph_);
}

// A node that reads parameters alone computes constants, but for those that draw random numbers. A node that reads nothing
// (RandomNormal) is taken for a source of data.
void GraphBuilder::mark_constants() {
  for (Value& value : graph_.values_) value.is_constant = value.kind == ValueKind::parameter;
  for (const NodeId id : graph_.order_) {
    const Node& node = graph_.nodes_[id.index];
    bool reads = false, constant = node.bodies.empty() && node.op != "Multinomial" && node.op != "Bernoulli" &&
                                   node.op.rfind("Random", 0) != 0;
    for (const ValueId input : node.inputs) {
      if (!input.exists()) continue;
      reads = true;
      constant = constant && graph_.values_[input.index].is_constant;
    }
    if (!constant || (!reads && node.op != "Constant")) continue;
    for (const ValueId output : node.outputs) {
      if (output.exists()) graph_.values_[output.index].is_constant = true;
    }
  }
}

void GraphBuilder::index_names() {
  std::unordered_map<std::string, ValueId>().swap(value_by_name_);
  const auto index = [](auto& entries, const auto& named) {
    entries.reserve(named.size());
    for (const auto& entry : named) {
      entries.push_back({hash_of_name(entry.name), static_cast<std::uint32_t>(entries.size())});
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.hash < b.hash; });
  };
  index(graph_.value_names_, graph_.values_);
  index(graph_.node_names_, graph_.nodes_);
}

Status GraphBuilder::connect() {
  std::unordered_set<std::string> own_names, taken;
  std::unordered_map<std::string, std::uint32_t> fallbacks_taken;
  for (const NewNode& node : pending_) own_names.insert(node.name);

  graph_.nodes_.reserve(pending_.size());
  struct Reads {
    std::vector<std::string> inputs, captures;
  };
  std::deque<Reads> reads;
  for (; !pending_.empty(); pending_.pop_front()) {  // all outputs first: a node may stand before what it reads
    NewNode& pending = pending_.front();
    const NodeId id(graph_.nodes_.size());
    Node node;
    node.op = std::move(pending.op);
    node.domain = std::move(pending.domain);
    node.attributes = std::move(pending.attributes);
    node.bodies = std::move(pending.bodies);
    node.origins = std::move(pending.origins);
    node.place = pending.place;
    node.in_call = pending.in_call;
    node.name = std::move(pending.name);
    if (node.name.empty() || taken.count(node.name) != 0) {
      const std::string fallback = fallback_name(node.origins.front(), node.op);
      node.name = fallback;
      while (own_names.count(node.name) != 0 || taken.count(node.name) != 0) {
        node.name = fallback + "." + std::to_string(++fallbacks_taken[fallback]);
      }
    }
    taken.insert(node.name);
    for (const std::string& output : pending.outputs) {
      if (output.empty()) {
        node.outputs.emplace_back();
        continue;
      }
      const ValueId written = value(output);
      if (defined_[written.index]) {
        return invalid_input("node " + quoted(node.name) + ": value " + quoted(output) +
                             " is written twice, or is an input as well; names must be unique in a graph");
      }
      defined_[written.index] = true;
      graph_.values_[written.index].producer = id;
      node.outputs.push_back(written);
    }
    graph_.nodes_.push_back(std::move(node));
    reads.push_back({std::move(pending.inputs), std::move(pending.captures)});
  }
  decltype(own_names)().swap(own_names);
  decltype(taken)().swap(taken);

  for (std::size_t i = 0; !reads.empty(); ++i, reads.pop_front()) {
    Node& node = graph_.nodes_[i];
    const auto read = [&](const std::string& name) -> Result<ValueId> {
      const auto found = value_by_name_.find(name);
      if (found == value_by_name_.end() || !defined_[found->second.index]) {
        return invalid_input("node " + quoted(node.name) + ": reads value " + quoted(name) +
                             ", which no node, input or initializer provides");
      }
      graph_.values_[found->second.index].readers.push_back(NodeId(i));
      return found->second;
    };
    for (const std::string& name : reads.front().inputs) {
      if (name.empty()) {
        node.inputs.emplace_back();
        continue;
      }
      auto id = read(name);
      if (!id) return propagate(std::move(id.error()));
      node.inputs.push_back(*id);
    }
    for (const std::string& name : reads.front().captures) {
      auto id = read(name);
      if (!id) return propagate(std::move(id.error()));
      node.captures.push_back(*id);
    }
  }

  for (const std::string& name : output_names_) {
    const auto found = value_by_name_.find(name);
    if (found == value_by_name_.end() || !defined_[found->second.index]) {
      return invalid_input("output " + quoted(name) + ": nothing writes it");
    }
    graph_.values_[found->second.index].is_output = true;
    graph_.outputs_.push_back(found->second);
  }
  return {};
}

// Kahn's algorithm with the smallest place first, so that a sorted model keeps its own order.
Status GraphBuilder::order() {
  const std::size_t count = graph_.nodes_.size();
  std::vector<std::uint32_t> missing(count, 0);
  for (const Value& value : graph_.values_) {
    if (!value.producer.exists()) continue;
    for (const NodeId reader : value.readers) ++missing[reader.index];
  }
  std::vector<NodeId> ready;  // a heap, smallest place on top
  const auto later = [](NodeId a, NodeId b) { return a > b; };
  for (std::size_t i = count; i-- > 0;) {
    if (missing[i] == 0) ready.emplace_back(i);
  }
  std::make_heap(ready.begin(), ready.end(), later);
  graph_.order_.reserve(count);
  while (!ready.empty()) {
    std::pop_heap(ready.begin(), ready.end(), later);
    const NodeId next = ready.back();
    ready.pop_back();
    graph_.order_.push_back(next);
    for (const ValueId output : graph_.nodes_[next.index].outputs) {
      if (!output.exists()) continue;
      for (const NodeId reader : graph_.values_[output.index].readers) {
        if (--missing[reader.index] != 0) continue;
        ready.push_back(reader);
        std::push_heap(ready.begin(), ready.end(), later);
      }
    }
  }
  if (graph_.order_.size() == count) return {};
  // Every node left over reads a value of another one left over; walking back along those must come round.
  const auto waits = [&](std::size_t i) { return missing[i] != 0; };
  std::size_t at = 0;
  while (!waits(at)) ++at;
  std::vector<bool> seen(count, false);
  while (!seen[at]) {
    seen[at] = true;
    const Node& node = graph_.nodes_[at];
    for (const auto& list : {std::cref(node.inputs), std::cref(node.captures)}) {
      for (const ValueId input : list.get()) {
        if (!input.exists()) continue;
        const NodeId producer = graph_.values_[input.index].producer;
        if (producer.exists() && waits(producer.index)) at = producer.index;
      }
    }
  }
  return invalid_input("node " + quoted(graph_.nodes_[at].name) + ": stands on a cycle: it reads what it leads to");
}

}  // namespace ramus
