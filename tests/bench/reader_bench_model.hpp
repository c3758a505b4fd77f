// A generated model of a wanted size, and small tools that both benchmarks need.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus::bench {

namespace wire = onnx_wire;

inline void add_varint(std::string& out, std::uint32_t field, std::uint64_t value) {
  wire::append_varint(out, std::uint64_t{field} << 3);
  wire::append_varint(out, value);
}

inline std::string conv_node(const std::string& in, const std::string& weight, const std::string& out) {
  std::string attribute, node, ints;
  wire::append_bytes_field(attribute, wire::attribute::name, "kernel_shape");
  wire::append_varint(ints, 3);
  wire::append_varint(ints, 3);
  wire::append_bytes_field(attribute, wire::attribute::ints, ints);
  add_varint(attribute, wire::attribute::type, wire::attribute::ints_type);
  for (const std::string& name : {in, weight}) wire::append_bytes_field(node, wire::node::input, name);
  wire::append_bytes_field(node, wire::node::output, out);
  wire::append_bytes_field(node, wire::node::name, out + "/node");
  wire::append_bytes_field(node, wire::node::op_type, "Conv");
  wire::append_bytes_field(node, wire::node::attribute, attribute);
  return node;
}

inline std::string plain_node(std::string_view op, const std::vector<std::string>& in, const std::string& out) {
  std::string node;
  for (const std::string& name : in) wire::append_bytes_field(node, wire::node::input, name);
  wire::append_bytes_field(node, wire::node::output, out);
  wire::append_bytes_field(node, wire::node::name, out + "/node");
  wire::append_bytes_field(node, wire::node::op_type, op);
  return node;
}

// A chain of residual blocks as in ResNet: two 3x3 convolutions of 128 channels, a sum, a ReLU; 0.59 MB a convolution.
// Writes about `megabytes` to `path` and returns the exact size.
inline std::size_t write_residual_model(const std::string& path, std::size_t megabytes) {
  constexpr std::uint64_t kChannels = 128, kTaps = 9;
  const std::string payload(kChannels * kChannels * kTaps * sizeof(float), '\x3c');
  const std::size_t blocks = std::max<std::size_t>(1, megabytes * 1'000'000 / (2 * payload.size()));
  std::string nodes, weights, graph, model, dims;
  for (const std::uint64_t dim : {kChannels, kChannels, std::uint64_t{3}, std::uint64_t{3}})
    wire::append_varint(dims, dim);
  std::string at = "x";
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::string block = "block" + std::to_string(i);
    const auto add = [&](const std::string& node) { wire::append_bytes_field(nodes, wire::graph::node, node); };
    add(conv_node(at, block + ".conv1.W", block + "/conv1"));
    add(plain_node("Relu", {block + "/conv1"}, block + "/relu1"));
    add(conv_node(block + "/relu1", block + ".conv2.W", block + "/conv2"));
    add(plain_node("Add", {at, block + "/conv2"}, block + "/sum"));
    add(plain_node("Relu", {block + "/sum"}, block + "/out"));
    at = block + "/out";
    for (const char* const name : {".conv1.W", ".conv2.W"}) {
      std::string tensor;
      wire::append_bytes_field(tensor, wire::tensor::dims, dims);
      add_varint(tensor, wire::tensor::data_type, 1);
      wire::append_bytes_field(tensor, wire::tensor::name, block + name);
      wire::append_bytes_field(tensor, wire::tensor::raw_data, payload);
      wire::append_bytes_field(weights, wire::graph::initializer, tensor);
    }
  }
  std::string input, output, opset;
  wire::append_bytes_field(input, wire::value_info::name, "x");
  wire::append_bytes_field(output, wire::value_info::name, at);
  graph = std::move(nodes);
  wire::append_bytes_field(graph, wire::graph::name, "residual");
  graph += weights;
  wire::append_bytes_field(graph, wire::graph::input, input);
  wire::append_bytes_field(graph, wire::graph::output, output);
  add_varint(opset, wire::opset::version, 17);
  add_varint(model, wire::model::ir_version, 8);
  wire::append_bytes_field(model, wire::model::graph, graph);
  wire::append_bytes_field(model, wire::model::opset_import, opset);
  std::ofstream(path, std::ios::binary).write(model.data(), static_cast<std::streamsize>(model.size()));
  return model.size();
}

inline double seconds_of(const std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace ramus::bench
