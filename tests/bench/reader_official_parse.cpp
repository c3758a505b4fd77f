#include "tests/bench/reader_official_parse.hpp"

#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <onnx/onnx_pb.h>

#include "plugin/onnx/mapped_file.hpp"

namespace ramus::bench {

std::size_t parse_officially(const std::string& path, const std::function<void()>& measured) {
  const auto file = MappedFile::open(path);
  if (!file) return 0;
  const Bytes bytes = (*file)->bytes();
  ::onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return 0;
  measured();
  return static_cast<std::size_t>(model.graph().node_size());
}

}  // namespace ramus::bench
