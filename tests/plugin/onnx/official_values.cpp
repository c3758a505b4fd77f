#include "tests/plugin/onnx/official_values.hpp"

#ifdef RAMUS_WITH_ONNX
#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <doctest/doctest.h>
#include <onnx/defs/tensor_proto_util.h>
#include <onnx/onnx_pb.h>

namespace ramus::testing {
namespace {

template <class T>
std::vector<float> floats_of(const ::onnx::TensorProto& tensor) {
  const std::vector<T> values = ::onnx::ParseData<T>(&tensor);
  return {values.begin(), values.end()};
}

}  // namespace

OfficialValues official_values(const std::string& text) {
  ::onnx::ModelProto model;
  REQUIRE(model.ParseFromString(text));
  OfficialValues out;
  out.nodes = static_cast<std::size_t>(model.graph().node_size());
  for (const auto& tensor : model.graph().initializer()) {
    const bool has_data = !tensor.raw_data().empty() || tensor.float_data_size() != 0 ||
                          tensor.int32_data_size() != 0 || tensor.int64_data_size() != 0 ||
                          tensor.double_data_size() != 0;
    if (!has_data || tensor.data_location() == ::onnx::TensorProto::EXTERNAL) continue;
    switch (tensor.data_type()) {
      case ::onnx::TensorProto::FLOAT:
        out.weights[tensor.name()] = floats_of<float>(tensor);
        break;
      case ::onnx::TensorProto::DOUBLE:
        out.weights[tensor.name()] = floats_of<double>(tensor);
        break;
      case ::onnx::TensorProto::INT32:
        out.weights[tensor.name()] = floats_of<std::int32_t>(tensor);
        break;
      case ::onnx::TensorProto::INT64:
        out.weights[tensor.name()] = floats_of<std::int64_t>(tensor);
        break;
      default:
        break;
    }
  }
  return out;
}

}  // namespace ramus::testing
#endif
