#include "adapters/cli/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
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

// Paths of temporary files where a signal handler can read them. A command has at most three outputs.
constexpr std::size_t kSlots = 4;
std::array<std::array<char, 4096>, kSlots> pending_paths;
std::array<std::atomic<bool>, kSlots> pending;

}  // namespace

void remove_temporary_files() {
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (pending[slot].load()) unlink(pending_paths[slot].data());
  }
}

void OutputFile::adopt_temporary() {
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (pending[slot].load() || temporary_.size() >= pending_paths[slot].size()) continue;
    std::copy(temporary_.c_str(), temporary_.c_str() + temporary_.size() + 1, pending_paths[slot].begin());
    pending[slot].store(true);
    return;
  }
}

void OutputFile::forget_temporary() {
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (pending[slot].load() && temporary_ == pending_paths[slot].data()) pending[slot].store(false);
  }
  temporary_.clear();
}

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (is_standard_output()) {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  if (path_.empty()) throw Failure(Exit::usage, "the name of an output is empty");
  struct stat existing {};
  const bool exists = stat(path_.c_str(), &existing) == 0;
  if (exists && S_ISDIR(existing.st_mode)) throw Failure(Exit::usage, path_ + ": is a folder; give a file name");
  if (exists && !S_ISREG(existing.st_mode)) {
    descriptor_ = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw Failure(Exit::usage, path_ + ": cannot be written: " + std::strerror(errno));
    return;
  }
  temporary_ = path_ + ".ramus-tmp-XXXXXX";
  descriptor_ = mkstemp(temporary_.data());
  if (descriptor_ < 0) {
    const std::string why = std::strerror(errno);
    temporary_.clear();
    throw Failure(Exit::usage, path_ + ": cannot be written: " + why);
  }
  adopt_temporary();
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      why_(std::move(other.why_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0 && !is_standard_output()) close(descriptor_);
  if (temporary_.empty()) return;
  unlink(temporary_.c_str());
  forget_temporary();
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
  if (!temporary_.empty()) give_usual_mode(descriptor_, path_);
  const bool closed = close(std::exchange(descriptor_, -1)) == 0;
  const bool renamed = closed && (temporary_.empty() || std::rename(temporary_.c_str(), path_.c_str()) == 0);
  if (!renamed) throw Failure(Exit::internal, path_ + ": cannot be written: " + std::strerror(errno));
  forget_temporary();
}

int OutputFile::write_to(void* user, const void* data, std::size_t size) {
  return static_cast<OutputFile*>(user)->write(data, size) ? 0 : 1;
}

void check_written(ramus_status status, const ramus_error& error, const OutputFile& file) {
  if (status == RAMUS_CANCELLED && !file.why().empty()) {
    throw Failure(Exit::internal, (file.path() == "-" ? "standard output" : file.path()) + ": " + file.why());
  }
  check(status, error);
}

}  // namespace ramus::cli
