// What a bypass is for, as far as its operators and its join tell.
#pragma once

#include "passes/attention.hpp"
#include "passes/bypasses.hpp"

namespace ramus {

// Compares, rounds, selects: the output may jump where the input changes a little.
bool is_conditional(const Graph& graph, NodeId node);

// Of a bypass whose join, operands, nodes and layers are known.
BypassForm find_bypass_form(const Graph& graph, const AttentionCores& attention, const Bypass& bypass);

}  // namespace ramus
