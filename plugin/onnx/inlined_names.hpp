// Names for what comes out of calls, and what the names inside stand for.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace ramus::onnx_wire {

// Names in use; a name that is taken gets a number.
class NamePool {
 public:
  void reserve(std::string name) { taken_.insert(std::move(name)); }
  std::string unique(std::string name);

 private:
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

// "call/" and "inner", or "/inner" as PyTorch names its nodes: "call/inner".
std::string joined(const std::string& prefix, const std::string& name);

// What the names of a function, or of a body in it, stand for.
struct NameScope {
  const NameScope* outer = nullptr;
  bool is_file = false;  // names of the file's own graphs stay
  std::unordered_map<std::string, std::string> names;
};

// The name that stands for `name`; one that nothing provides gets the prefix, and the graph's builder will say so.
std::string resolve(const NameScope* scope, const std::string& name, const std::string& prefix);

}  // namespace ramus::onnx_wire
