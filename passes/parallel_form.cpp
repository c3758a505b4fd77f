#include "passes/parallel_form.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "passes/flatten_sums.hpp"
#include "passes/linear_distribution.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kFirstSum = 6;  // opset from which Sum adds, if not broadcasts, as it does today

using Terms = std::vector<std::string>;  // values that add up to one of the trunk

// The nodes that a rewrite would like to add and drop, until it is known which of their values anything reads.
class Proposal {
 public:
  explicit Proposal(const Graph& graph) : graph_(graph), value_names_(graph), node_names_(graph) {}

  std::string fresh_value(const std::string& wanted) { return value_names_.take(wanted); }
  std::string fresh_node(const std::string& wanted) { return node_names_.take(wanted); }
  void add(AddedNode node) {
    writers_.emplace(node.outputs[0], nodes_.size());
    nodes_.push_back(std::move(node));
  }
  void add(WeightView parameter) { parameters_.push_back(std::move(parameter)); }
  void replace(NodeId node) { superfluous_.insert(node); }

  Patch settle() {
    std::vector<bool> needed(nodes_.size(), false);
    std::set<std::string> parameters;
    std::set<NodeId> dropped = superfluous_;
    std::vector<std::string> waiting = read_by_others();
    while (!waiting.empty()) {
      const std::string name = std::move(waiting.back());
      waiting.pop_back();
      if (const auto writer = writers_.find(name); writer != writers_.end()) {
        if (needed[writer->second]) continue;
        needed[writer->second] = true;
        const Terms& inputs = nodes_[writer->second].inputs;
        waiting.insert(waiting.end(), inputs.begin(), inputs.end());
      } else if (const auto value = graph_.find_value(name); !value) {
        parameters.insert(name);
      } else if (const NodeId producer = graph_[*value].producer; producer.exists() && dropped.erase(producer) != 0) {
        append_inputs(graph_[producer], waiting);
      }
    }
    Patch patch;
    patch.drop = std::move(dropped);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (needed[i]) patch.add.push_back(std::move(nodes_[i]));
    }
    for (WeightView& parameter : parameters_) {
      if (parameters.count(parameter.name) != 0) patch.add_parameters.emplace(parameter.name, std::move(parameter));
    }
    return patch;
  }

 private:
  void append_inputs(const Node& node, std::vector<std::string>& names) const {
    for (const auto& list : {std::cref(node.inputs), std::cref(node.captures)}) {
      for (const ValueId input : list.get()) {
        if (input.exists()) names.push_back(graph_[input].name);
      }
    }
  }

  std::vector<std::string> read_by_others() const {
    std::vector<std::string> names;
    for (std::size_t n = 0; n < graph_.nodes().size(); ++n) {
      if (superfluous_.count(NodeId(n)) == 0) append_inputs(graph_.nodes()[n], names);
    }
    for (const ValueId output : graph_.outputs()) names.push_back(graph_[output].name);
    return names;
  }

  const Graph& graph_;
  FreshNames value_names_, node_names_;
  std::vector<AddedNode> nodes_;
  std::vector<WeightView> parameters_;
  std::unordered_map<std::string, std::size_t> writers_;  // of a value: which of nodes_
  std::set<NodeId> superfluous_;
};

class Parallelizer {
 public:
  Parallelizer(const Graph& graph, std::span<const BranchGroup> groups, std::int64_t opset, const Limits& limits)
      : graph_(graph), groups_(groups), opset_(opset), limits_(limits), proposal_(graph) {}

  ParallelStream take(const ResidualStream& stream) {
    current_ = {stream.start, stream.blocks.size(), {}};
    terms_ = {name(stream.start)};
    ValueId at = stream.start;
    for (const StreamBlock& block : stream.blocks) {
      const auto link = find_way(at, block.read);
      if (link) push_through(*link);
      if (!link) terms_ = {name(block.read)};
      if (link && !link->empty() && terms_.size() > 1) add_sum(block.read, *link);
      take(block);
      at = graph_[block.write].outputs[0];
    }
    return std::move(current_);
  }

  Patch settle() { return proposal_.settle(); }

