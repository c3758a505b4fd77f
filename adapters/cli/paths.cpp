#include "adapters/cli/paths.hpp"

#include <filesystem>

#include "adapters/cli/handles.hpp"

namespace ramus::cli {
namespace {

bool is_same_file(const std::string& a, const std::string& b) {
  if (a == "-" || b == "-") return a == b;
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path first = fs::weakly_canonical(fs::absolute(a, error), error);
  const fs::path second = fs::weakly_canonical(fs::absolute(b, error), error);
  return !error && first == second;
}

}  // namespace

void check_paths(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (std::size_t j = i + 1; j < outputs.size(); ++j) {
      if (is_same_file(outputs[i], outputs[j])) throw Failure(Exit::usage, outputs[i] + ": is named for two outputs");
    }
    for (const std::string& input : inputs) {
      if (outputs[i] == "-" || !is_same_file(outputs[i], input)) continue;
      throw Failure(Exit::usage, outputs[i] + ": is an input; name another file for the output");
    }
  }
}

bool leaves_folder(const std::string& model, const std::string& output) {
  if (model == "-" || output == "-") return false;
  const auto folder = [](const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    return (parent.empty() ? std::filesystem::path(".") : parent).string();
  };
  return !is_same_file(folder(model), folder(output));
}

}  // namespace ramus::cli
