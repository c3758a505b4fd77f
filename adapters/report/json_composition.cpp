#include "adapters/report/json.hpp"

namespace ramus {

ReportJson composition_to_json(const std::vector<ComposedPair>& pairs) {
  ReportJson list = ReportJson::array();
  for (const ComposedPair& pair : pairs) {
    const Composition& numbers = pair.composition;
    ReportJson json{{"kind", name_of(pair.kind)}, {"from_block", pair.from}, {"to_block", pair.to}};
    if (pair.from_head) json["from_head"] = *pair.from_head;
    if (pair.to_head) json["to_head"] = *pair.to_head;
    json["link"] = name_of(pair.link);
    json["via"] = pair.via;
    json["size"] = numbers.size;
    json["size_centred"] = numbers.size_centred;
    json["score"] = numbers.score;
    json["baseline"] = numbers.baseline;
    json["excess"] = numbers.score - numbers.baseline;
    json["z"] = numbers.z;
    json["p"] = numbers.p;
    json["q"] = pair.q;
    json["test"] = {{"name", "rotation"}, {"n", numbers.units}};
    if (pair.written > 0) {
      json["subspaces"] = {{"written", pair.written},
                           {"read", pair.read},
                           {"overlap", pair.overlap},
                           {"by_chance", pair.overlap_by_chance}};
    }
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace ramus
