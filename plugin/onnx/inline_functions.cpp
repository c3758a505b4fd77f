#include "plugin/onnx/inline_functions.hpp"

#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "plugin/onnx/inlined_names.hpp"
#include "plugin/onnx/known_values.hpp"
#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::onnx_wire {
namespace {

constexpr std::size_t kLongestPrefix = 400;  // bytes; a file may ask for long names times many calls

struct Place;

// A body that the call of a function gives as an attribute: its names are those of the caller.
struct GivenBody {
  std::string attribute;
  const WireGraph* graph;
  const Place* place;
};

// What a call gives besides inputs.
struct Given {
  std::map<std::string_view, Bytes> attributes;  // or the function's defaults
  std::vector<GivenBody> bodies;
};

// Where nodes are written, and what holds there.
struct Place {
  NameScope* scope = nullptr;
  std::string prefix;                   // of names; empty in the file's own graphs
  std::optional<std::uint32_t> origin;  // of the call; nullopt in the file's own graphs
  const Given* given = nullptr;         // nullptr in the file's own graphs
  std::size_t calls = 0, nesting = 0;
};

class Inliner {
 public:
  explicit Inliner(const WireModel& model) : model_(model), limits_(model.limits()), known_(model) {
    for (const WireFunction& function : model.functions()) functions_.emplace(function.key, &function);
  }

  Result<InlinedModel> run() {
    reserve_names(model_.main_graph());
    known_.add_graph(model_.main_graph());
    out_.opsets = model_.info().opsets;
    NameScope file;
    file.is_file = true;
    Place place;
    place.scope = &file;
    copy_lists(model_.main_graph(), out_.graph);
    if (model_.inlined_node_count() > model_.node_count() + limits_.inlined_nodes) {
      give_up("would give more than " + std::to_string(limits_.inlined_nodes) + " nodes");
    } else if (auto status = add_nodes(model_.main_graph().nodes, place, out_.graph); !status && out_.why_not.empty()) {
      return propagate(std::move(status.error()));
    }
    if (!out_.why_not.empty()) out_.graph = {};
    return std::move(out_);
  }

 private:
  // An error that run() turns into why_not.
  tl::unexpected<Error> give_up(std::string why) {
    out_.why_not = std::move(why);
    return invalid_input(out_.why_not);
  }

  void reserve_names(const WireGraph& graph) {
    for (const auto* list : {&graph.inputs, &graph.value_infos}) {
      for (const Bytes message : *list) values_.reserve(std::string(find_text(message, value_info::name)));
    }
    for (const Bytes message : graph.initializers) values_.reserve(std::string(find_text(message, tensor::name)));
    for (const WireNode& wire : graph.nodes) {
      const ParsedNode parsed = parse_node(wire.message);
      for (const std::string& name : parsed.node.outputs) values_.reserve(name);
      nodes_.reserve(parsed.node.name);
      for (const WireBody& body : wire.bodies) reserve_names(*body.graph);
    }
  }

  static void copy_lists(const WireGraph& from, WireGraph& to) {
    to.name = from.name;
    to.initializers = from.initializers;
    to.sparse_initializers = from.sparse_initializers;
    to.inputs = from.inputs;
    to.outputs = from.outputs;
    to.value_infos = from.value_infos;
  }

  // What calls repeat is paid for: nodes by number, messages and names by their bytes. What stands in the file once is
  // free, however large.
  Status step() {
    if (++steps_ > model_.node_count() + limits_.inlined_nodes) {
      return give_up("would give more than " + std::to_string(limits_.inlined_nodes) + " nodes");
    }
    return bytes_ <= limits_.inlined_bytes ? Status() : give_up("would repeat too much of the file");
  }

  void charge(Bytes message) {
    if (!read_once_.insert(message.data()).second) bytes_ += message.size();
  }

