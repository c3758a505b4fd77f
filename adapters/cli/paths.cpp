#include "adapters/cli/paths.hpp"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <set>

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

std::vector<std::string> models_below(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> models;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error); !error && entry != fs::end(entry);
       entry.increment(error)) {
    if (entry->path().extension() == ".onnx" && !entry->is_directory(error))
      models.push_back(entry->path().lexically_normal().string());
  }
  if (error) throw Failure(Exit::invalid_input, folder + ": " + error.message());
  std::sort(models.begin(), models.end());
  return models;
}

std::vector<std::string> files_like(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return files;
}

// What one argument stands for.
std::vector<std::string> expand(const std::string& argument) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(argument, error);
  const bool is_pattern = argument.find_first_of("*?[") != std::string::npos && argument != "-" &&
                          !std::filesystem::exists(argument, error);
  if (!is_folder && !is_pattern) return {argument};
  std::vector<std::string> models = is_folder ? models_below(argument) : files_like(argument);
  if (!models.empty()) return models;
  throw Failure(Exit::invalid_input,
                argument + (is_folder ? ": no .onnx file lies in this folder" : ": no file fits this pattern"));
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

std::vector<std::string> expand_models(const std::vector<std::string>& arguments) {
  std::vector<std::string> models;
  std::set<std::filesystem::path> seen;  // "./models/a.onnx" and "models/a.onnx" are one
  for (const std::string& argument : arguments) {
    for (std::string& model : expand(argument)) {
      if (seen.insert(std::filesystem::path(model).lexically_normal()).second) models.push_back(std::move(model));
    }
  }
  return models;
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
