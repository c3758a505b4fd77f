#include "passes/attention_heads.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace ramus {
namespace {

bool changes_shape(const Node& node) {
  static constexpr std::array<std::string_view, 6> kOps{"Reshape", "Transpose", "Flatten",
                                                        "Squeeze", "Unsqueeze", "Cast"};
  return !node.inputs.empty() && node.inputs.front().exists() &&
         std::any_of(kOps.begin(), kOps.end(), [&](std::string_view op) { return node.is(op); });
}

// A reader that only looks at the shape, or changes it for one that does.
bool reads_the_shape(const Graph& graph, NodeId reader) {
  const Node& node = graph[reader];
  if (node.is("Shape") || node.is("Size")) return true;
  if (!changes_shape(node)) return false;
  const auto& readers = graph[node.outputs.front()].readers;
  return !graph[node.outputs.front()].is_output &&
         std::all_of(readers.begin(), readers.end(), [&](NodeId next) { return graph[next].is("Shape"); });
}

class HeadGroup {
 public:
  HeadGroup(const PassContext& context, const Attention& attention)
      : graph_(context.graph), flow_(context.analyses.dataflow()), context_(context), attention_(attention) {
    nodes_.insert(attention.core.begin(), attention.core.end());
    nodes_.insert(attention.paths.begin(), attention.paths.end());
    nodes_.insert(attention.merge.begin(), attention.merge.end());
    for (const HeadLayer& layer : attention.layers) {
      if (layer.role == HeadRole::output) output_ = layer.layer;
      nodes_.insert(layer.layer);
    }
  }

  BranchGroup run() {
    BranchGroup group;
    group.kind = BranchKind::heads;
    group.join = output_.exists() ? output_ : attention_.product;
    group.fork = fork();
    for (const ValueId value : values_read()) add_way_from(group.fork, value);
    group.crossing = crossing(group);
    group.closed = group.crossing.empty();
    Branch branch;
    branch.nodes.assign(nodes_.begin(), nodes_.end());
    describe_branch(graph_, branch);
    branch.layers.clear();
    branch.parameters /= attention_.heads;
    branch.macs /= attention_.heads;
    group.branches.assign(static_cast<std::size_t>(attention_.heads), branch);
    for (std::size_t head = 0; head < group.branches.size(); ++head) add_ranges(head, group.branches[head]);
    return group;
  }

 private:
  std::set<ValueId> values_read() const {
    std::set<ValueId> read;
    for (const HeadLayer& layer : attention_.layers) {
      if (layer.role != HeadRole::output) read.insert(layer.reads);
    }
    return read;
  }

  Vertex fork() const {
    const auto read = values_read();
    if (read.empty()) return Dataflow::kSource;
    Vertex fork = flow_.vertex(*read.begin());
    for (const ValueId value : read) {
      fork = context_.analyses.dominators().nearest_common_ancestor(fork, flow_.vertex(value));
    }
    return fork;
  }

  // TensorFlow exports reshape what queries, keys and values read, each for itself.
  void add_way_from(Vertex fork, ValueId value) {
    constexpr std::size_t kMostSteps = 8;
    std::vector<NodeId> way;
    while (flow_.vertex(value) != fork) {
      const NodeId producer = graph_[value].producer;
      if (!producer.exists() || !changes_shape(graph_[producer]) || way.size() >= kMostSteps) return;
      way.push_back(producer);
      value = graph_[producer].inputs.front();
    }
    nodes_.insert(way.begin(), way.end());
  }

  std::vector<ValueId> crossing(const BranchGroup& group) const {
    std::set<ValueId> crossing;
    for (const NodeId id : nodes_) {
      for (const ValueId input : graph_.data_inputs(id)) {
        const NodeId producer = graph_[input].producer;
        const bool inside = producer.exists() && nodes_.count(producer) != 0;
        if (inside || flow_.vertex(input) == group.fork) continue;
        if (!says_how(graph_, id, input)) crossing.insert(input);
      }
      if (id == group.join) continue;
      for (const ValueId output : graph_[id].outputs) {
        if (output.exists() && is_read_outside(output)) crossing.insert(output);
      }
    }
    return {crossing.begin(), crossing.end()};
  }

  bool is_read_outside(ValueId value) const {
    const auto& readers = graph_[value].readers;
    return graph_[value].is_output || std::any_of(readers.begin(), readers.end(), [&](NodeId reader) {
             return nodes_.count(reader) == 0 && !reads_the_shape(graph_, reader);
           });
  }

  void add_ranges(std::size_t head, Branch& branch) const {
    for (const HeadLayer& layer : attention_.layers) {
      if (layer.ranges.empty()) continue;
      const HeadRange range = layer.ranges[head];
      (layer.role == HeadRole::output ? branch.inputs : branch.layers).push_back({layer.layer, range.begin, range.end});
    }
  }

  const Graph& graph_;
  const Dataflow& flow_;
  const PassContext& context_;
  const Attention& attention_;
  std::set<NodeId> nodes_;
  NodeId output_;
};

}  // namespace

Result<Findings> find_attention_heads(const PassContext& context) {
  Findings findings;
  if (!context.analyses.attention().complete) {
    findings.notes.push_back(
        {context.graph.name(), "heads", "attention takes too many steps to find; later ones are missing", true});
  }
  for (const Attention& attention : context.analyses.attention().all) {
    if (context.cancelled()) return failure(ErrorKind::cancelled, "cancelled while heads were looked for");
    const std::string& where = context.graph[attention.product].name;
    for (const std::string& text : attention.left_out) findings.notes.push_back({where, "heads", text});
    if (attention.heads > kMostHeads) {
      findings.notes.push_back(
          {where, "heads", "more than " + std::to_string(kMostHeads) + " heads are not listed", true});
    } else if (attention.heads > 1) {
      findings.groups.push_back(HeadGroup(context, attention).run());
    }
  }
  return findings;
}

}  // namespace ramus
