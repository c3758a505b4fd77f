// The parts of the page about a comparison that comparison_text.cpp puts in order, each in a file of its own.
#pragma once

#include "adapters/report/text_page.hpp"
#include "plugin/compare.hpp"

namespace ramus {

// What is built differently in model `m` than in the first, and in which groups specialization recurs; m >= 1.
void write_structural_difference(const Comparison& comparison, std::size_t m, TextPage& page);
void write_recurrence(const Comparison& comparison, std::size_t m, TextPage& page);

// The profiles of all models side by side.
void write_profile_tables(const Comparison& comparison, TextPage& page);

inline constexpr std::size_t kMostComparedGroups = 12;  // with differences, and with profiles
inline constexpr std::size_t kMostComparedBranches = 8;
inline constexpr std::size_t kMostColumns = 8;  // of one basis

// "A", "B" ... as long as the alphabet lasts.
std::string letter_of(std::size_t model);

std::string name_within(const ProfiledGroup& group, std::size_t branch);

}  // namespace ramus
