// An operator's attribute, as AttributeProto has them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "graph/weight_view.hpp"

namespace ramus {

// Bodies (attributes of type GRAPH) are not here: Node::bodies holds them.
using AttributeValue = std::variant<std::monostate,  // a form that no analysis reads (type_proto, sparse lists ...)
                                    std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                                    std::vector<std::string>, WeightView>;

struct Attribute {
  std::string name;
  AttributeValue value;
};

}  // namespace ramus
