#include "plugin/onnx/rewrite_plan.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <unordered_map>

namespace ramus::onnx_wire {
namespace {

class Planner {
 public:
  Planner(const Graph& original, const Graph& rewritten, bool initializers_are_inputs)
      : original_(original), rewritten_(rewritten), initializers_are_inputs_(initializers_are_inputs) {}

  Result<RewritePlan> run() {
    for (std::size_t n = 0; n < rewritten_.nodes().size(); ++n) {
      if (auto status = take(NodeId(n)); !status) return propagate(std::move(status.error()));
    }
    for (const ValueId output : original_.outputs()) waiting_.push_back(original_[output].name);
    while (!waiting_.empty()) {
      const std::string name = std::move(waiting_.back());
      waiting_.pop_back();
      if (auto status = provide(name); !status) return propagate(std::move(status.error()));
    }
    if (auto status = order(); !status) return propagate(std::move(status.error()));
    find_leftovers();
    return std::move(plan_);
  }

 private:
  struct Item {
    PlannedNode planned;
    std::vector<std::string> reads;
    std::uint32_t key = 0;  // place in the file, or that of the last node it stands for
  };

  Status take(NodeId id) {
    const Node& node = rewritten_[id];
    Item item{{node.place, id}, {}, node.place.value_or(node.origins.back())};
    append_names(rewritten_, node.inputs, item.reads);
    if (node.place) {
      if (*node.place >= original_.nodes().size() || !taken_.insert(*node.place).second) {
        return failure(ErrorKind::internal, "rewritten node '" + node.name + "' is no node of the file");
      }
      append_names(original_, original_.nodes()[*node.place].captures, item.reads);
    }
    return add(std::move(item), rewritten_, node.outputs);
  }

  Status add(Item item, const Graph& graph, const std::vector<ValueId>& outputs) {
    for (const ValueId output : outputs) {
      if (!output.exists()) continue;
      if (writer_.emplace(graph[output].name, items_.size()).second) continue;
      return failure(ErrorKind::internal, "rewritten value '" + graph[output].name + "' is written twice");
    }
    waiting_.insert(waiting_.end(), item.reads.begin(), item.reads.end());
    items_.push_back(std::move(item));
    return {};
  }

  static void append_names(const Graph& graph, const std::vector<ValueId>& values, std::vector<std::string>& names) {
    for (const ValueId value : values) {
      if (value.exists()) names.push_back(graph[value].name);
    }
  }

  // Sees to it that something gives the value.
  Status provide(const std::string& name) {
    if (writer_.count(name) != 0 || constants_.count(name) != 0) return {};
    const auto before = original_.find_value(name), after = rewritten_.find_value(name);
    if (before && !original_[*before].producer.exists()) return {};  // an input or initializer of the file
    if (after && rewritten_[*after].kind == ValueKind::parameter) {
      const WeightView& weight = rewritten_[rewritten_[*after].weight];
      if (!before) return add_constant({name, std::nullopt, &weight});
      const NodeId constant = original_[*before].producer;
      if (original_[constant].is("Constant") && !initializers_are_inputs_) {
        return add_constant({name, original_[constant].place, &weight});
      }
    }
    if (!before) return failure(ErrorKind::internal, "rewritten value '" + name + "' comes from nowhere");
    return bring_back(original_[*before].producer);
  }

  Status add_constant(PlannedInitializer constant) {
    constants_.insert(constant.name);
    plan_.constants.push_back(std::move(constant));
    return {};
  }

  Status bring_back(NodeId id) {
    const Node& node = original_[id];
    if (!taken_.insert(id.index).second) {
      return failure(ErrorKind::internal, "node '" + node.name + "' lost one of its outputs");
    }
    Item item{{id.index, NodeId()}, {}, id.index};
    append_names(original_, node.inputs, item.reads);
    append_names(original_, node.captures, item.reads);
    return add(std::move(item), original_, node.outputs);
  }

  // Kahn's algorithm; where it is free to choose, the file's order.
  Status order() {
    std::vector<std::size_t> missing(items_.size(), 0);
    std::vector<std::vector<std::size_t>> readers(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) {
      for (const std::string& name : items_[i].reads) {
        const auto writer = writer_.find(name);
        if (writer == writer_.end()) continue;
        ++missing[i];
        readers[writer->second].push_back(i);
      }
    }
    using Entry = std::pair<std::uint32_t, std::size_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (missing[i] == 0) ready.emplace(items_[i].key, i);
    }
    while (!ready.empty()) {
      const std::size_t next = ready.top().second;
      ready.pop();
      plan_.nodes.push_back(items_[next].planned);
      for (const std::size_t reader : readers[next]) {
        if (--missing[reader] == 0) ready.emplace(items_[reader].key, reader);
      }
    }
    if (plan_.nodes.size() == items_.size()) return {};
    return failure(ErrorKind::internal, "the rewritten nodes stand on a cycle");
  }

  void find_leftovers() {
    std::unordered_set<std::string> read;
    for (const Item& item : items_) read.insert(item.reads.begin(), item.reads.end());
    for (const Value& value : original_.values()) {
      if (value.kind == ValueKind::computed && writer_.count(value.name) == 0) plan_.vanished_values.insert(value.name);
      if (value.kind != ValueKind::parameter || value.readers.empty() || value.is_output || value.may_be_fed) continue;
      if (read.count(value.name) == 0) plan_.unread_initializers.insert(value.name);
    }
  }

  const Graph& original_;
  const Graph& rewritten_;
  const bool initializers_are_inputs_;
  std::vector<Item> items_;
  std::unordered_map<std::string, std::size_t> writer_;  // of a value: which of items_
  std::unordered_set<std::string> constants_;
  std::set<std::uint32_t> taken_;  // places of the file's nodes
  std::vector<std::string> waiting_;
  RewritePlan plan_;
};

}  // namespace

Result<RewritePlan> plan_rewrite(const Graph& original, const Graph& rewritten, bool initializers_are_inputs) {
  return Planner(original, rewritten, initializers_are_inputs).run();
}

}  // namespace ramus::onnx_wire