 private:
  const std::string& name(ValueId id) const { return graph_[id].name; }

  // The nodes between two values of the trunk, each with one data input.
  std::optional<std::vector<NodeId>> find_way(ValueId from, ValueId to) const {
    std::vector<NodeId> nodes;
    while (to != from) {
      const NodeId producer = graph_[to].producer;
      if (!producer.exists()) return std::nullopt;
      nodes.push_back(producer);
      const auto inputs = graph_.data_inputs(producer);
      if (inputs.size() != 1) return std::nullopt;
      to = inputs.front();
    }
    std::reverse(nodes.begin(), nodes.end());
    return nodes;
  }

  void take(const StreamBlock& block) {
    const Node& sum = graph_[block.write];
    const std::size_t trunk = trunk_input(block);
    const auto projection = find_way(block.read, sum.inputs[trunk]);
    if (projection) push_through(*projection);
    if (!projection) terms_ = {name(sum.inputs[trunk])};
    const bool is_nested = terms_.size() > 1;
    for (std::size_t i = 0; i < sum.inputs.size(); ++i) {
      if (i != trunk) terms_.push_back(name(sum.inputs[i]));
    }
    if (!is_nested) return proposal_.replace(block.write);
    const ValueId output = sum.outputs[0];
    if (std::string why = why_not_summed(sum); !why.empty()) {
      cut(block.write, std::move(why));
    } else if (!spend(terms_.size())) {
      cut(block.write, "limit of " + std::to_string(limits_.sum_terms) + " terms");
    } else {
      add_sum(output, {block.write});
    }
  }

  // The sum's skip, else its projection.
  std::size_t trunk_input(const StreamBlock& block) const {
    const Node& sum = graph_[block.write];
    const auto skip = std::find(sum.inputs.begin(), sum.inputs.end(), block.read);
    if (skip != sum.inputs.end()) return static_cast<std::size_t>(skip - sum.inputs.begin());
    for (const Branch& branch : groups_[block.group].branches) {
      if (!branch.projection) continue;
      for (std::size_t i = 0; i < sum.inputs.size(); ++i) {
        const NodeId producer = graph_[sum.inputs[i]].producer;
        if (std::binary_search(branch.nodes.begin(), branch.nodes.end(), producer)) return i;
      }
    }
    return 0;
  }

  // What the terms of its input become behind these nodes.
  void push_through(const std::vector<NodeId>& nodes) {
    for (const NodeId id : nodes) {
      const auto distribution = terms_.size() > 1 ? find_distribution(graph_, id, opset_) : std::nullopt;
      if (terms_.size() == 1) {
        terms_ = {name(graph_[id].outputs[0])};
      } else if (!distribution || !have_one_shape(graph_[id].inputs[distribution->data], distribution->crosses_batch)) {
        cut(id, graph_[id].op);
      } else if (!spend(terms_.size())) {
        cut(id, "limit of " + std::to_string(limits_.sum_terms) + " terms");
      } else {
        distribute(id, *distribution);
      }
    }
  }

  void cut(NodeId node, std::string because) {
    current_.cuts.push_back({node, std::move(because)});
    terms_ = {name(graph_[node].outputs[0])};
  }

  bool spend(std::size_t terms) {
    if (spent_ + terms > limits_.sum_terms) return false;
    spent_ += terms;
    return true;
  }

  void distribute(NodeId id, const Distribution& distribution) {
    const Node& node = graph_[id];
    const std::string output = name(node.outputs[0]);
    const std::string own_name = node.name.front() == '#' ? "" : node.name;
    AddedNode rest{node.op, {}, {}, {id}, {}, node.attributes};
    for (const ValueId input : node.inputs) rest.inputs.push_back(input.exists() ? name(input) : "");
    AddedNode first = rest;
    for (const std::size_t input : distribution.dropped) rest.inputs.resize(std::min(rest.inputs.size(), input));
    for (const std::size_t input : distribution.zeroed) rest.inputs[input] = zeros_like(node.inputs[input]);
    for (std::size_t k = 0; k < terms_.size(); ++k) {
      if (k > 0 && distribution.only_adds) break;
      AddedNode copy = k == 0 ? first : rest;
      const std::string suffix = "/term" + std::to_string(k);
      copy.inputs[distribution.data] = terms_[k];
      copy.outputs = {proposal_.fresh_value(output + suffix)};
      if (!own_name.empty()) copy.name = proposal_.fresh_node(own_name + suffix);
      terms_[k] = copy.outputs[0];
      shape_of_[terms_[k]] = graph_[node.outputs[0]].shape;
      proposal_.add(std::move(copy));
    }
    proposal_.replace(id);
  }

