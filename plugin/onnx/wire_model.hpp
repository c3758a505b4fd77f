// A model file as it lies on the disk: the mapped bytes and an index of what stands where.
//
//   bytes   |ir|producer| graph: |node|node|node{attr{graph:|node|...|}}| initializer ▒▒▒▒▒▒▒▒▒▒▒▒ |...| opset |
//   index                  └ nodes ──┴────┴────┴ bodies ┘               └ span, not looked into
//
// open() walks the structure once: ModelProto, graphs, nodes and the attributes that hold bodies. It copies nothing but
// the few strings of ModelInfo; initializers are spans whose payload pages stay untouched until a weight is read.
// Everything handed out borrows from the WireModel and lives as long as it does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/limits.hpp"
#include "graph/note.hpp"
#include "graph/result.hpp"
#include "plugin/onnx/external_data.hpp"
#include "plugin/onnx/mapped_file.hpp"

namespace ramus {

struct WireGraph;

struct WireBody {
  std::string attribute;  // "then_branch"; "name[i]" for the i-th graph of an attribute of type GRAPHS
  std::unique_ptr<WireGraph> graph;
};

namespace onnx_wire {
struct InlinedNode;  // inline_functions.hpp
}

struct WireNode {
  Bytes message;  // a NodeProto
  std::vector<WireBody> bodies;
  std::shared_ptr<const onnx_wire::InlinedNode> inlined;  // once functions are inlined: counts instead of the message
};

struct WireGraph {
  std::string_view name;
  std::vector<WireNode> nodes;
  std::vector<Bytes> initializers;                  // TensorProto
  std::vector<Bytes> sparse_initializers;           // SparseTensorProto
  std::vector<Bytes> inputs, outputs, value_infos;  // ValueInfoProto
  std::map<std::size_t, std::string> renamed;       // initializers, by place, once functions are inlined
};

struct FunctionKey {
  std::string domain, name, overload;
  friend bool operator==(const FunctionKey&, const FunctionKey&) = default;
  friend bool operator<(const FunctionKey& a, const FunctionKey& b) {
    return std::tie(a.domain, a.name, a.overload) < std::tie(b.domain, b.name, b.overload);
  }
};
std::string to_string(const FunctionKey& key);  // "domain::name", and ":overload" where there is one

struct WireFunction {
  FunctionKey key;
  std::vector<std::string_view> inputs, outputs, attributes;  // attributes: names without a default
  std::vector<Bytes> default_attributes;                      // AttributeProto
  std::vector<WireNode> nodes;
  std::vector<Bytes> value_infos;
  std::map<std::string, std::int64_t> opsets;  // as ModelInfo::opsets
};

struct ModelInfo {
  std::int64_t ir_version = 0;  // 0: the file gives none
  std::string producer_name, producer_version, domain;
  std::int64_t model_version = 0;
  std::map<std::string, std::int64_t> opsets;                 // domain to version; "" is ai.onnx
  std::vector<std::pair<std::string, std::string>> metadata;  // metadata_props of the model, in order
  std::string graph_name;
  bool has_training_info = false;

  // Of ai.onnx; 1 for a file that imports none, as ONNX has it.
  std::int64_t opset() const {
    const auto found = opsets.find("");
    return found == opsets.end() ? 1 : found->second;
  }
};

class WireModel {
 public:
  // All three check the structure of the whole file against the limits. Errors (invalid_input, beginning with the path,
  // or the label of bytes in memory): what cannot be read, what is not ONNX and what it looks like instead, a file that
  // ends early, a second graph, local functions that call themselves, a number beyond its limit.
  static Result<std::unique_ptr<WireModel>> open(const std::string& path, const Limits& limits = {});
  // `bytes` are borrowed. Without a base directory, reading a weight that lies in another file is an error.
  static Result<std::unique_ptr<WireModel>> from_memory(Bytes bytes, std::string base_directory,
                                                        const Limits& limits = {}, std::string label = "model");
  static Result<std::unique_ptr<WireModel>> from_owned(std::vector<std::byte> bytes, std::string base_directory,
                                                       const Limits& limits = {});

  const std::string& label() const {
    return label_;
  }  // the path as given; of bytes in memory "model", or the given label
  Bytes bytes() const { return bytes_; }
  const Limits& limits() const { return limits_; }
  const ModelInfo& info() const { return info_; }
  const WireGraph& main_graph() const { return main_graph_; }
  const std::vector<WireFunction>& functions() const { return functions_; }
  const std::vector<Note>& notes() const { return notes_; }
  std::size_t node_count() const { return node_count_; }  // of all graphs, bodies and functions
  // Nodes after all local functions are inlined; at most Limits::nodes + 1 is counted.
  std::size_t inlined_node_count() const { return inlined_node_count_; }
  const ExternalData& external_data() const { return *external_data_; }

 private:
  friend class WireScanner;
  WireModel() = default;
  static Result<std::unique_ptr<WireModel>> scan(std::unique_ptr<WireModel> model);

  std::string label_;
  std::shared_ptr<const void> owner_;  // the mapping or the vector behind bytes_
  Bytes bytes_;
  Limits limits_;
  ModelInfo info_;
  WireGraph main_graph_;
  std::vector<WireFunction> functions_;
  std::vector<Note> notes_;
  std::size_t node_count_ = 0, inlined_node_count_ = 0;
  std::unique_ptr<ExternalData> external_data_;
};

}  // namespace ramus
