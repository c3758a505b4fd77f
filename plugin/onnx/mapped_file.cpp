#include "plugin/onnx/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace ramus {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

std::string reason(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "there is no such file";
    case EACCES:
    case EPERM:
      return "no permission to read it";
    case ELOOP:
      return "is a symbolic link that must not be followed";
    default:
      return "cannot be read: " + std::generic_category().message(error);
  }
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path, Links links) {
  // O_NONBLOCK: opening a pipe must not wait for its writer.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (links == Links::refuse ? O_NOFOLLOW : 0);
  if (path.find('\0') != std::string::npos) return invalid_input("there is no such file");
  const FileDescriptor file(::open(path.c_str(), flags));
  if (file.number() < 0) return invalid_input(reason(errno));
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return invalid_input(reason(errno));
  if (S_ISDIR(status.st_mode)) return invalid_input("is a directory, not a file");
  if (!S_ISREG(status.st_mode)) return invalid_input("is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return std::shared_ptr<const MappedFile>(new MappedFile({}));
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (start == MAP_FAILED) return invalid_input("cannot be mapped: " + std::generic_category().message(errno));
  return std::shared_ptr<const MappedFile>(new MappedFile({static_cast<const std::byte*>(start), size}));
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void expect_reading(Bytes bytes) {
#ifdef MADV_POPULATE_READ
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t before = reinterpret_cast<std::uintptr_t>(bytes.data()) % page;
  ::madvise(const_cast<std::byte*>(bytes.data()) - before, bytes.size() + before, MADV_POPULATE_READ);
#else
  (void)bytes;
#endif
}

Result<std::vector<std::byte>> read_all(int file_descriptor, std::size_t most) {
  constexpr std::size_t kStep = std::size_t{1} << 20;
  std::vector<std::byte> bytes;
  std::size_t used = 0;
  while (true) {
    if (bytes.size() - used < kStep) bytes.resize(used + kStep + used / 2);
    const ssize_t count = ::read(file_descriptor, bytes.data() + used, bytes.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return invalid_input("cannot be read: " + std::generic_category().message(errno));
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
    if (used > most) return invalid_input("is longer than " + std::to_string(most) + " bytes");
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace ramus
