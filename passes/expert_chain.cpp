#include <algorithm>
#include <array>

#include "passes/branch_kind.hpp"
#include "passes/expert_parts.hpp"

namespace ramus {
namespace {

constexpr int kMostChanges = 8;           // of shape or type between a product and the sum
constexpr std::size_t kMostTerms = 4096;  // of one chain
constexpr std::size_t kMostReaders = 16;  // of a value that is written over

bool is_scatter(const Node& node) {
  return (node.is("ScatterElements") || node.is("ScatterND") || node.is("Scatter")) && node.inputs.size() >= 3;
}

bool is_floating(const Graph& graph, NodeId node) {
  const auto& outputs = graph[node].outputs;
  return !outputs.empty() && outputs.front().exists() && !is_integer(graph[outputs.front()].type);
}

bool changes_form(const Graph& graph, NodeId id) {
  static constexpr std::array<std::string_view, 10> kOps{"Reshape",  "Cast",    "Transpose", "Squeeze", "Unsqueeze",
                                                         "Identity", "Dropout", "Flatten",   "Mul",     "Div"};
  const Node& node = graph[id];
  return node.is_one_of(kOps) && node.inputs.front().exists() && !graph.is_constant(node.inputs.front()) &&
         (graph.data_inputs(id).size() == 1 || node.is("Reshape"));
}

// Images have their channels on axis 1, all else on the last.
std::size_t channel_axis(const Graph& graph, ValueId value) {
  const auto& shape = graph[value].shape;
  if (!shape) return 1;
  return shape->size() >= 4 ? 1 : std::max<std::size_t>(shape->size(), 1) - 1;
}

class ChainFinder {
 public:
  ChainFinder(const WalkedGraph& walked, std::vector<bool>& seen)
      : walked_(walked), graph_(walked.graph), seen_(seen) {}

  ExpertChain run(NodeId root) {
    add_step(root, 0, 0);
    for (std::size_t s = 0; s < chain_.steps.size() && chain_.experts.size() < kMostTerms && walked_.step(); ++s) {
      const NodeId node = chain_.steps[s].node;
      if (is_sum(graph_[node])) {
        add_terms(node, s);
      } else if (graph_[node].is("Where")) {
        choose(node, s);
      } else {
        scatter(node, s);
      }
    }
    put_in_order();
    return std::move(chain_);
  }

 private:
  static constexpr std::size_t kOld = 0, kNew = 1;  // operands of what writes over what it is given

  void add_step(NodeId node, std::size_t reader, std::size_t operand) {
    seen_[node.index] = true;
    chain_.steps.push_back({node, reader, operand, 0});
  }

  void add(WeighedExpert expert, std::size_t step, std::size_t operand) {
    expert.step = step;
    expert.operand = operand;
    chain_.experts.push_back(std::move(expert));
  }

  void add_terms(NodeId node, std::size_t step) {
    const auto terms = graph_.data_inputs(node);
    for (std::size_t t = 0; t < terms.size(); ++t) {
      if (follow(terms[t], step, t)) continue;
      if (auto expert = find_weighed_expert(walked_, terms[t])) add(std::move(*expert), step, t);
    }
  }

  // Goes on with a value that only the step reads, besides those that look at what it is written over.
  bool follow(ValueId value, std::size_t step, std::size_t operand) {
    const NodeId producer = graph_[value].producer;
    if (!producer.exists() || seen_[producer.index] || !adds_experts(graph_, producer)) return false;
    const auto& readers = graph_[value].readers;
    const bool is_alone = !graph_[value].is_output && readers.size() <= kMostReaders &&
                          std::all_of(readers.begin(), readers.end(), [&](NodeId reader) {
                            return reader == chain_.steps[step].node || looks_only(reader);
                          });
    if (is_alone) add_step(producer, step, operand);
    return is_alone;
  }

  // Depth first, terms in the order of the operands.
  void put_in_order() {
    struct Item {
      std::size_t operand, step, expert;  // one of the two is kNone
    };
    constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    std::vector<std::vector<Item>> items(chain_.steps.size());
    for (std::size_t s = 1; s < chain_.steps.size(); ++s) {
      items[chain_.steps[s].reader].push_back({chain_.steps[s].operand, s, kNone});
    }
    for (std::size_t e = 0; e < chain_.experts.size(); ++e) {
      items[chain_.experts[e].step].push_back({chain_.experts[e].operand, kNone, e});
    }
    std::vector<WeighedExpert> ordered;
    std::vector<Item> open{{0, 0, kNone}};
    while (!open.empty()) {
      const Item item = open.back();
      open.pop_back();
      if (item.step == kNone) {
        ordered.push_back(std::move(chain_.experts[item.expert]));
        continue;
      }
      auto& inner = items[item.step];
      std::sort(inner.begin(), inner.end(), [](const Item& a, const Item& b) { return a.operand > b.operand; });
      open.insert(open.end(), inner.begin(), inner.end());
    }
    chain_.experts = std::move(ordered);
  }

