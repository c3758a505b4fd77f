// Real models: what the reader sees is what the official parser sees, and splicing takes nothing away.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "plugin/onnx/graph_reader.hpp"
#include "plugin/onnx/official.hpp"
#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"
#include "tests/plugin/onnx/official_values.hpp"
#include "tests/plugin/onnx/splicing.hpp"
#include "tests/support.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> models_under(std::string_view folder) {
  std::vector<fs::path> paths;
  const auto root = shared_file(folder);
  if (!root) return paths;
  for (const auto& item : fs::recursive_directory_iterator(*root)) {
    if (item.path().extension() == ".onnx") paths.push_back(item.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Something on every graph, node and named initializer.
void annotate_all(const WireGraph& graph, const std::string& path, ModelAnnotations& out) {
  GraphAnnotations& here = out.graphs[path];
  here.graph = {{"ramus.groups", std::string(300, 'g')}};
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    here.nodes[static_cast<std::uint32_t>(i)] = {{"ramus.branch", std::string(i % 300, 'b')}, {"ramus.role", "arm"}};
    for (const WireBody& body : graph.nodes[i].bodies) {
      annotate_all(*body.graph, body_path(path, i, body.attribute), out);
    }
  }
  for (const Bytes tensor : graph.initializers) {
    here.tensors[std::string(onnx_wire::find_text(tensor, onnx_wire::tensor::name))] = {{"ramus.factors", "0+"}};
  }
}

bool is_there(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("every model that parses comes back from annotate and strip byte for byte") {
  for (const fs::path& path : models_under("models")) {
    CAPTURE(path.string());
    const auto model = WireModel::open(path.string());
    if (!model) continue;
    const std::string text = text_of(path);
    ModelAnnotations annotations;
    annotations.model = {{"ramus.report", "{}"}};
    annotate_all((*model)->main_graph(), "", annotations);
    std::string annotated;
    const auto status = annotate(**model, annotations, append_to(annotated));
    REQUIRE_MESSAGE(status.has_value(), status.error().message);
    CHECK((stripped(annotated) == text));
    CHECK((spliced(annotated, annotations) == annotated));
  }
}

TEST_CASE("malformed files give one line or a graph, as the table says") {
  const auto root = shared_file("models/bad");
  if (!root) return;
  const std::vector<std::string> valid = {"external_data/ok/model.onnx",
                                          "external_data/unknown_keys/model.onnx",
                                          "functions/function_doubling_chain_30.onnx",
                                          "sparse/ogs_sparse_nnz.onnx",
                                          "sparse/ogs_sparse_nnz_rank.onnx",
                                          "tensor/nan_inf.onnx",
                                          "tensor/zero_dim.onnx"};
  for (const fs::path& path : models_under("models/bad")) {
    CAPTURE(path.string());
    const auto model = WireModel::open(path.string());
    std::string error = model ? "" : model.error().message;
    if (model) {
      const auto read = read_graph(**model);
      if (!read) error = read.error().message;
      const auto functions = read_functions(**model);
      CHECK(functions.has_value());
      ask_official_library(**model);
    }
    CHECK(error.empty() == is_there(valid, fs::relative(path, *root).generic_string()));
    CHECK(error.find('\n') == std::string::npos);
    if (!error.empty()) CHECK(error.rfind(path.string() + ": ", 0) == 0);
  }
}

#ifdef RAMUS_WITH_ONNX
TEST_CASE("nodes and weights are those of the official parser") {
  for (const fs::path& path : models_under("models")) {
    const auto model = WireModel::open(path.string());
    if (!model) continue;
    CAPTURE(path.string());
    ReadOptions options;
    options.missing_external_data_is_fine = true;
    const auto read = read_graph(**model, options);
    if (!read) continue;
    const OfficialValues official = official_values(text_of(path));
    CHECK(read->graph.nodes().size() == official.nodes);
    for (const auto& weight : official.weights) {  // no structured binding: clang 14 cannot capture one
      const std::string& name = weight.first;
      const std::vector<float>& values = weight.second;
      CAPTURE(name);
      const auto id = read->graph.find_value(name);
      REQUIRE(id.has_value());
      const auto ours = read->graph[read->graph[*id].weight].decode_float();
      REQUIRE_MESSAGE(ours.has_value(), ours.error().message);
      REQUIRE(ours->size() == values.size());
      CHECK(std::equal(values.begin(), values.end(), ours->begin(),
                       [](float a, float b) { return a == b || (a != a && b != b); }));
    }
  }
}
#endif
