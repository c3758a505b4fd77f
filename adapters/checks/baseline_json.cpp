// Baselines as JSON, schema ramus.baseline/1 (baseline.schema.json says what each field means), written and read.
#include <charconv>

#include "adapters/checks/checks.hpp"
#include "adapters/report/json.hpp"
#include "adapters/report/json_field.hpp"
#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

// 64 bits: more than a number of JSON holds for sure.
std::string hash_to_text(std::uint64_t hash) {
  std::string digits(16, '0');
  char buffer[16];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, hash, 16);
  const auto size = static_cast<std::size_t>(end - buffer);
  return digits.replace(digits.size() - size, size, buffer, size);
}

std::uint64_t read_hash(const Field& field) {
  const std::string text = field.text();
  std::uint64_t hash = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  if (text.size() != 16 || error != std::errc() || end != text.data() + text.size())
    field.fail("must be 16 digits of hex");
  return hash;
}

ReportJson to_json(const ProfiledBranch& branch);
ReportJson to_json(const ProfiledGroup& group);
ReportJson to_json(const ProfiledStream& stream);
ReportJson to_json(const ApprovedScore& score);
ReportJson to_json(const ApprovedContrast& contrast);
ReportJson to_json(const ApprovedMeaning& meaning);
ReportJson to_json(const AcceptedFinding& finding);
ReportJson to_json(const BaselineModel& model);

template <class List>
ReportJson list_to_json(const List& list) {
  ReportJson json = ReportJson::array();
  for (const auto& entry : list) json.push_back(to_json(entry));
  return json;
}

ReportJson to_json(const ProfiledBranch& branch) {
  return {{"name", branch.name},
          {"structure", hash_to_text(branch.structure)},
          {"form", hash_to_text(branch.form)},
          {"operators", branch.operators},
          {"skip", branch.skip},
          {"projection", branch.projection},
          {"widths", branch.widths},
          {"units", branch.units},
          {"parameters", branch.parameters},
          {"kernel", branch.kernel ? ReportJson(*branch.kernel) : ReportJson(nullptr)}};
}

ReportJson to_json(const ProfiledGroup& group) {
  return {{"name", group.name},
          {"kind", name_of(group.kind)},
          {"join", group.join},
          {"closed", group.closed},
          {"structure", hash_to_text(group.structure)},
          {"parent", group.parent ? ReportJson(*group.parent) : ReportJson(nullptr)},
          {"branches", list_to_json(group.branches)}};
}

ReportJson to_json(const ProfiledStream& stream) {
  return {{"name", stream.name}, {"groups", stream.groups}, {"links", stream.links}, {"paths", stream.paths}};
}

ReportJson to_json(const ApprovedScore& score) {
  return {{"group", score.group}, {"basis", score.basis}, {"score", score.score},
          {"p", score.p},         {"units", score.units}, {"standard_error", score.standard_error}};
}

ReportJson to_json(const ApprovedContrast& contrast) {
  return {{"group", contrast.group},
          {"branch", contrast.branch},
          {"feature", contrast.feature},
          {"linearised", contrast.linearised},
          {"auc", contrast.auc},
          {"n", {contrast.units, contrast.others}},
          {"q", contrast.q}};
}

ReportJson to_json(const ApprovedMeaning& meaning) {
  return {{"wiring", meaning.wiring},         {"structure", meaning.structure}, {"feature", meaning.feature},
          {"linearised", meaning.linearised}, {"pearson", meaning.pearson},     {"units", meaning.units}};
}

ReportJson to_json(const AcceptedFinding& finding) {
  return {{"code", finding.code},
          {"fingerprint", finding.fingerprint},
          {"severity", name_of(finding.severity)},
          {"message", finding.message}};
}

ReportJson to_json(const BaselineModel& model) {
  return {{"path", model.path},
          {"digest", model.digest},
          {"groups", list_to_json(model.profile.groups)},
          {"streams", list_to_json(model.profile.streams)},
          {"scores", list_to_json(model.scores)},
          {"contrasts", list_to_json(model.contrasts)},
          {"meanings", list_to_json(model.meanings)},
          {"findings", list_to_json(model.findings)}};
}

std::size_t read_place(const Field& field, std::size_t count, const char* of_what) {
  const auto place = static_cast<std::size_t>(field.count());
  if (place >= count) field.fail(std::string("is the place of no ") + of_what);
  return place;
}

double read_error(const Field& field) {
  const double error = field.number();
  if (error < 0) field.fail("must not be negative");
  return error;
}

BranchKind read_kind(const Field& field) {
  using enum BranchKind;
  const std::string name = field.text();
  for (const BranchKind kind :
       {concat, sum, residual, gate, split, towers, other, grouped, conditional, outputs, heads, experts}) {
    if (name_of(kind) == name) return kind;
  }
  field.fail("is no kind of branches");
}

ProfiledBranch read_branch(const Field& field) {
  ProfiledBranch branch;
  branch.name = field["name"].text();
  branch.structure = read_hash(field["structure"]);
  branch.form = read_hash(field["form"]);
  branch.operators = field["operators"].text();
  branch.skip = field["skip"].flag();
  branch.projection = field["projection"].flag();
  branch.widths = field["widths"].list([](const Field& width) { return width.count(); });
  branch.units = field["units"].count();
  branch.parameters = field["parameters"].count();
  if (field.has("kernel")) {
    const auto sides = field["kernel"].list([](const Field& side) { return side.count(); });
    if (sides.size() != 2) field["kernel"].fail("must be a height and a width");
    branch.kernel = {sides[0], sides[1]};
  }
  return branch;
}

