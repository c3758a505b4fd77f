// Who calls whom among the local functions of a model.
//
//   main ─▶ foo ═▶ f1 ═▶ f2 ═▶ ...     each double line two calls: 2^k nodes when inlined, k lines of file
//            ▲      │
//            └──────┘                  a cycle: ONNX forbids it, and inlining would never end
#include <algorithm>
#include <map>

#include "plugin/onnx/wire_fields.hpp"
#include "plugin/onnx/wire_scanner.hpp"

namespace ramus {

using namespace onnx_wire;

namespace {

using FunctionIndex = std::map<FunctionKey, std::size_t>;
using Calls = std::map<std::size_t, std::size_t>;  // callee to how often it is called

struct Contents {
  std::size_t nodes = 0;  // bodies included, calls not
  Calls calls;
};

FunctionKey callee_of(Bytes message) {
  FunctionKey key;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(node::op_type)) key.name = field.string();
    if (field.is_bytes(node::domain)) key.domain = field.string();
    if (field.is_bytes(node::overload)) key.overload = field.string();
  }
  return key;
}

void collect(const std::vector<WireNode>& nodes, const FunctionIndex& index, Contents& contents) {
  for (const WireNode& node : nodes) {
    if (const auto found = index.find(callee_of(node.message)); found != index.end()) {
      ++contents.calls[found->second];
    } else {
      ++contents.nodes;
    }
    for (const WireBody& body : node.bodies) collect(body.graph->nodes, index, contents);
  }
}

std::size_t inlined_size(const Contents& contents, const std::vector<std::size_t>& sizes, std::size_t most) {
  std::size_t total = std::min(contents.nodes, most + 1);
  for (const auto& [callee, times] : contents.calls) {
    const std::size_t room = most + 1 - total;
    total += sizes[callee] != 0 && times > room / sizes[callee] ? room : times * sizes[callee];
  }
  return total;
}

class CallOrder {
 public:
  explicit CallOrder(const std::vector<Contents>& functions) : functions_(functions), state_(functions.size()) {}

  // Callees before callers; empty when there is a cycle, which cycle() then names.
  std::vector<std::size_t> find() {
    for (std::size_t start = 0; start < functions_.size(); ++start) {
      if (state_[start] == State::fresh && !visit(start)) return {};
    }
    return order_;
  }
  const std::vector<std::size_t>& cycle() const { return cycle_; }

 private:
  enum class State { fresh, open, done };
  struct Frame {
    std::size_t function;
    Calls::const_iterator next;
  };

  void enter(std::size_t function) {
    state_[function] = State::open;
    path_.push_back({function, functions_[function].calls.begin()});
  }

  // Depth first with its own stack: the file decides how long the chain of calls is.
  bool visit(std::size_t start) {
    enter(start);
    while (!path_.empty()) {
      Frame& top = path_.back();
      if (top.next == functions_[top.function].calls.end()) {
        state_[top.function] = State::done;
        order_.push_back(top.function);
        path_.pop_back();
        continue;
      }
      const std::size_t callee = (top.next++)->first;
      if (state_[callee] == State::fresh) enter(callee);
      if (state_[callee] == State::open && path_.back().function != callee) return close_cycle(callee);
      if (state_[callee] == State::open && calls_itself(callee)) return close_cycle(callee);
    }
    return true;
  }

  bool calls_itself(std::size_t function) const { return functions_[function].calls.count(function) != 0; }

  bool close_cycle(std::size_t callee) {
    auto first = path_.begin();
    while (first->function != callee) ++first;
    for (; first != path_.end(); ++first) cycle_.push_back(first->function);
    cycle_.push_back(callee);
    return false;
  }

  const std::vector<Contents>& functions_;
  std::vector<State> state_;
  std::vector<Frame> path_;
  std::vector<std::size_t> order_, cycle_;
};

}  // namespace

std::string to_string(const FunctionKey& key) {
  return key.domain + "::" + key.name + (key.overload.empty() ? "" : ":" + key.overload);
}

Result<std::size_t> count_inlined_nodes(const WireModel& model, std::size_t most) {
  const std::vector<WireFunction>& functions = model.functions();
  FunctionIndex index;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (!index.emplace(functions[i].key, i).second) {
      return invalid_input("function " + in_quotes(to_string(functions[i].key)) + " is defined twice");
    }
  }
  if (functions.empty()) return std::min(model.node_count(), most + 1);

  std::vector<Contents> contents(functions.size());
  for (std::size_t i = 0; i < functions.size(); ++i) collect(functions[i].nodes, index, contents[i]);
  CallOrder order(contents);
  std::vector<std::size_t> sizes(functions.size());
  for (const std::size_t function : order.find()) sizes[function] = inlined_size(contents[function], sizes, most);
  if (!order.cycle().empty()) {
    constexpr std::size_t kMostNamed = 8;
    std::string names;
    for (std::size_t i = 0; i < order.cycle().size(); ++i) {
      if (i == kMostNamed) {
        names += " -> ...";
        break;
      }
      names += (i == 0 ? "" : " -> ") + in_quotes(to_string(functions[order.cycle()[i]].key));
    }
    return invalid_input("local functions call themselves: " + names);
  }
  Contents main;
  collect(model.main_graph().nodes, index, main);
  return inlined_size(main, sizes, most);
}

}  // namespace ramus
