#include "passes/expert_mixtures.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "passes/branch_group.hpp"
#include "passes/expert_parts.hpp"

namespace ramus {
namespace {

constexpr std::size_t kSeveral = static_cast<std::size_t>(-1);

struct Root {
  ValueId value;
  std::size_t expert;  // or kSeveral
};

class MixtureFinder {
 public:
  MixtureFinder(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators,
                const AttentionCores& attention)
      : graph_(graph),
        flow_(flow),
        dominators_(dominators),
        attention_(attention),
        walked_(graph),
        place_(topological_places(graph)),
        seen_(graph.nodes().size(), false) {}

  ExpertMixtures run() {
    ExpertMixtures mixtures;
    mixtures.joining.assign(graph_.nodes().size(), false);
    const auto order = graph_.topological_order();
    for (std::size_t i = order.size(); i-- > 0 && !walked_.exhausted();) {
      const NodeId id = order[i];
      if (seen_[id.index] || attention_.holds(id) || !flow_.is_connected(id)) continue;
      auto mixture = find_at(id);
      if (!mixture) continue;
      for (const NodeId node : mixture->joining) mixtures.joining[node.index] = true;
      mixtures.all.push_back(std::move(*mixture));
    }
    std::reverse(mixtures.all.begin(), mixtures.all.end());
    for (std::size_t m = 0; m < mixtures.all.size(); ++m) mixtures.by_join.emplace(mixtures.all[m].join, m);
    mixtures.complete = !walked_.exhausted();
    return mixtures;
  }

 private:
  std::optional<ExpertMixture> find_at(NodeId id) {
    const Node& node = graph_[id];
    if (is_expert_operator(node)) return of_operator(id);
    if (adds_experts(graph_, id)) return of_chain(id);
    if (node.is("ReduceSum") || node.is("MatMul") || node.is("Einsum")) {
      if (const auto stack = find_expert_stack(walked_, id)) return of_stack(id, *stack);
    }
    return std::nullopt;
  }

  std::optional<ExpertMixture> of_operator(NodeId id) {
    ExpertMixture mixture;
    mixture.join = id;
    mixture.layers = layers_of_operator(graph_, id);
    if (mixture.layers.empty()) return std::nullopt;
    mixture.experts = mixture.layers.front().experts;
    mixture.joining = {id};
    std::vector<Root> roots;
    for (const ValueId input : graph_.data_inputs(id)) roots.push_back({input, kSeveral});
    mixture.arms.resize(1);
    if (!fill(roots, {}, mixture)) return std::nullopt;
    mixture.arms.front() = {id};
    return mixture;
  }

  std::optional<ExpertMixture> of_stack(NodeId join, const ExpertStack& stack) {
    const auto made = makers_of(stack.parts.empty() ? ValueIds{stack.outputs} : stack.parts);
    if (depends_on(walked_, stack.route.deciders, made)) return std::nullopt;
    ExpertMixture mixture;
    mixture.join = join;
    mixture.experts = stack.experts;
    mixture.layers = stack.layers;
    mixture.joining = stack.joining;
    mixture.joining.insert(mixture.joining.end(), stack.route.passed.begin(), stack.route.passed.end());
    sort_once(mixture.joining);
    mixture.terms = graph_.data_inputs(join);
    mixture.outputs = stack.parts;
    std::vector<Root> roots{{stack.gate, kSeveral}};
    for (std::size_t e = 0; e < stack.parts.size(); ++e) roots.push_back({stack.parts[e], e});
    if (stack.parts.empty()) roots.push_back({stack.outputs, 0});
    mixture.arms.resize(std::max<std::size_t>(stack.parts.size(), 1));
    if (!fill(roots, stack.joining, mixture)) return std::nullopt;
    return mixture;
  }

