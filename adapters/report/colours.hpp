// Colours of branches: told apart by people with any colour vision, light enough for dark text.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace ramus {

// By a branch's place in its group; more branches than colours begin anew. Paul Tol, "Colour Schemes", 2021: light.
inline std::string_view colour_of_branch(std::size_t place) {
  constexpr std::array<std::string_view, 8> kLight{"#77AADD", "#EE8866", "#EEDD88", "#FFAABB",
                                                   "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00"};
  return kLight[place % kLight.size()];
}

}  // namespace ramus