  bool looks_only(NodeId reader) const {
    const Node& node = graph_[reader];
    return node.is("Shape") || node.is("Gather") || node.is("GatherND") || node.is("GatherElements");
  }

  void choose(NodeId id, std::size_t step) {
    const Node& node = graph_[id];
    auto route = find_route(walked_, node.inputs[0]);
    const bool follows_second = !graph_.is_constant(node.inputs[1]) && follow(node.inputs[1], step, kOld);
    const bool follows_third = !graph_.is_constant(node.inputs[2]) && follow(node.inputs[2], step, kOld);
    if (!route || !route->cut || (follows_second && follows_third)) return;
    const ValueId chosen = follows_second || graph_.is_constant(node.inputs[1]) ? node.inputs[2] : node.inputs[1];
    if (graph_.is_constant(chosen)) return;
    add_weighed({node.inputs[0], std::move(*route), chosen, node.outputs.front(), {node.inputs[0], chosen}, {}}, step);
  }

  void scatter(NodeId id, std::size_t step) {
    const Node& node = graph_[id];
    if (!graph_.is_constant(node.inputs[0])) follow(node.inputs[0], step, kOld);
    auto route = find_route(walked_, node.inputs[1]);
    const ValueId updates = node.inputs[2];
    if (!route || !route->cut || graph_.is_constant(updates)) return;
    WeighedExpert expert{node.inputs[1],       std::move(*route),         updates,
                         node.outputs.front(), {node.inputs[1], updates}, {}};
    expert.output = without_old_rows(updates, node.inputs[0], expert.weighing);
    add_weighed(std::move(expert), step);
  }

  // old[tokens] + new, where the operator itself does not add.
  ValueId without_old_rows(ValueId updates, ValueId old, std::vector<NodeId>& weighing) const {
    const NodeId producer = graph_[updates].producer;
    if (!producer.exists() || !graph_[producer].is("Add") || graph_.data_inputs(producer).size() != 2) return updates;
    const auto terms = graph_.data_inputs(producer);
    for (std::size_t side = 0; side < terms.size(); ++side) {
      const NodeId gather = graph_[terms[side]].producer;
      if (!gather.exists() || !looks_only(gather)) continue;
      const auto& read = graph_[gather].inputs;
      if (read.empty() || read.front() != old) continue;
      weighing.push_back(producer);
      return terms[1 - side];
    }
    return updates;
  }

  void add_weighed(WeighedExpert expert, std::size_t step) {
    if (auto inner = find_weighed_expert(walked_, expert.output)) {
      expert.output = inner->output;
      expert.weighing.insert(expert.weighing.end(), inner->weighing.begin(), inner->weighing.end());
      expert.weighing.insert(expert.weighing.end(), inner->route.passed.begin(), inner->route.passed.end());
    }
    add(std::move(expert), step, kNew);
  }

  const WalkedGraph& walked_;
  const Graph& graph_;
  std::vector<bool>& seen_;
  ExpertChain chain_;
};

}  // namespace

bool adds_experts(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  const bool known = is_sum(node) || is_scatter(node) || (node.is("Where") && node.inputs.size() == 3);
  const auto exists = [](ValueId input) { return input.exists(); };
  return known && is_floating(graph, id) && std::all_of(node.inputs.begin(), node.inputs.end(), exists);
}

std::optional<WeighedExpert> find_weighed_expert(const WalkedGraph& walked, ValueId value) {
  const Graph& graph = walked.graph;
  WeighedExpert expert;
  expert.weighed = value;
  expert.roots = {value};
  for (int changes = 0; changes < kMostChanges && walked.step(); ++changes) {
    const NodeId id = graph[value].producer;
    if (!id.exists() || graph[id].inputs.empty()) return std::nullopt;
    expert.weighing.push_back(id);
    const auto operands = graph.data_inputs(id);
    if (graph[id].is("Mul") && operands.size() == 2) {
      auto left = find_route(walked, operands[0]), right = find_route(walked, operands[1]);
      if (left.has_value() == right.has_value()) return std::nullopt;
      expert.gate = operands[left ? 0 : 1];
      expert.output = operands[left ? 1 : 0];
      expert.route = std::move(left ? *left : *right);
      const bool is_scalar =
          is_one_for_all_channels(graph, expert.gate, expert.output, channel_axis(graph, expert.output));
      return expert.route.cut && is_scalar ? std::optional(std::move(expert)) : std::nullopt;
    }
    if (!changes_form(graph, id)) return std::nullopt;
    value = graph[id].inputs.front();
  }
  return std::nullopt;
}

ExpertChain find_expert_chain(const WalkedGraph& walked, NodeId root, std::vector<bool>& seen) {
  return ChainFinder(walked, seen).run(root);
}

}  // namespace ramus
