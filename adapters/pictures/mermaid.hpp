// A diagram in the language of Mermaid, which GitHub and GitLab draw where a Markdown page has it in a fenced block.
#pragma once

#include <string>

#include "adapters/pictures/diagram.hpp"

namespace ramus {

// Empty where the diagram is larger than those hosts draw: 500 edges, 50,000 characters.
std::string mermaid_from(const Diagram& diagram);

}  // namespace ramus
