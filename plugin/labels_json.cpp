#include <nlohmann/json.hpp>

#include "plugin/analyze.hpp"

namespace ramus {
namespace {

using Json = nlohmann::ordered_json;

tl::unexpected<Error> usage(const std::string& what) { return failure(ErrorKind::usage, what); }

Result<LabelFamily> read_family(const std::string& where, const std::string& name, const Json& units) {
  LabelFamily family{name, {}};
  if (!units.is_array()) return usage(where + ": family '" + name + "' must be a list of unit numbers");
  for (const Json& unit : units) {
    if (!unit.is_number_integer()) return usage(where + ": family '" + name + "': units must be whole numbers");
    if (unit.is_number_unsigned() && unit.get<std::uint64_t>() > std::uint64_t{1} << 62) {
      return usage(where + ": family '" + name + "': a unit number is out of range");
    }
    family.units.push_back(unit.get<std::int64_t>());
  }
  return family;
}

}  // namespace

Result<LabelsFile> read_labels(std::string_view text, std::string name) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return usage(name + ": is not JSON");
  if (!json.is_object()) return usage(name + ": must be an object of layers");
  LabelsFile file{std::move(name), {}};
  for (const auto& [layer, families] : json.items()) {
    const std::string where = file.path + ": layer '" + layer + "'";
    if (!families.is_object()) return usage(where + ": must be an object of families");
    LayerLabels labels{layer, {}};
    for (const auto& [family, units] : families.items()) {
      auto read = read_family(where, family, units);
      if (!read) return propagate(std::move(read.error()));
      labels.families.push_back(std::move(*read));
    }
    file.layers.push_back(std::move(labels));
  }
  return file;
}

}  // namespace ramus
