#include "adapters/report/json.hpp"

namespace ramus {
namespace {

ReportJson entry_to_json(const ReportLatent& entry) {
  const CoClustering& clustering = entry.clustering;
  ReportJson json = wiring_to_json(entry);
  json["rows"] = clustering.outputs.size();
  json["columns"] = clustering.inputs.size();
  json["status"] = name_of(clustering.status);
  json["branches"] = clustering.groups;
  json["n_cut"] = clustering.n_cut;
  json["gap"] = clustering.gap;
  json["energy"] = clustering.energy;
  json["p"] = clustering.p;
  json["null"] = {{"method", "permutation"},
                  {"n_cut", clustering.null_n_cut},
                  {"energy", clustering.null_energy},
                  {"permutations", clustering.permutations}};
  json["saved"] = clustering.saved;
  json["lost"] = 1 - clustering.energy;
  json["assignment"] = {{"from", clustering.inputs}, {"to", clustering.outputs}};
  return json;
}

}  // namespace

ReportJson latent_to_json(const Report& report) {
  ReportJson list = ReportJson::array();
  for (const ReportLatent& entry : report.latent) list.push_back(entry_to_json(entry));
  return list;
}

}  // namespace ramus
