// Features of units from a user's files.
//
//   JSON   {"layer": {"feature": [one number for each unit]}}
//   .npy   units x features, or one number for each unit; of a layer that is named beside the file. The features have the
//          file's name: curvature.npy gives "curvature", with several columns "curvature.0", "curvature.1" …
//
// Errors (usage), one line each that begins with `name`: what is not of this form, and where. Nothing is allocated by a
// number that the bytes only claim.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "passes/user_features.hpp"

namespace ramus {

Result<std::vector<UserFeature>> read_features_json(std::string_view text, const std::string& name);

// NumPy's format, versions 1 to 3: floating and whole numbers of 1 to 8 bytes, either byte order, C or Fortran order.
Result<std::vector<UserFeature>> read_features_npy(std::string_view bytes, const std::string& name,
                                                   const std::string& layer);

}  // namespace ramus