  std::optional<ExpertMixture> of_chain(NodeId root) {
    ExpertChain chain = find_expert_chain(walked_, root, seen_);
    keep_one_router(chain);
    if (!has_several_experts(chain)) return std::nullopt;
    ValueIds outputs;
    for (const WeighedExpert& expert : chain.experts) outputs.push_back(expert.output);
    const std::size_t join = join_of(chain);
    ExpertMixture mixture;
    mixture.join = chain.steps[join].node;
    mixture.experts = static_cast<std::int64_t>(chain.experts.size());
    mixture.arms.resize(chain.experts.size());
    mixture.outputs = outputs;
    std::vector<NodeId> adding;  // for several experts
    std::set<NodeId> joining{mixture.join};
    for (std::size_t s = join + 1; s < chain.steps.size(); ++s) {
      if (chain.steps[s].experts == 0) continue;
      adding.push_back(chain.steps[s].node);
      joining.insert(chain.steps[s].node);
      if (chain.steps[s].reader == join) mixture.terms.push_back(graph_[chain.steps[s].node].outputs.front());
    }
    std::vector<Root> roots;
    for (std::size_t e = 0; e < chain.experts.size(); ++e) {
      const WeighedExpert& expert = chain.experts[e];
      joining.insert(expert.weighing.begin(), expert.weighing.end());
      joining.insert(expert.route.passed.begin(), expert.route.passed.end());
      for (const ValueId value : expert.roots) roots.push_back({value, e});
      if (expert.step == join) mixture.terms.insert(mixture.terms.end(), expert.roots.begin(), expert.roots.end());
    }
    mixture.joining.assign(joining.begin(), joining.end());
    if (!fill(roots, adding, mixture)) return std::nullopt;
    give_writers(chain, mixture);
    if (depends_on(walked_, chain.experts.front().route.deciders, makers_of(outputs, mixture.fork)))
      return std::nullopt;
    return mixture;
  }

  // The operators that compute the values; a skip, which the fork itself is, has none.
  std::vector<NodeId> makers_of(const ValueIds& values, Vertex fork = Dataflow::kSource) const {
    std::vector<NodeId> makers;
    for (const ValueId value : values) {
      if (graph_[value].producer.exists() && flow_.vertex(value) != fork) makers.push_back(graph_[value].producer);
    }
    return makers;
  }

