// Fills a WireModel's index in one walk over the structure of the file.
#pragma once

#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_model.hpp"

namespace ramus {

class WireScanner {
 public:
  explicit WireScanner(WireModel& model) : model_(model) {}
  // Throws onnx_wire::WireFault. Errors are without the model's label.
  Status scan();

 private:
  Status read_field(const onnx_wire::Field& field);
  Status read_graph(Bytes message, std::size_t depth, WireGraph& graph);
  Status read_node(Bytes message, std::size_t depth, std::vector<WireNode>& nodes);
  Status read_bodies(Bytes attribute, std::size_t depth, WireNode& node);
  Status read_function(Bytes message);
  static void read_opset(Bytes message, std::map<std::string, std::int64_t>& opsets);
  void note(std::string code, std::string text);

  WireModel& model_;
  bool has_graph_ = false;
};

// Whether some function calls itself, directly or not (an error that names the cycle), and how many nodes the model has
// when all calls are inlined, at most `most` + 1. Costs one look at each node, however many calls multiply.
Result<std::size_t> count_inlined_nodes(const WireModel& model, std::size_t most);

}  // namespace ramus