// Parents stand before their children, so that no group lies in itself.
ProfiledGroup read_group(const Field& field, std::size_t before) {
  ProfiledGroup group;
  group.name = field["name"].text();
  group.kind = read_kind(field["kind"]);
  group.join = field["join"].text();
  group.closed = field["closed"].flag();
  group.structure = read_hash(field["structure"]);
  if (field.has("parent")) group.parent = read_place(field["parent"], before, "group before this one");
  group.branches = field["branches"].list(read_branch);
  return group;
}

ProfiledStream read_stream(const Field& field, std::size_t groups) {
  ProfiledStream stream;
  stream.name = field["name"].text();
  stream.groups = field["groups"].list([&](const Field& group) { return read_place(group, groups, "group"); });
  if (stream.groups.empty()) field["groups"].fail("must not be empty");
  stream.links = field["links"].map([](const Field& count) { return static_cast<std::size_t>(count.count()); });
  stream.paths = field["paths"].text();
  return stream;
}

ApprovedScore read_score(const Field& field, std::size_t groups) {
  return {read_place(field["group"], groups, "group"),
          field["basis"].text(),
          field["score"].share(),
          field["p"].share(),
          field["units"].count(),
          read_error(field["standard_error"])};
}

ApprovedContrast read_contrast(const Field& field, const std::vector<ProfiledGroup>& groups) {
  ApprovedContrast contrast;
  contrast.group = read_place(field["group"], groups.size(), "group");
  contrast.branch = read_place(field["branch"], groups[contrast.group].branches.size(), "branch");
  contrast.feature = field["feature"].text();
  contrast.linearised = field["linearised"].flag();
  contrast.auc = field["auc"].share();
  const auto n = field["n"].list([](const Field& units) { return units.count(); });
  if (n.size() != 2 || n[0] == 0 || n[1] == 0) field["n"].fail("must be two numbers of units");
  contrast.units = n[0];
  contrast.others = n[1];
  contrast.q = field["q"].share();
  return contrast;
}

ApprovedMeaning read_meaning(const Field& field) {
  ApprovedMeaning meaning;
  meaning.wiring = field["wiring"].text();
  meaning.structure = field["structure"].text();
  meaning.feature = field["feature"].text();
  meaning.linearised = field["linearised"].flag();
  meaning.pearson = field["pearson"].number();
  if (meaning.pearson < -1 || meaning.pearson > 1) field["pearson"].fail("must lie in [-1, 1]");
  meaning.units = field["units"].count();
  return meaning;
}

BaselineModel read_model(const Field& field) {
  BaselineModel model;
  model.path = field["path"].text();
  model.digest = field["digest"].text();
  std::vector<ProfiledGroup>& groups = model.profile.groups;
  std::size_t place = 0;
  groups = field["groups"].list([&](const Field& group) { return read_group(group, place++); });
  model.profile.streams =
      field["streams"].list([&](const Field& stream) { return read_stream(stream, groups.size()); });
  model.scores = field["scores"].list([&](const Field& score) { return read_score(score, groups.size()); });
  model.contrasts = field["contrasts"].list([&](const Field& contrast) { return read_contrast(contrast, groups); });
  model.meanings = field["meanings"].list(read_meaning);
  model.findings = field["findings"].list([](const Field& finding) {
    const auto severity = severity_from(finding["severity"].text());
    if (!severity) finding["severity"].fail("must be note, warning or error");
    return AcceptedFinding{finding["code"].text(), finding["fingerprint"].text(), *severity, finding["message"].text()};
  });
  return model;
}

Baseline read(const Field& field) {
  if (const std::string schema = field["schema"].text(); schema != kBaselineSchema) {
    field["schema"].fail("is '" + schema + "', not '" + std::string(kBaselineSchema) +
                         "'; ramus check MODELS --write-baseline FILE writes a baseline");
  }
  return {field["tool"]["version"].text(), field["models"].list(read_model)};
}

std::string as_one_line(const std::string& what) {
  constexpr std::size_t kMostBytes = 300;
  return printable(what.size() <= kMostBytes ? what : what.substr(0, kMostBytes) + "...");
}

}  // namespace

Status write_baseline(const Checks& checks, const TextSink& sink) {
  const auto is_checked = [](const CheckedModel& model) { return !model.failure; };
  if (checks.baseline.models.empty() && std::any_of(checks.models.begin(), checks.models.end(), is_checked)) {
    return failure(ErrorKind::usage, "baseline: none was asked for when the models were checked; set makes_baseline");
  }
  ReportJson json{{"schema", kBaselineSchema},
                  {"tool", {{"name", "ramus"}, {"version", checks.baseline.tool_version}}}};
  json["models"] = list_to_json(checks.baseline.models);
  return write_indented(json, sink);
}

Result<Baseline> read_baseline(std::string_view json, std::string name) {
  try {
    const Field::Json parsed = parse_report(json);
    return read(Field(parsed));
  } catch (const WrongField& wrong) {
    return failure(ErrorKind::invalid_input, name + ": " + as_one_line(wrong.what));
  }
}

}  // namespace ramus
