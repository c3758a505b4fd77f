// Features of units, as a user gives them, and the layers that they belong to.
//
//   {"mixed3a": {"curvature": [0.3, 1.2, …]}}      one number for each of the 256 channels of mixed3a
//   channels [0, 64) ──channel flow──▶ units of mixed3a_1x1_pre_relu/conv, [64, 192) ──▶ units of mixed3a_3x3 …
//
// A layer gets a feature where every one of its units has a number; what several channels say of one unit must agree.
#pragma once

#include <string>
#include <vector>

#include "graph/note.hpp"
#include "passes/labels.hpp"
#include "passes/unit_features.hpp"

namespace ramus {

struct UserFeature {
  std::string file;   // for errors
  std::string layer;  // a key, as in labels
  std::string name;
  std::vector<double> values;  // by unit, finite
};

struct PassContext;

// Adds the columns to the layers' features, and layers where there are none yet; notes say of which features nothing is
// used. Errors (usage), each naming the file, the layer and the feature: a layer that names nothing, another count of
// numbers than of units, a name that the layer's features have already.
Status add_user_features(const PassContext& context, const std::vector<UserFeature>& given,
                         std::vector<UnitFeatures>& features, std::vector<Note>& notes);

}  // namespace ramus
