#include "plugin/onnx/graph_reader.hpp"

#include <optional>
#include <utility>

#include "plugin/onnx/graph_assembler.hpp"
#include "plugin/onnx/inline_functions.hpp"
#include "plugin/onnx/wire_cursor.hpp"

namespace ramus {
namespace {

using onnx_wire::GraphAssembler;

// Runs what may throw WireFault, and puts the model's label before every error.
template <class Read>
auto read_guarded(const WireModel& model, const Read& read) -> decltype(read()) {
  const std::string where = onnx_wire::printable(model.label());
  try {
    auto result = read();
    if (!result) return propagate(std::move(result.error()), where);
    return result;
  } catch (const onnx_wire::WireFault& fault) {
    return invalid_input(where + ": " + onnx_wire::describe(fault, model.bytes()));
  }
}

std::optional<Note> note_on_inlining(const WireModel& model, const onnx_wire::InlinedModel& inlined) {
  if (!inlined.why_not.empty()) {
    return Note{"", "local-functions",
                "calls of local functions stay single nodes: looking into them " + inlined.why_not, true};
  }
  if (inlined.calls == 0) return std::nullopt;
  return Note{"", "local-functions",
              std::to_string(inlined.calls) + " calls of " + std::to_string(model.functions().size()) +
                  " local functions are looked into; their nodes are named CALL/NODE, and their place is that of the "
                  "call in the file"};
}

Result<LocalFunction> read_function(const WireFunction& wire, GraphAssembler& assembler) {
  auto assembled = assembler.assemble(wire);
  if (!assembled) return propagate(std::move(assembled.error()));
  LocalFunction function;
  function.key = wire.key;
  function.body = std::move(assembled->graph);
  function.attribute_names.assign(wire.attributes.begin(), wire.attributes.end());
  for (const Bytes message : wire.default_attributes) {
    auto attribute = assembler.read_default(message);
    if (!attribute) return propagate(std::move(attribute.error()));
    function.default_attributes.push_back(std::move(*attribute));
  }
  function.references = assembler.take_references();
  return function;
}

}  // namespace

Result<ReadGraph> read_graph(const WireModel& model, const ReadOptions& options) {
  return read_guarded(model, [&]() -> Result<ReadGraph> {
    std::vector<Note> notes;
    onnx_wire::InlinedModel inlined;
    const WireGraph* graph = &model.main_graph();
    if (options.inlines_functions && !model.functions().empty()) {
      auto result = onnx_wire::inline_functions(model);
      if (!result) return propagate(std::move(result.error()));
      inlined = std::move(*result);
      if (inlined.why_not.empty()) graph = &inlined.graph;
      if (auto note = note_on_inlining(model, inlined)) notes.push_back(std::move(*note));
    }
    GraphAssembler assembler(model, options, notes);
    auto assembled = assembler.assemble(*graph, "", nullptr);
    if (!assembled) return propagate(std::move(assembled.error()));
    return ReadGraph{std::move(assembled->graph), std::move(notes)};
  });
}

Result<std::vector<LocalFunction>> read_functions(const WireModel& model, const ReadOptions& options) {
  return read_guarded(model, [&]() -> Result<std::vector<LocalFunction>> {
    std::vector<Note> notes;
    GraphAssembler assembler(model, options, notes);
    std::vector<LocalFunction> functions;
    for (const WireFunction& wire : model.functions()) {
      auto function = read_function(wire, assembler);
      if (!function) {
        return propagate(std::move(function.error()), "function " + onnx_wire::in_quotes(to_string(wire.key)));
      }
      functions.push_back(std::move(*function));
    }
    return functions;
  });
}

}  // namespace ramus
