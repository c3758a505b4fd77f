#include "plugin/onnx/external_data.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "plugin/onnx/wire_cursor.hpp"

namespace ramus {
namespace {

using onnx_wire::in_quotes;
namespace fs = std::filesystem;

std::string subject(const std::string& location) { return "external data " + in_quotes(location); }

// What the text alone can tell, before anything is opened.
Status check_location(const std::string& location) {
  const std::string what = subject(location);
  if (location.empty()) return invalid_input("external data without a location; it must name a file beside the model");
  if (location.find('\0') != std::string::npos) return invalid_input(what + " holds a zero byte");
  if (location.find('\\') != std::string::npos) return invalid_input(what + " holds a backslash; write '/' instead");
  if (location.front() == '/') return invalid_input(what + " is an absolute path; write one relative to the model");
  if (location.size() > 1 && location[1] == ':') {
    return invalid_input(what + " names a drive; write a path relative to the model");
  }
  for (const fs::path& part : fs::path(location)) {
    if (part == "..") return invalid_input(what + " leaves the model's folder; move the file in and write its name");
  }
  return {};
}

bool is_inside(const fs::path& folder, const fs::path& file) {
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end();
}

Result<std::uint64_t> parse_count(const std::string& text, const char* key) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end) {
    return invalid_input(std::string("its ") + key + " " + in_quotes(text) + " is not a count of bytes");
  }
  return value;
}

}  // namespace

std::string ExternalData::explain_missing(const ExternalReference& reference) const {
  const std::string what = subject(reference.location.value_or(""));
  if (!base_) return what + ": a model from memory has no folder to look in; open it by its path";
  return what + " is not there; put the file into " + in_quotes(*base_);
}

Result<ExternalData::File> ExternalData::file(const std::string& location) const {
  if (auto status = check_location(location); !status) return propagate(std::move(status.error()));
  if (!base_) return File();
  const std::scoped_lock lock(mutex_);
  if (const auto known = files_.find(location); known != files_.end()) return known->second;

  std::error_code error;
  const fs::path folder = fs::canonical(*base_, error);
  if (error) return File();
  const fs::path path = fs::canonical(folder / location, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return File();
  if (error) return invalid_input(subject(location) + " cannot be read: " + error.message());
  if (!is_inside(folder, path)) {
    return invalid_input(subject(location) + " is a link that leaves the model's folder; put the file itself there");
  }
  auto mapped = MappedFile::open(path.string(), MappedFile::Links::refuse);
  if (!mapped) return propagate(std::move(mapped.error()), subject(location));
  return files_.emplace(location, *mapped).first->second;
}

Result<std::optional<Bytes>> ExternalData::find(const ExternalReference& reference, std::uint64_t needed) const {
  auto mapped = file(reference.location.value_or(""));
  if (!mapped) return propagate(std::move(mapped.error()));
  const std::string where = subject(reference.location.value_or(""));
  std::uint64_t offset = 0;
  std::uint64_t length = needed;
  if (reference.offset) {
    auto value = parse_count(*reference.offset, "offset");
    if (!value) return propagate(std::move(value.error()), where);
    offset = *value;
  }
  if (reference.length) {
    auto value = parse_count(*reference.length, "length");
    if (!value) return propagate(std::move(value.error()), where);
    length = *value;
  }
  if (length != needed) {
    return invalid_input(where + ": its length is " + std::to_string(length) + " bytes, but the dims and type need " +
                         std::to_string(needed));
  }
  if (*mapped == nullptr) return std::nullopt;
  const Bytes bytes = (*mapped)->bytes();
  if (offset > bytes.size() || length > bytes.size() - offset) {
    return invalid_input(where + ": bytes " + std::to_string(offset) + " and " + std::to_string(length) +
                         " more are wanted, but the file has " + std::to_string(bytes.size()));
  }
  return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
}

}  // namespace ramus
