#include "plugin/onnx/wire_model.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include "plugin/onnx/wire_scanner.hpp"

namespace ramus {
namespace {

std::string_view beginning(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 4096)};
}

bool is_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  });
}

// What a file looks like that is not a model; nullopt when it could be a damaged one.
std::optional<std::string> recognise(Bytes bytes) {
  const std::string_view head = beginning(bytes);
  const auto starts = [&](std::string_view mark) { return head.substr(0, mark.size()) == mark; };
  if (bytes.empty()) return "is empty";
  if (starts("version https://git-lfs")) return "is a Git LFS pointer, not a model; run 'git lfs pull'";
  if (starts("PK\x03\x04")) return "is a zip archive (a PyTorch checkpoint?), not an ONNX model";
  if (starts("\x1f\x8b")) return "is a gzip file; unpack it first";
  if (starts("\x89HDF")) return "is an HDF5 file (a Keras model?), not an ONNX model";
  if (head.substr(0, 8).substr(std::min<std::size_t>(head.size(), 4)) == "ORTM") {
    return "is in ONNX Runtime's own format (.ort); convert it to ONNX first";
  }
  if (head.substr(0, 8).substr(std::min<std::size_t>(head.size(), 4)) == "TFL3") {
    return "is a TensorFlow Lite model, not an ONNX model";
  }
  if (!is_text(head)) return std::nullopt;
  if (starts("<")) return "is a web page or XML, not a model (a failed download?)";
  if (starts("ir_version") || starts("opset_import") || starts("producer_name")) {
    return "is a model in protobuf's text form; convert it to the binary form first";
  }
  return "is text, not a model";
}

}  // namespace

Result<std::unique_ptr<WireModel>> WireModel::scan(std::unique_ptr<WireModel> model) {
  const std::string where = onnx_wire::printable(model->label_);
  Status status;
  try {
    status = WireScanner(*model).scan();
  } catch (const onnx_wire::WireFault& fault) {
    const bool is_truncated = fault.kind == onnx_wire::WireFault::Kind::ends_early;
    const bool has_begun = model->info_.ir_version != 0 || !model->main_graph_.nodes.empty();
    status = invalid_input((is_truncated || has_begun ? "" : "is no ONNX model: ") +
                           onnx_wire::describe(fault, model->bytes_));
  }
  if (status) return model;
  if (auto known = recognise(model->bytes_)) return invalid_input(where + ": " + *known);
  return propagate(std::move(status.error()), where);
}

Result<std::unique_ptr<WireModel>> WireModel::open(const std::string& path, const Limits& limits) {
  auto file = MappedFile::open(path);
  if (!file) return propagate(std::move(file.error()), onnx_wire::printable(path));
  std::unique_ptr<WireModel> model(new WireModel);
  model->label_ = path;
  model->bytes_ = (*file)->bytes();
  model->owner_ = std::move(*file);
  model->limits_ = limits;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  model->external_data_ = std::make_unique<ExternalData>(folder.empty() ? "." : folder);
  return scan(std::move(model));
}

Result<std::unique_ptr<WireModel>> WireModel::from_memory(Bytes bytes, std::string base_directory, const Limits& limits,
                                                          std::string label) {
  std::unique_ptr<WireModel> model(new WireModel);
  model->label_ = std::move(label);
  model->bytes_ = bytes;
  model->limits_ = limits;
  std::optional<std::string> folder;
  if (!base_directory.empty()) folder = std::move(base_directory);
  model->external_data_ = std::make_unique<ExternalData>(std::move(folder));
  return scan(std::move(model));
}

Result<std::unique_ptr<WireModel>> WireModel::from_owned(std::vector<std::byte> bytes, std::string base_directory,
                                                         const Limits& limits) {
  auto kept = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  auto model = from_memory(*kept, std::move(base_directory), limits);
  if (model) (*model)->owner_ = std::move(kept);
  return model;
}

}  // namespace ramus
