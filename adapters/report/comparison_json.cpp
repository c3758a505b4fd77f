#include "adapters/report/comparison.hpp"
#include "adapters/report/json.hpp"
#include "passes/profile_table.hpp"

namespace ramus {
namespace {

// The ids are those of the model's own report.
std::string group_id(std::size_t group) { return "g" + std::to_string(group); }
std::string branch_id(std::size_t group, std::size_t branch) { return group_id(group) + ".b" + std::to_string(branch); }

ReportJson named(std::string id, const std::string& name) { return {{"id", std::move(id)}, {"name", name}}; }

// One of two aligned groups, and how their models name things.
struct Side {
  const ModelProfile& model;
  std::size_t place;
  const ProfiledGroup& group() const { return model.groups[place]; }
  ReportJson name() const { return named(group_id(place), group().name); }
  ReportJson branch(std::size_t b) const { return named(branch_id(place, b), group().branches[b].name); }
};

ReportJson branches_to_json(const Side& side, const std::vector<std::size_t>& branches) {
  ReportJson list = ReportJson::array();
  for (const std::size_t b : branches) list.push_back(side.branch(b));
  return list;
}

ReportJson differences_to_json(const std::vector<Difference>& differences, const Side* first) {
  ReportJson list = ReportJson::array();
  for (const Difference& difference : differences) {
    ReportJson json{{"what", difference.what}};
    if (first != nullptr) json["branch"] = difference.branch ? first->branch(*difference.branch) : ReportJson(nullptr);
    json["before"] = difference.before;
    json["after"] = difference.after;
    list.push_back(std::move(json));
  }
  return list;
}

ReportJson basis_to_json(const ComparedBasis& basis) {
  ReportJson json{{"basis", name_of(basis.basis)}, {"layers", basis.layers}, {"columns", basis.columns}};
  json["units"] = {basis.units_a, basis.units_b};
  json["correlation"] = basis.correlation;
  return json;
}

ReportJson profile_to_json(const ComparedProfile& profile) {
  const ProfileAgreement& agreement = profile.agreement;
  ReportJson json = basis_to_json(profile.bases.front());
  json["agreement"] = agreement.agreement;
  json["null"] = {{"permutations", agreement.permutations},
                  {"correlation", agreement.null_correlation},
                  {"p_first", agreement.p_a},
                  {"p_other", agreement.p_b}};
  json["p"] = agreement.p;
  json["q"] = profile.q;
  json["orders"] = profile.orders ? ReportJson(*profile.orders) : ReportJson(nullptr);
  json["beside"] = ReportJson::array();
  for (std::size_t i = 1; i < profile.bases.size(); ++i) json["beside"].push_back(basis_to_json(profile.bases[i]));
  return json;
}

ReportJson aligned_to_json(const ComparedGroup& group, const Side& first, const Side& other) {
  ReportJson json{{"first", first.name()}, {"other", other.name()}};
  json["likeness"] = name_of(group.groups.likeness);
  json["branches"] = ReportJson::array();
  for (const auto& [a, b] : group.branches) {
    json["branches"].push_back({{"first", first.branch(a)}, {"other", other.branch(b)}});
  }
  json["only_first"] = branches_to_json(first, group.only_a);
  json["only_other"] = branches_to_json(other, group.only_b);
  json["differences"] = differences_to_json(group.differences, &first);
  json["holds_differences"] = group.holds_differences;
  json["profile"] = group.profile ? profile_to_json(*group.profile) : ReportJson(nullptr);
  return json;
}

ReportJson groups_to_json(const ModelProfile& model, const std::vector<std::size_t>& places) {
  ReportJson list = ReportJson::array();
  for (const std::size_t place : places) {
    const ProfiledGroup& group = model.groups[place];
    ReportJson json = named(group_id(place), group.name);
    json["kind"] = name_of(group.kind);
    json["branches"] = group.branches.size();
    list.push_back(std::move(json));
  }
  return list;
}

ReportJson streams_to_json(const ModelProfile& model, const std::vector<std::size_t>& places) {
  ReportJson list = ReportJson::array();
  for (const std::size_t place : places) {
    ReportJson json = named("s" + std::to_string(place), model.streams[place].name);
    json["blocks"] = model.streams[place].groups.size();
    list.push_back(std::move(json));
  }
  return list;
}

ReportJson streams_to_json(const StreamDifferences& streams, const ModelProfile& a, const ModelProfile& b) {
  ReportJson json{{"pairs", ReportJson::array()}};
  for (const StreamPair& pair : streams.pairs) {
    json["pairs"].push_back({{"first", named("s" + std::to_string(pair.a), a.streams[pair.a].name)},
                             {"other", named("s" + std::to_string(pair.b), b.streams[pair.b].name)},
                             {"differences", differences_to_json(pair.differences, nullptr)}});
  }
  json["only_first"] = streams_to_json(a, streams.only_a);
  json["only_other"] = streams_to_json(b, streams.only_b);
  return json;
}

ReportJson compared_to_json(std::size_t model, const ComparedModels& compared, const ModelProfile& a,
                            const ModelProfile& b) {
  ReportJson json{{"model", model}};
  json["groups"] = ReportJson::array();
  for (const ComparedGroup& group : compared.groups) {
    json["groups"].push_back(aligned_to_json(group, {a, group.groups.a}, {b, group.groups.b}));
  }
  json["only_first"] = groups_to_json(a, compared.only_a);
  json["only_other"] = groups_to_json(b, compared.only_b);
  json["streams"] = streams_to_json(compared.streams, a, b);
  json["operators"] = ReportJson::array();
  for (const OperatorDifference& difference : compared.operators) {
    json["operators"].push_back({{"op", difference.op}, {"before", difference.before}, {"after", difference.after}});
  }
  return json;
}

ReportJson table_to_json(const ProfileTable& table, const ModelProfile& first) {
  const Side side{first, table.group};
  ReportJson json{{"group", side.name()}, {"basis", name_of(table.basis)}, {"layer", nullptr}};
  if (!table.layer.empty()) json["layer"] = table.layer;
  json["columns"] = ReportJson::array();
  for (const ProfileColumn& column : table.columns) {
    json["columns"].push_back({{"name", column.name}, {"statistic", column.statistic}});
  }
  json["branches"] = ReportJson::array();
  for (std::size_t b = 0; b < table.values.size(); ++b) {
    ReportJson rows = ReportJson::array();
    for (const auto& model : table.values[b]) {
      ReportJson row = ReportJson::array();
      for (const std::optional<double>& value : model) row.push_back(value ? ReportJson(*value) : ReportJson(nullptr));
      rows.push_back(std::move(row));
    }
    json["branches"].push_back({{"branch", side.branch(b)}, {"values", std::move(rows)}});
  }
  return json;
}

ReportJson to_json(const Comparison& comparison) {
  ReportJson json{{"schema", kComparisonSchema}};
  json["tool"] = {{"name", "ramus"}, {"version", comparison.tool_version}};
  json["options"] = comparison.options;
  json["models"] = ReportJson::array();
  for (std::size_t m = 0; m < comparison.models.size(); ++m) {
    ReportJson model = model_to_json(comparison.models[m]);
    model["groups"] = comparison.profiles[m].groups.size();
    model["streams"] = comparison.profiles[m].streams.size();
    model["notes"] = notes_to_json(comparison.notes[m]);
    json["models"].push_back(std::move(model));
  }
  json["comparisons"] = ReportJson::array();
  const ModelProfile& first = comparison.profiles.front();
  for (std::size_t m = 0; m < comparison.against_first.size(); ++m) {
    json["comparisons"].push_back(
        compared_to_json(m + 1, comparison.against_first[m], first, comparison.profiles[m + 1]));
  }
  json["profiles"] = ReportJson::array();
  for (const ProfileTable& table : make_profile_tables(comparison.profiles, comparison.against_first)) {
    json["profiles"].push_back(table_to_json(table, first));
  }
  return json;
}

}  // namespace

Status write_comparison_json(const Comparison& comparison, const TextSink& sink) {
  return write_indented(to_json(comparison), sink);
}

}  // namespace ramus
