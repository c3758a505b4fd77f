// What the official parser reads in a model, for comparison.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace ramus::testing {

struct OfficialValues {
  std::size_t nodes = 0;                              // of the main graph
  std::map<std::string, std::vector<float>> weights;  // initializers of the types that the library decodes
};

OfficialValues official_values(const std::string& model);

}  // namespace ramus::testing