  std::string define(const std::string& name, const std::string& prefix, NameScope& scope) {
    if (name.empty()) return name;
    const std::string unique = values_.unique(joined(prefix, name));
    bytes_ += unique.size() + sizeof(std::string);
    return scope.names.insert_or_assign(name, unique).first->second;
  }

  static std::string label_of(const InlinedNode& node, std::size_t index) {
    return node.name.empty() ? "#" + std::to_string(index) + ":" + std::string(node.op) : node.name;
  }

  std::string prefix_of(const Place& place, const InlinedNode& node, std::size_t index) {
    std::string label = joined(place.prefix, label_of(node, index));
    if (label.size() > kLongestPrefix)
      label = "#" + std::to_string(place.origin.value_or(index)) + ":" + std::to_string(steps_);
    label = prefixes_.unique(std::move(label));
    return label + "/";
  }

  Status add_nodes(const std::vector<WireNode>& nodes, const Place& place, WireGraph& out) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (auto status = add_node(nodes[i], i, place, out); !status) return status;
    }
    return {};
  }

  // References to attributes of the call get its values; those that it does not give stay left out.
  void settle_references(const ParsedNode& parsed, const Place& place, InlinedNode& node) {
    for (const auto& [name, reference] : parsed.references) {
      if (place.given == nullptr) return;
      const auto given = place.given->attributes.find(reference);
      if (given == place.given->attributes.end()) continue;
      charge(given->second);
      node.attributes.push_back({name, given->second});
    }
  }

  std::vector<GivenBody> bodies_of(const WireNode& wire, const ParsedNode& parsed, const Place& place) {
    std::vector<GivenBody> bodies;
    for (const WireBody& body : wire.bodies) bodies.push_back({body.attribute, body.graph.get(), &place});
    if (place.given == nullptr) return bodies;
    bytes_ += parsed.references.size() * place.given->bodies.size();
    for (const auto& [name, reference] : parsed.references) {
      for (const GivenBody& given : place.given->bodies) {
        if (given.attribute == reference) bodies.push_back({std::string(name), given.graph, given.place});
      }
    }
    return bodies;
  }

  Status add_node(const WireNode& wire, std::size_t index, const Place& place, WireGraph& out) {
    charge(wire.message);
    if (auto status = step(); !status) return status;
    const ParsedNode parsed = parse_node(wire.message);
    std::vector<GivenBody> bodies = bodies_of(wire, parsed, place);
    InlinedNode node = parsed.node;
    settle_references(parsed, place, node);
    for (auto* list : {&node.inputs, &node.outputs}) {
      for (std::string& name : *list) name = resolve(place.scope, name, place.prefix);
    }
    const FunctionKey key{std::string(node.domain), std::string(node.op), std::string(node.overload)};
    if (const auto callee = functions_.find(key); callee != functions_.end()) {
      Place inside;
      inside.origin = place.origin.value_or(static_cast<std::uint32_t>(index));
      inside.calls = place.calls + 1;
      inside.nesting = place.nesting;
      inside.prefix = prefix_of(place, node, index);
      auto status = call(*callee->second, node, std::move(bodies), inside, out);
      if (!status) return propagate(std::move(status.error()), "node " + in_quotes(label_of(node, index)));
      return status;
    }
    if (const GivenBody* body = find_taken(node, bodies, place)) {
      return run_body(*body, node, prefix_of(place, node, index), place, out);
    }
    return write(std::move(node), index, bodies, place, out);
  }

  // The body of an If in a function that is known to run.
  const GivenBody* find_taken(const InlinedNode& node, const std::vector<GivenBody>& bodies, const Place& place) const {
    if (!place.origin || node.op != "If" || !node.domain.empty() || node.inputs.empty()) return nullptr;
    const auto truth = known_.truth(node.inputs[0]);
    if (!truth) return nullptr;
    for (const GivenBody& body : bodies) {
      if (body.attribute == (*truth ? "then_branch" : "else_branch")) return &body;
    }
    return nullptr;
  }

  Status write(InlinedNode node, std::size_t index, const std::vector<GivenBody>& bodies, const Place& place,
               WireGraph& out) {
    WireNode written;
    for (const GivenBody& body : bodies) {
      auto graph = std::make_unique<WireGraph>();
      if (auto status = add_body(body, place, *graph); !status) return status;
      written.bodies.push_back({body.attribute, std::move(graph)});
    }
    node.origin = place.origin.value_or(static_cast<std::uint32_t>(index));
    node.in_call = place.origin.has_value();
    if (node.in_call) node.name = nodes_.unique(joined(place.prefix, label_of(node, index)));
    bytes_ += node.name.size();
    known_.add_node(node);
    written.inlined = std::make_shared<const InlinedNode>(std::move(node));
    out.nodes.push_back(std::move(written));
    return {};
  }

  Status add_identity(std::string from, std::string to, const Place& place, WireGraph& out) {
    InlinedNode identity;
    identity.op = "Identity";
    identity.name = "Identity";
    identity.inputs = {std::move(from)};
    identity.outputs = {std::move(to)};
    return write(std::move(identity), 0, {}, place, out);
  }

  // Nodes that become part of `out`: a function's, or those of a body that is known to run. Their outputs get the names
  // of `formal` outputs where they are such, and names of their own elsewhere.
  Status add_inside(const std::vector<WireNode>& nodes, const std::vector<std::string_view>& formal,
                    const std::vector<std::string>& actual, const Place& place, WireGraph& out) {
    NameScope& scope = *place.scope;
    std::unordered_map<std::string_view, std::size_t> wanted;  // outputs that the caller names
    for (std::size_t i = 0; i < formal.size() && i < actual.size(); ++i) {
      if (!actual[i].empty()) wanted.emplace(formal[i], i);
    }
    std::vector<bool> provided(actual.size(), false);
    for (const WireNode& wire : nodes) {
      Cursor cursor(wire.message);
      Field field;
      while (cursor.next(field)) {
        if (!field.is_bytes(node::output)) continue;
        const auto found = wanted.find(field.text());
        if (found == wanted.end()) {
          define(field.string(), place.prefix, scope);
        } else {
          scope.names.insert_or_assign(field.string(), actual[found->second]);
          provided[found->second] = true;
        }
      }
    }
    if (auto status = add_nodes(nodes, place, out); !status) return status;
    for (std::size_t i = 0; i < formal.size() && i < actual.size(); ++i) {
      if (actual[i].empty() || provided[i]) continue;
      auto status = add_identity(resolve(&scope, std::string(formal[i]), place.prefix), actual[i], place, out);
      if (!status) return status;
    }
    return {};
  }

  Status call(const WireFunction& function, const InlinedNode& node, std::vector<GivenBody> bodies, Place& inside,
              WireGraph& out) {
    const auto many = [&](std::size_t has, std::size_t takes, const char* what) {
      return invalid_input("has " + std::to_string(has) + " " + what + ", but the function " +
                           in_quotes(to_string(function.key)) + " has " + std::to_string(takes));
    };
    if (node.inputs.size() > function.inputs.size()) return many(node.inputs.size(), function.inputs.size(), "inputs");
    if (node.outputs.size() > function.outputs.size()) {
      return many(node.outputs.size(), function.outputs.size(), "outputs");
    }
    if (auto status = check_depth(inside); !status) return status;
    ++out_.calls;
    out_.opsets.insert(function.opsets.begin(), function.opsets.end());
    Given given{{}, std::move(bodies)};
    for (const InlinedAttribute& attribute : node.attributes)
      given.attributes.emplace(attribute.name, attribute.message);
    for (const Bytes message : function.default_attributes) {
      charge(message);
      given.attributes.emplace(find_text(message, attribute::name), message);
    }
    NameScope scope;
    for (std::size_t i = 0; i < function.inputs.size(); ++i) {
      bytes_ += function.inputs[i].size() + sizeof(std::string);
      scope.names[std::string(function.inputs[i])] = i < node.inputs.size() ? node.inputs[i] : "";
    }
    inside.scope = &scope;
    inside.given = &given;
    return add_inside(function.nodes, function.outputs, node.outputs, inside, out);
  }

  Status check_depth(const Place& place) {
    if (place.calls <= limits_.call_depth) return {};
    return give_up("would go more than " + std::to_string(limits_.call_depth) + " calls deep");
  }

  // Names that a body defines before its nodes; its messages come to bear the new ones.
  void define_lists(const WireGraph& body, const std::string& prefix, NameScope& scope, WireGraph& out) {
    for (const Bytes message : body.inputs) {  // none in a body of If
      const std::string name = define(std::string(find_text(message, value_info::name)), prefix, scope);
      out.inputs.push_back(renamed_info(message, name));
    }
    for (const Bytes message : body.initializers) {
      const std::string name = define(std::string(find_text(message, tensor::name)), prefix, scope);
      out.renamed.emplace(out.initializers.size(), name);
      out.initializers.push_back(message);
    }
    for (const Bytes message : body.sparse_initializers) {  // rare enough to keep their names
      const std::string_view values = find_text(message, sparse_tensor::values);
      const std::string name(find_text(std::as_bytes(std::span(values)), tensor::name));
      scope.names.insert_or_assign(name, name);
      out.sparse_initializers.push_back(message);
    }
  }

  Bytes renamed_info(Bytes message, std::string_view name) {
    std::string& text = out_.owned.emplace_back(reinterpret_cast<const char*>(message.data()), message.size());
    append_bytes_field(text, value_info::name, name);  // the last one counts
    bytes_ += text.size();
    return std::as_bytes(std::span(text));
  }

  Status add_body(const GivenBody& body, const Place& holder, WireGraph& out) {
    if (holder.nesting + 1 > limits_.nesting) {
      return give_up("would nest graphs deeper than " + std::to_string(limits_.nesting));
    }
    Place inside = *body.place;
    inside.nesting = holder.nesting + 1;
    inside.calls = holder.calls;
    if (!inside.origin) {
      copy_lists(*body.graph, out);
      return add_nodes(body.graph->nodes, inside, out);
    }
    NameScope scope;
    scope.outer = body.place->scope;
    inside.scope = &scope;
    out.name = body.graph->name;
    define_lists(*body.graph, inside.prefix, scope, out);
    if (auto status = add_inside(body.graph->nodes, {}, {}, inside, out); !status) return status;
    for (const Bytes message : body.graph->outputs) {
      const std::string name(find_text(message, value_info::name));
      out.outputs.push_back(renamed_info(message, resolve(&scope, name, inside.prefix)));
    }
    return {};
  }

  // The If goes, and the body's nodes stand where it stood.
  Status run_body(const GivenBody& body, const InlinedNode& node, std::string prefix, const Place& holder,
                  WireGraph& out) {
    Place inside = *body.place;
    inside.origin = holder.origin;
    inside.prefix = std::move(prefix);
    inside.nesting = holder.nesting;
    inside.calls = holder.calls + 1;
    if (auto status = check_depth(inside); !status) return status;
    NameScope scope;
    scope.outer = body.place->scope;
    inside.scope = &scope;
    define_lists(*body.graph, inside.prefix, scope, out);
    std::vector<std::string_view> formal;
    for (const Bytes message : body.graph->outputs) formal.push_back(find_text(message, value_info::name));
    return add_inside(body.graph->nodes, formal, node.outputs, inside, out);
  }

  const WireModel& model_;
  const Limits& limits_;
  KnownValues known_;
  std::map<FunctionKey, const WireFunction*> functions_;
  NamePool values_, nodes_, prefixes_;
  std::unordered_set<const std::byte*> read_once_;
  std::size_t steps_ = 0, bytes_ = 0;
  InlinedModel out_;
};

}  // namespace

Result<InlinedModel> inline_functions(const WireModel& model) { return Inliner(model).run(); }

}  // namespace ramus::onnx_wire
