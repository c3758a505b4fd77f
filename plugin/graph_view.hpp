// What a pass of a host in C sees and says: ramus_graph_view and ramus_notes, whose functions ramus.h declares.
#pragma once

#include "plugin/host_pass.hpp"
#include "plugin/ramus.h"

namespace ramus {

// Names are copied; `user` and `run` are called as long as the pass is kept. Errors (usage): no name, nothing to run, a
// struct_size of no version.
Result<HostPass> host_pass_from(const ramus_pass* given);

}  // namespace ramus
