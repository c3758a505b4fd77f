#include "adapters/cli/output_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "adapters/cli/handles.hpp"

namespace ramus::cli {
namespace {

// mkstemp makes files that nobody else may read; the finished one gets the mode that the target has, or that a new file
// would have.
void give_usual_mode(int descriptor, const std::string& target) {
  struct stat existing {};
  mode_t mode = 0;
  if (stat(target.c_str(), &existing) == 0) {
    mode = existing.st_mode & 0777;
  } else {
    const mode_t mask = umask(0);
    umask(mask);
    mode = 0666 & ~mask;
  }
  if (fchmod(descriptor, mode) != 0) return;  // a file system without modes: nothing to give
}

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (is_standard_output()) {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  struct stat existing {};
  if (stat(path_.c_str(), &existing) == 0 && S_ISDIR(existing.st_mode)) {
    throw Failure(Exit::usage, path_ + ": is a folder; give a file name");
  }
  temporary_ = path_ + ".ramus-tmp-XXXXXX";
  descriptor_ = mkstemp(temporary_.data());
  if (descriptor_ < 0) {
    const std::string why = std::strerror(errno);
    temporary_.clear();
    throw Failure(Exit::usage, path_ + ": cannot be written: " + why);
  }
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      why_(std::move(other.why_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile::~OutputFile() {
  if (temporary_.empty()) return;
  close(descriptor_);
  unlink(temporary_.c_str());
}

bool OutputFile::write(const void* data, std::size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, next, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      why_ = std::strerror(errno);
      return false;
    }
    next += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

void OutputFile::commit() {
  if (is_standard_output()) return;
  give_usual_mode(descriptor_, path_);
  if (close(descriptor_) != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    unlink(temporary_.c_str());
    temporary_.clear();
    throw Failure(Exit::internal, path_ + ": cannot be written: " + why);
  }
  temporary_.clear();
}

int OutputFile::write_to(void* user, const void* data, std::size_t size) {
  return static_cast<OutputFile*>(user)->write(data, size) ? 0 : 1;
}

}  // namespace ramus::cli
