// The bytes of a file without reading them: a read-only mapping whose pages come in when they are looked at.
//
//   file  ▒▒▒▒░░░░░░░░░░░░░▒░░░░░░░░░░▒▒     ▒ pages that were touched, ░ pages that never left the disk
//
// A mapping ends with its last owner. Should another program shorten the file meanwhile, reading the missing part
// raises SIGBUS; callers who cannot rule that out read the file themselves and use the variant that owns its bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/result.hpp"

namespace ramus {

using Bytes = std::span<const std::byte>;

class MappedFile {
 public:
  enum class Links { follow, refuse };

  // Errors (without the path, which the caller knows): no such file, a directory or anything else that is not a regular
  // file, no permission. An empty file maps to no bytes.
  static Result<std::shared_ptr<const MappedFile>> open(const std::string& path, Links links = Links::follow);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  Bytes bytes() const { return bytes_; }

 private:
  explicit MappedFile(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

// All of these bytes are about to be read, in order. Brings the pages of a mapping in at once, which is three times as
// fast as one fault after the other; does nothing where the system knows no such call.
void expect_reading(Bytes bytes);

// Everything that stands on a stream (standard input), up to `most` bytes; an error beyond.
Result<std::vector<std::byte>> read_all(int file_descriptor, std::size_t most);

}  // namespace ramus
