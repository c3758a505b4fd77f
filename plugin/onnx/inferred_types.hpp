// Element types and shapes of values, as declared in a file or inferred from it, by graph.
//
//   ""                            the main graph
//   "12/then_branch"              the body in attribute then_branch of the main graph's node 12 (place in the file)
//   "12/then_branch/3/body"       the body of a node in that body
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "graph/element_type.hpp"
#include "graph/weight_view.hpp"

namespace ramus {

struct ValueType {
  ElementType type = ElementType::undefined;
  std::optional<Dims> shape;  // kUnknownDim where a dimension is not known; nullopt when the rank is not
};

using ValueTypes = std::unordered_map<std::string, ValueType>;  // by value name
using TypesByGraph = std::map<std::string, ValueTypes>;         // by graph path

// "12/then_branch" for a body of the main graph, "OUTER/12/then_branch" for one deeper down.
std::string body_path(std::string_view graph_path, std::size_t node, std::string_view attribute);
// Of a body inside a local function that node `call` calls: no graph of the file, so nothing there can be annotated.
std::string path_inside_call(std::string_view graph_path, std::size_t call, std::string_view body);
bool is_inside_call(std::string_view graph_path);

}  // namespace ramus
