#include "passes/flatten_sums.hpp"

#include <algorithm>

namespace ramus {
namespace {

constexpr std::int64_t kFirstBroadcastingSum = 8, kFirstBfloat16Sum = 13;  // opsets

class SumFlattener {
 public:
  explicit SumFlattener(const PassContext& context) : graph_(context.graph), opset_(context.opset) {
    infer_types();
    for (std::size_t n = 0; n < graph_.nodes().size(); ++n) plain_.push_back(find_plain_sum(NodeId(n)));
  }

  Patch run() {
    Patch patch;
    for (std::size_t n = 0; n < graph_.nodes().size(); ++n) {
      const NodeId id(n);
      if (!is_plain_sum(id) || flows_into_a_sum(id)) continue;
      AddedNode sum{"Sum", {}, {graph_[graph_[id].outputs[0]].name}, {}, graph_[id].name};
      collect(id, sum);
      if (sum.stands_for.size() == 1) continue;
      patch.drop.insert(sum.stands_for.begin(), sum.stands_for.end());
      patch.add.push_back(std::move(sum));
    }
    return patch;
  }

 private:
  const Value& output(NodeId id) const { return graph_[graph_[id].outputs[0]]; }

  bool is_plain_sum(NodeId id) const { return plain_[id.index]; }

  static bool is_sum(const Node& node) { return node.is_one_of({"Add", "Sum"}); }

  // Terms and sum are of one type, so that one of them that is known says it of all.
  void infer_types() {
    for (const Value& value : graph_.values()) types_.push_back(value.type);
    for (const NodeId id : graph_.topological_order()) {
      const Node& node = graph_[id];
      if (!is_sum(node) || node.outputs.empty() || !node.outputs[0].exists()) continue;
      ElementType& type = types_[node.outputs[0].index];
      for (const ValueId term : node.inputs) {
        if (type == ElementType::undefined && term.exists()) type = types_[term.index];
      }
    }
  }

  bool find_plain_sum(NodeId id) const {
    const Node& node = graph_[id];
    if (!is_sum(node) || node.outputs.size() != 1 || !node.outputs[0].exists()) return false;
    const Value& sum = output(id);
    if (!sum.shape || !can_be_summed(types_[node.outputs[0].index], opset_)) return false;
    return !node.inputs.empty() && std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId term) {
      return term.exists() && !graph_.is_constant(term) && graph_[term].shape == sum.shape;
    });
  }

  // Whether the only reader of its output is another sum, which takes it in.
  bool flows_into_a_sum(NodeId id) const {
    const Value& sum = output(id);
    return !sum.is_output && sum.readers.size() == 1 && is_plain_sum(sum.readers[0]);
  }

  // The terms in the order in which they are read.
  void collect(NodeId root, AddedNode& sum) const {
    std::vector<ValueId> waiting;
    const auto take_apart = [&](NodeId id) {
      sum.stands_for.push_back(id);
      waiting.insert(waiting.end(), graph_[id].inputs.rbegin(), graph_[id].inputs.rend());
    };
    take_apart(root);
    while (!waiting.empty()) {
      const ValueId term = waiting.back();
      waiting.pop_back();
      const NodeId producer = graph_[term].producer;
      if (producer.exists() && is_plain_sum(producer) && flows_into_a_sum(producer)) {
        take_apart(producer);
      } else {
        sum.inputs.push_back(graph_[term].name);
      }
    }
  }

  const Graph& graph_;
  const std::int64_t opset_;
  std::vector<ElementType> types_;  // by value, as far as known
  std::vector<bool> plain_;         // by node
};

}  // namespace

bool can_be_summed(ElementType type, std::int64_t opset) {
  if (opset < kFirstBroadcastingSum) return false;
  return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::float64 ||
         (type == ElementType::bfloat16 && opset >= kFirstBfloat16Sum);
}

Result<Findings> flatten_sums(const PassContext& context) {
  Findings findings;
  findings.patch = SumFlattener(context).run();
  return findings;
}

}  // namespace ramus
