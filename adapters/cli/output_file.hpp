// Output that appears whole or not at all.
//
//   out.onnx.ramus-tmp-XXXXXX  ──write──▶  ──commit──▶  out.onnx
//
// Each file is written beside its target and renamed over it once every output of the command is complete. "-" writes to
// standard output, right away; so does a device or a pipe, which is never replaced.
#pragma once

#include <cstddef>
#include <string>

#include "plugin/ramus.h"

namespace ramus::cli {

// Removes the temporary files of all outputs that are not committed. May be called from a signal handler.
void remove_temporary_files();

class OutputFile {
 public:
  // Throws Failure (usage) when the folder does not exist or cannot be written to.
  explicit OutputFile(std::string path);
  ~OutputFile();  // without commit: the temporary file is removed
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;

  // Takes the bytes, or says no when the disk is full or standard output is closed; why() then says which.
  bool write(const void* data, std::size_t size);
  void commit();  // throws Failure (internal)

  const std::string& path() const { return path_; }
  const std::string& why() const { return why_; }

  // A ramus_writer; `user` is an OutputFile.
  static int write_to(void* user, const void* data, std::size_t size);

 private:
  bool is_standard_output() const { return path_ == "-"; }
  void adopt_temporary();
  void forget_temporary();

  std::string path_, temporary_, why_;
  int descriptor_ = -1;
};

// After a function that wrote to the file: the file's own reason says more than "the writer asked to stop". Throws Failure.
void check_written(ramus_status status, const ramus_error& error, const OutputFile& file);

}  // namespace ramus::cli
