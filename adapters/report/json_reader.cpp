// A written report back into a Report, as far as annotations need it: digest, options, groups, scores, assignments.
#include <nlohmann/json.hpp>

#include "plugin/report_formats.hpp"

namespace ramus {
namespace {

using Json = nlohmann::ordered_json;

// Thrown inside this file only; read_report_json turns it into a Result.
struct WrongField {
  std::string what;
};

// A place in the report that knows its path, so that errors can say where they are.
class Field {
 public:
  Field(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  Field operator[](const char* key) const {
    const auto found = json_.is_object() ? json_.find(key) : json_.end();
    if (!json_.is_object() || found == json_.end()) throw WrongField{name(key) + ": is missing"};
    return {*found, name(key)};
  }
  bool has(const char* key) const { return json_.is_object() && json_.contains(key) && !json_.at(key).is_null(); }

  std::string text() const {
    if (!json_.is_string()) throw WrongField{path_ + ": must be a string"};
    return json_.get<std::string>();
  }
  bool flag() const {
    if (!json_.is_boolean()) throw WrongField{path_ + ": must be true or false"};
    return json_.get<bool>();
  }
  std::int64_t integer() const {
    const bool fits = json_.is_number_integer() &&
                      !(json_.is_number_unsigned() && json_.get<std::uint64_t>() > std::uint64_t{1} << 62);
    if (!fits) throw WrongField{path_ + ": must be a whole number"};
    return json_.get<std::int64_t>();
  }
  std::uint32_t index() const {
    const std::int64_t value = integer();
    if (value < 0 || value >= std::int64_t{1} << 32) throw WrongField{path_ + ": is no index"};
    return static_cast<std::uint32_t>(value);
  }
  double number() const {
    if (!json_.is_number()) throw WrongField{path_ + ": must be a number"};
    return json_.get<double>();
  }
  // Applies `read` to every element of a list.
  template <class Read>
  auto list(Read read) const {
    if (!json_.is_array()) throw WrongField{path_ + ": must be a list"};
    std::vector<decltype(read(*this))> out;
    for (std::size_t i = 0; i < json_.size(); ++i) {
      out.push_back(read(Field(json_[i], path_ + "[" + std::to_string(i) + "]")));
    }
    return out;
  }
  std::map<std::string, std::string> texts() const {
    if (!json_.is_object()) throw WrongField{path_ + ": must be an object"};
    std::map<std::string, std::string> out;
    for (const auto& [key, value] : json_.items()) out[key] = Field(value, name(key)).text();
    return out;
  }

 private:
  std::string name(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

  const Json& json_;
  std::string path_;
};

std::string text(const Field& field) { return field.text(); }

ReportBranch read_branch(const Field& field) {
  ReportBranch branch;
  branch.id = field["id"].text();
  branch.name = field["name"].text();
  const auto names = field["nodes"].list(text);
  const auto indices = field["node_indices"].list([](const Field& index) { return index.index(); });
  if (names.size() != indices.size())
    throw WrongField{"branch " + branch.id + ": nodes and node_indices differ in length"};
  for (std::size_t i = 0; i < names.size(); ++i) branch.nodes.push_back({names[i], indices[i]});
  branch.skip = field["skip"].flag();
  branch.projection = field["projection"].flag();
  if (field.has("first_layer")) {
    branch.first_layer = ReportNode{field["first_layer"]["node"].text(), field["first_layer"]["index"].index()};
  }
  return branch;
}

ReportGroup read_group(const Field& field) {
  ReportGroup group;
  group.id = field["id"].text();
  group.name = field["name"].text();
  group.kind = field["kind"].text();
  if (field.has("graph")) group.graph = field["graph"].text();
  group.join = {field["join"]["node"].text(), field["join"]["index"].index()};
  group.join_op = field["join"]["op"].text();
  group.fork_value = field["fork"]["value"].text();
  if (field["fork"].has("node"))
    group.fork_node = ReportNode{field["fork"]["node"].text(), field["fork"]["index"].index()};
  group.closed = field["closed"].flag();
  if (field.has("parent")) group.parent = field["parent"].text();
  group.branches = field["branches"].list(read_branch);
  return group;
}

std::vector<UnitAssignment> read_assignment(const Field& field, std::int64_t units) {
  constexpr std::int64_t kMostUnits = 1 << 20;
  if (units < 0 || units > kMostUnits) throw WrongField{"factors: an impossible number of units"};
  std::vector<UnitAssignment> all(static_cast<std::size_t>(units));
  field.list([&](const Field& entry) {
    const std::uint32_t unit = entry["unit"].index();
    if (unit >= all.size()) throw WrongField{"factors: a unit beyond the layer"};
    all[unit].factor = entry["factor"].index();
    all[unit].pole = entry["pole"].integer() < 0 ? -1 : 1;
    return unit;
  });
  return all;
}

ReportFactors read_factors(const Field& field) {
  ReportFactors factors;
  factors.id = field["id"].text();
  if (field.has("graph")) factors.graph = field["graph"].text();
  factors.from_weight = field["from_weight"].text();
  factors.columns = field["columns"].integer();
  factors.factors.null.significant = field["significant"].index();
  factors.factors.inputs = read_assignment(field["assignment"]["from"], factors.columns);
  factors.meaning = field["meaning"].list([](const Field& entry) {
    FactorMeaning meaning;
    meaning.factor = entry["factor"].index();
    meaning.feature = entry["feature"].text();
    meaning.named = entry["named"].flag();
    return meaning;
  });
  return factors;
}

BranchSpecialization read_branch_specialization(const Field& field) {
  BranchSpecialization branch;
  if (field.has("score")) branch.score = field["score"].number();
  branch.enrichment = field["enrichment"].list([](const Field& entry) {
    FamilyEnrichment cell;
    cell.family = entry["family"].text();
    cell.test.p = entry["p"].number();
    cell.q = entry["q"].number();
    return cell;
  });
  branch.features = field["features"].list([](const Field& entry) {
    FeatureContrast contrast;
    contrast.feature = entry["feature"].text();
    contrast.test.auc = entry["auc"].number();
    contrast.test.p = entry["p"].number();
    contrast.q = entry["q"].number();
    return contrast;
  });
  return branch;
}

ReportSpecialization read_specialization(const Field& field) {
  ReportSpecialization specialization;
  specialization.group = field["group"].text();
  if (field.has("score")) {
    SpecializationScore score;
    score.score = field["score"].number();
    score.basis = field["basis"].text();
    score.p = field["p"].number();
    specialization.values.score = std::move(score);
  }
  specialization.branches = field["branches"].list([](const Field& branch) { return branch["branch"].text(); });
  specialization.values.branches = field["branches"].list(read_branch_specialization);
  return specialization;
}

Report read(const Field& field) {
  if (field["schema"].text() != kReportSchema) {
    throw WrongField{"schema: is '" + field["schema"].text() + "', not '" + std::string(kReportSchema) + "'"};
  }
  Report report;
  report.tool_version = field["tool"]["version"].text();
  report.options = field["options"].texts();
  report.model.digest = field["model"]["digest"].text();
  report.groups = field["groups"].list(read_group);
  report.factors = field["factors"].list(read_factors);
  report.specialization = field["specialization"].list(read_specialization);
  return report;
}

}  // namespace

Result<Report> read_report_json(std::string_view json) {
  const Json parsed = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) return invalid_input("is not JSON");
  try {
    return read(Field(parsed, ""));
  } catch (const WrongField& wrong) {
    return invalid_input("is no report: " + wrong.what);
  }
}

}  // namespace ramus
