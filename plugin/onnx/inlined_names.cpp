#include "plugin/onnx/inlined_names.hpp"

namespace ramus::onnx_wire {

std::string NamePool::unique(std::string name) {
  std::string candidate = name;
  while (!taken_.insert(candidate).second) candidate = name + "." + std::to_string(++numbers_[name]);
  return candidate;
}

std::string joined(const std::string& prefix, const std::string& name) {
  const bool doubled = !prefix.empty() && !name.empty() && name.front() == '/';
  return doubled ? prefix.substr(0, prefix.size() - 1) + name : prefix + name;
}

std::string resolve(const NameScope* scope, const std::string& name, const std::string& prefix) {
  if (name.empty()) return name;
  for (; scope != nullptr; scope = scope->outer) {
    if (const auto found = scope->names.find(name); found != scope->names.end()) return found->second;
    if (scope->is_file) return name;
  }
  return joined(prefix, name);
}

}  // namespace ramus::onnx_wire
