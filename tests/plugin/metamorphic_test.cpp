// What is found in models that nobody here built does not depend on how they are written down.
#include <doctest/doctest.h>

#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/official.hpp"
#include "plugin/onnx/wire_model.hpp"
#include "tests/passes/canonical_form.hpp"
#include "tests/passes/provenance.hpp"
#include "tests/passes/run_passes.hpp"
#include "tests/support.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// The main graph and all bodies of a model, each a graph that can be analysed.
void collect_graphs(const std::shared_ptr<const Graph>& graph, std::vector<std::shared_ptr<const Graph>>& graphs) {
  graphs.push_back(graph);
  for (const Node& node : graph->nodes()) {
    for (const Body& body : node.bodies) collect_graphs(body.graph, graphs);
  }
}

// Calls function(graph, file name) for each graph of each model that can be read.
template <class Function>
std::size_t for_each_graph(const std::filesystem::path& folder, Function function) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    auto model = WireModel::open(entry.path().string());
    if (!model) continue;
    const OfficialOpinion opinion = ask_official_library(**model, {.inlines_functions = true});
    auto read = read_graph(
        **model, {.inferred = &opinion.types, .missing_external_data_is_fine = true, .inlines_functions = true});
    if (!read) continue;
    std::vector<std::shared_ptr<const Graph>> graphs;
    collect_graphs(std::make_shared<const Graph>(std::move(read->graph)), graphs);
    for (const auto& graph : graphs) {
      function(*graph, entry.path().filename().string());
      ++count;
    }
  }
  return count;
}

Analysed structure_of(const Graph& graph, const Transformation& transformation = {}) {
  auto analysed = run_passes(transformed(graph, transformation, 1), {.passes = {"residual-streams"}});
  if (!analysed) throw std::runtime_error(analysed.error().message);
  return std::move(*analysed);
}

}  // namespace

TEST_CASE("real models: names, order and Identity change nothing, and no node is lost") {
  const auto folder = shared_file("models");
  if (!folder) return;
  const std::size_t graphs = for_each_graph(*folder, [](const Graph& graph, const std::string& file) {
    const Analysed before = structure_of(graph);
    CHECK_MESSAGE(lost_nodes(graph, *before.graph) == "", file);
    const std::pair<const char*, Transformation> transformations[] = {
        {"other names", {.renames = true}},
        {"another order", {.reorders = true}},
        {"Identity behind values", {.identities = true}},
        {"Identity behind parameters", {.parameters = true}},
        {"all of that", {true, true, true, true}}};
    for (const auto& [what, transformation] : transformations) {
      CHECK_MESSAGE(difference(before, structure_of(graph, transformation)) == "", file << ", " << what);
    }
  });
  CHECK(graphs > 50);
}
