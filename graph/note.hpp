// Something worth saying that is not an error: what was skipped, left out or could not be judged.
#pragma once

#include <string>

namespace ramus {

struct Note {
  std::string where;  // what it is about: a graph, node or weight of the model; may be empty for the whole model
  std::string code;   // a short stable word that programs can match
  std::string text;   // one sentence for a person
  bool beyond_limits = false;  // something asked for more than Limits allow, and what was found is not all there is
};

}  // namespace ramus
