#include "adapters/report/json.hpp"

namespace ramus {
namespace {

ReportJson permuted_to_json(const PermutedQ& test) {
  ReportJson json{{"mean", test.mean}, {"sd", test.sd}};
  json["z"] = test.z ? ReportJson(*test.z) : ReportJson(nullptr);
  json["p"] = test.p;
  return json;
}

ReportJson members_to_json(const StreamCommunities& found) {
  ReportJson list = ReportJson::array();
  for (const StreamCommunities::Member& member : found.members) {
    ReportJson json{{"block", member.block}};
    if (member.head) json["head"] = *member.head;
    json["community"] = member.community;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

ReportJson communities_to_json(const std::vector<StreamCommunities>& all) {
  ReportJson list = ReportJson::array();
  for (const StreamCommunities& found : all) {
    ReportJson json{{"of", name_of(found.of)}, {"k", found.k}};
    json["members"] = members_to_json(found);
    json["pairs"] = found.pairs;
    json["edges"] = found.edges;
    json["newman_q"] = found.q;
    json["null"] = {{"permutations", found.permutations},
                    {"any_order", permuted_to_json(found.any_order)},
                    {"by_distance", permuted_to_json(found.by_distance)}};
    json["stability"] = found.stability;
    json["runs"] = found.runs;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace ramus
