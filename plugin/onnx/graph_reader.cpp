#include "plugin/onnx/graph_reader.hpp"

#include <utility>

#include "plugin/onnx/graph_assembler.hpp"
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
    GraphAssembler assembler(model, options, notes);
    auto assembled = assembler.assemble(model.main_graph(), "", nullptr);
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
