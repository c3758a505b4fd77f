// The sections of the page that text.cpp puts in order, each in a file of its own. A section without anything to say
// writes nothing, or one line that says so.
#pragma once

#include "adapters/report/text_page.hpp"
#include "plugin/report.hpp"

namespace ramus {

// Of how many wirings, streams, partitions a section tells.
inline constexpr std::size_t kMostWirings = 6;

void write_groups(const Report& report, TextPage& page);   // the branches as a tree
void write_streams(const Report& report, TextPage& page);  // residual streams, and composition in them
void write_factors(const Report& report, TextPage& page);  // the strongest, those with names first
void write_latent_branches(const Report& report, TextPage& page);
void write_specialization(const Report& report,
                          TextPage& page);  // what gathers in which branch, and what could fake it
void write_modularity(const Report& report, TextPage& page);

}  // namespace ramus
