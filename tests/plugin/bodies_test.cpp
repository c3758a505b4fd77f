// Groups in the bodies of an If lie in the branches that the bodies are.
#include <doctest/doctest.h>

#include "plugin/analyze.hpp"
#include "tests/plugin/onnx/message.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace wire = ramus::onnx_wire;

namespace {

Message chooses(std::string_view output, std::string_view name, const Message& then_body, const Message& else_body) {
  Message node = node_message("If", {"c"}, {output}, name);
  const auto add = [&](std::string_view attribute, const Message& body) {
    node.message(wire::node::attribute, Message()
                                            .bytes(wire::attribute::name, attribute)
                                            .message(wire::attribute::g, body)
                                            .varint(wire::attribute::type, wire::attribute::graph_type));
  };
  add("then_branch", then_body);
  add("else_branch", else_body);
  return node;
}

Message body_of(std::string_view output, std::initializer_list<Message> nodes) {
  Message body = Message().bytes(wire::graph::name, "b").message(wire::graph::output, value_message(output));
  for (const Message& node : nodes) body.message(wire::graph::node, node);
  return body;
}

const ReportGroup& group_of(const Report& report, std::string_view kind, std::string_view graph) {
  for (const ReportGroup& group : report.groups) {
    if (group.kind == kind && group.graph == graph) return group;
  }
  throw std::runtime_error("no such group");
}

}  // namespace

TEST_CASE(
    "the parent of a group in a body of If is the branch that the body is, also of a conditional in a conditional") {
  const Message residual = body_of("t", {node_message("Relu", {"x"}, {"r"}), node_message("Add", {"x", "r"}, {"t"})}),
                plain = body_of("e", {node_message("Neg", {"x"}, {"e"})}),
                nested = body_of("n", {chooses("n", "inner", plain, residual)});
  const Message graph = Message()
                            .message(wire::graph::node, chooses("y", "outer", plain, nested))
                            .bytes(wire::graph::name, "g")
                            .message(wire::graph::input, value_message("x"))
                            .message(wire::graph::input, value_message("c"))
                            .message(wire::graph::output, value_message("y"));
  const Message model = model_message(graph);
  AnalyzeOptions options;
  options.passes = {"branch-tree"};
  const auto report = analyze(**WireModel::from_memory(model.span(), ""), options, Host{});
  REQUIRE_MESSAGE(report.has_value(), report.error().message);
  const ReportGroup &outer = group_of(*report, "conditional", ""),
                    &inner = group_of(*report, "conditional", "0/else_branch"),
                    &deepest = group_of(*report, "residual", "0/else_branch/0/else_branch");
  CHECK_FALSE(outer.parent);
  CHECK(inner.parent == outer.id);
  CHECK(inner.parent_branch == outer.branches[1].id);
  CHECK(outer.branches[1].body == inner.graph);
  CHECK(deepest.parent == inner.id);
  CHECK(deepest.parent_branch == inner.branches[1].id);
}