  // A parameter of zeros of that value's type and shape.
  const std::string& zeros_like(ValueId value) {
    static constexpr std::array<std::byte, 8> kZero{};
    const ElementType type = graph_[value].type;
    const auto [known, is_new] = zeros_.try_emplace({type, *graph_[value].shape});
    if (is_new) {
      known->second = proposal_.fresh_value(name(value) + "/zeros");
      WeightView zeros{known->second, type, WeightStorage::fill, *graph_[value].shape};
      zeros.bytes = std::span(kZero).first(static_cast<std::size_t>(bits_of(type) + 7) / 8);
      proposal_.add(std::move(zeros));
    }
    return known->second;
  }

  const std::optional<Dims>& shape_of(const std::string& term) const {
    const auto made = shape_of_.find(term);
    return made == shape_of_.end() ? graph_[*graph_.find_value(term)].shape : made->second;
  }

  // Whether no term is broadcast. Of the first dimension, which is the batch, most operators need to know nothing.
  bool have_one_shape(ValueId sum, bool crosses_batch) const {
    const auto& shape = graph_[sum].shape;
    if (!shape || shape->empty()) return false;
    if (std::count(shape->begin() + (crosses_batch ? 0 : 1), shape->end(), kUnknownDim) != 0) return false;
    return std::all_of(terms_.begin(), terms_.end(), [&](const std::string& term) { return shape_of(term) == shape; });
  }

  // The terms have one type; for operators that shape inference does not know, another one's is.
  ElementType type_of(const Node& sum) const {
    ElementType type = graph_[sum.outputs[0]].type;
    for (const ValueId term : sum.inputs) {
      if (type == ElementType::undefined) type = graph_[term].type;
    }
    return type;
  }

  // Empty, or why the values cannot be added in one Sum.
  std::string why_not_summed(const Node& sum) const {
    const ElementType type = type_of(sum);
    if (can_be_summed(type, opset_)) return {};
    if (!can_be_summed(type, kNewestOpset)) {
      const std::string_view known = type == ElementType::undefined ? "unknown type" : name_of(type);
      return sum.op + " of " + std::string(known);
    }
    if (opset_ >= kFirstSum && have_one_shape(sum.outputs[0], true)) return {};
    return sum.op + ", for which opset " + std::to_string(opset_) + " has no Sum";
  }

  void add_sum(ValueId output, std::vector<NodeId> stands_for) {
    const Node& before = graph_[graph_[output].producer];
    for (const NodeId id : stands_for) proposal_.replace(id);
    proposal_.add(
        {"Sum", terms_, {name(output)}, std::move(stands_for), before.name.front() == '#' ? "" : before.name});
  }

  const Graph& graph_;
  std::span<const BranchGroup> groups_;
  const std::int64_t opset_;
  const Limits& limits_;
  Proposal proposal_;
  Terms terms_;                                                    // of the value that was reached
  std::unordered_map<std::string, std::optional<Dims>> shape_of_;  // of terms that are no values yet
  std::map<std::pair<ElementType, Dims>, std::string> zeros_;
  ParallelStream current_;
  std::size_t spent_ = 0;
};

}  // namespace

ParallelForm make_parallel_form(const Graph& graph, std::span<const ResidualStream> streams,
                                std::span<const BranchGroup> groups, std::int64_t opset, const Limits& limits) {
  Parallelizer parallelizer(graph, groups, opset, limits);
  ParallelForm form;
  for (const ResidualStream& stream : streams) form.streams.push_back(parallelizer.take(stream));
  form.patch = parallelizer.settle();
  return form;
}

}  // namespace ramus