  // Experts of the router that decides about most of them; counts them by step.
  static void keep_one_router(ExpertChain& chain) {
    std::map<NodeId, std::size_t> uses;
    for (const WeighedExpert& expert : chain.experts) {
      for (const NodeId decider : expert.route.deciders) ++uses[decider];
    }
    if (uses.empty()) return;
    const auto most =
        std::max_element(uses.begin(), uses.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    std::size_t kept = 0;
    for (std::size_t e = 0; e < chain.experts.size(); ++e) {
      const auto& deciders = chain.experts[e].route.deciders;
      if (!std::binary_search(deciders.begin(), deciders.end(), most->first)) continue;
      if (kept != e) chain.experts[kept] = std::move(chain.experts[e]);
      ++kept;
    }
    chain.experts.resize(kept);
    for (const WeighedExpert& expert : chain.experts) ++chain.steps[expert.step].experts;
    for (std::size_t s = chain.steps.size(); s-- > 1;) {
      chain.steps[chain.steps[s].reader].experts += chain.steps[s].experts;
    }
  }

  static bool has_several_experts(const ExpertChain& chain) {
    std::set<ValueId> gates, outputs;
    for (const WeighedExpert& expert : chain.experts) {
      gates.insert(expert.gate);
      outputs.insert(expert.output);
    }
    return chain.experts.size() > 1 && gates.size() == chain.experts.size() && outputs.size() > 1;
  }

  // The step farthest from the root that still has all experts before it.
  static std::size_t join_of(const ExpertChain& chain) {
    std::size_t join = 0;
    for (std::size_t s = 1; s < chain.steps.size(); ++s) {
      if (chain.steps[s].experts == chain.experts.size() && chain.steps[s].reader == join) join = s;
    }
    return join;
  }

  // What writes one expert's tokens belongs to it, unless it is the join.
  void give_writers(const ExpertChain& chain, ExpertMixture& mixture) const {
    for (std::size_t e = 0; e < chain.experts.size(); ++e) {
      const NodeId writer = chain.steps[chain.experts[e].step].node;
      if (writer == mixture.join || graph_[writer].is("Add") || graph_[writer].is("Sum")) continue;
      auto& arm = mixture.arms[e];
      arm.insert(std::upper_bound(arm.begin(), arm.end(), writer), writer);
      const auto shared = std::lower_bound(mixture.shared.begin(), mixture.shared.end(), writer);
      if (shared != mixture.shared.end() && *shared == writer) mixture.shared.erase(shared);
    }
  }

  // Fork, arms and what they share: back from the roots to the fork. False: no expert has weights.
  bool fill(const std::vector<Root>& roots, const std::vector<NodeId>& adding, ExpertMixture& mixture) {
    std::vector<Vertex> ends;
    for (const Root& root : roots) {
      if (!graph_.is_constant(root.value)) ends.push_back(flow_.vertex(root.value));
    }
    if (ends.empty()) return false;
    mixture.fork = ends.front();
    for (const Vertex end : ends) mixture.fork = dominators_.nearest_common_ancestor(mixture.fork, end);
    std::map<std::size_t, std::pair<NodeId, std::size_t>, std::greater<>> open;  // by place: node, expert
    const std::set<NodeId> stops(adding.begin(), adding.end());
    const auto reach = [&](ValueId value, std::size_t expert) {
      const NodeId node = graph_[value].producer;
      if (!node.exists() || flow_.vertex(value) == mixture.fork || flow_.vertex(node) == mixture.fork) return;
      if (stops.count(node) != 0) return;
      const auto [known, is_new] = open.try_emplace(place_[node.index], node, expert);
      if (!is_new && known->second.second != expert) known->second.second = kSeveral;
    };
    for (const Root& root : roots) reach(root.value, root.expert);
    while (!open.empty()) {
      if (!walked_.step()) return false;
      const auto [node, expert] = open.begin()->second;
      open.erase(open.begin());
      (expert == kSeveral ? mixture.shared : mixture.arms[expert]).push_back(node);
      for (const ValueId input : graph_.data_inputs(node)) reach(input, expert);
    }
    for (const NodeId node : adding) {
      if (node != mixture.join) mixture.shared.push_back(node);
    }
    sort_once(mixture.shared);
    for (auto& arm : mixture.arms) sort_once(arm);
    return !mixture.layers.empty() ||
           std::any_of(mixture.arms.begin(), mixture.arms.end(), [&](const auto& arm) { return has_weights(arm); });
  }

  static void sort_once(std::vector<NodeId>& nodes) {
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  }

  bool has_weights(const std::vector<NodeId>& arm) const {
    return std::any_of(arm.begin(), arm.end(), [&](NodeId node) {
      const auto& inputs = graph_[node].inputs;
      return std::any_of(inputs.begin(), inputs.end(), [&](ValueId input) {
        return graph_.is_parameter(input) && parameters_in(graph_[graph_[input].weight]) > 1;
      });
    });
  }

  const Graph& graph_;
  const Dataflow& flow_;
  const DominatorTree& dominators_;
  const AttentionCores& attention_;
  const WalkedGraph walked_;
  const std::vector<std::size_t> place_;
  std::vector<bool> seen_;  // steps of chains
};

}  // namespace

const ExpertMixture* ExpertMixtures::at(NodeId join) const {
  const auto found = by_join.find(join);
  return found == by_join.end() ? nullptr : &all[found->second];
}

ExpertMixtures find_expert_mixtures(const Graph& graph, const Dataflow& flow, const DominatorTree& dominators,
                                    const AttentionCores& attention) {
  return MixtureFinder(graph, flow, dominators, attention).run();
}

}  // namespace ramus
