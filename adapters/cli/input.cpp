#include "adapters/cli/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "adapters/cli/handles.hpp"

namespace ramus::cli {
namespace {

std::string read_descriptor(int descriptor, const std::string& path, const std::function<bool()>& interrupted) {
  std::string text;
  for (;;) {
    const std::size_t have = text.size();
    text.resize(have + std::max<std::size_t>(have, 1 << 16));
    const ssize_t got = read(descriptor, text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) {
      if (interrupted()) throw Failure(Exit::interrupted, path + ": interrupted");
      text.resize(have);
      continue;
    }
    if (got < 0) throw Failure(Exit::invalid_input, path + ": " + std::strerror(errno));
    text.resize(have + static_cast<std::size_t>(got));
    if (got == 0) return text;
  }
}

}  // namespace

std::string read_text(const std::string& path, const std::function<bool()>& interrupted) {
  if (path == "-") return read_descriptor(STDIN_FILENO, "standard input", interrupted);
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw Failure(Exit::invalid_input, path + ": " + std::strerror(errno));
  try {
    std::string text = read_descriptor(descriptor, path, interrupted);
    close(descriptor);
    return text;
  } catch (...) {
    close(descriptor);
    throw;
  }
}

}  // namespace ramus::cli
