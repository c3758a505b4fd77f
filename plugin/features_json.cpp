#include <cmath>
#include <nlohmann/json.hpp>

#include "plugin/user_features.hpp"

namespace ramus {
namespace {

using Json = nlohmann::ordered_json;

tl::unexpected<Error> usage(const std::string& what) { return failure(ErrorKind::usage, what); }

}  // namespace

Result<std::vector<UserFeature>> read_features_json(std::string_view text, const std::string& name) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return usage(name + ": is not JSON");
  if (!json.is_object()) return usage(name + ": must be an object of layers");
  std::vector<UserFeature> all;
  for (const auto& [layer, features] : json.items()) {
    const std::string where = name + ": layer '" + layer + "'";
    if (!features.is_object()) return usage(where + ": must be an object of features");
    for (const auto& [feature, numbers] : features.items()) {
      const std::string which = where + ": feature '" + feature + "'";
      if (!numbers.is_array()) return usage(which + ": must be a list of one number for each unit");
      UserFeature read{name, layer, feature, {}};
      for (const Json& number : numbers) {
        if (!number.is_number() || !std::isfinite(number.get<double>())) {
          return usage(which + ": unit " + std::to_string(read.values.size()) + ": must be a finite number");
        }
        read.values.push_back(number.get<double>());
      }
      all.push_back(std::move(read));
    }
  }
  return all;
}

}  // namespace ramus
