// Weights that lie in files beside the model, and the fence around its folder.
//
//   models/net.onnx     location "net.data", "weights/w0.bin"                  inside: mapped once, however many share it
//   models/net.data              "../x", "/etc/passwd", "C:/x", "a\b", a link  out:    an error, nothing is opened
//
// Source: onnx/docs/ExternalData.md; keys location, offset, length, checksum (the checksum is not verified).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "plugin/onnx/mapped_file.hpp"

namespace ramus {

// TensorProto.external_data as written: every value is text.
struct ExternalReference {
  std::optional<std::string> location, offset, length;
};

class ExternalData {
 public:
  // `base_directory`: the model's folder. nullopt: there is none (a model from memory), so nothing is ever found.
  explicit ExternalData(std::optional<std::string> base_directory) : base_(std::move(base_directory)) {}

  // The `needed` bytes of one tensor; they live as long as this object. nullopt: there is no such file.
  // Safe to call from several threads.
  // Errors (invalid_input, without naming the tensor): a location that is missing, empty or leaves the folder, what is
  // not a regular file, an offset or length that is no number or lies outside the file, a length other than `needed`.
  Result<std::optional<Bytes>> find(const ExternalReference& reference, std::uint64_t needed) const;
  // One line that says where a file that find() did not find should be.
  std::string explain_missing(const ExternalReference& reference) const;

 private:
  using File = std::shared_ptr<const MappedFile>;
  Result<File> file(const std::string& location) const;  // null: there is no such file

  std::optional<std::string> base_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, File> files_;  // by location as written
};

}  // namespace ramus
