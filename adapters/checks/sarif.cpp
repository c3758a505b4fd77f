// SARIF 2.1.0: one run for all models. What GitHub would refuse is left out, the mildest first, and a notification says how
// much (docs.github.com: "SARIF results exceed one or more limits").
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "adapters/checks/checks.hpp"
#include "adapters/checks/finding_text.hpp"
#include "adapters/checks/sarif_parts.hpp"
#include "adapters/pictures/names.hpp"
#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr const char* kSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";
constexpr std::size_t kMostResults = 25'000;
constexpr std::size_t kMostPlaces = 1'000;      // of one result, the first included
constexpr std::size_t kMostSteps = 10'000;      // of all paths of one result
constexpr std::size_t kMostBytes = 10'000'000;  // GitHub counts them after gzip; here before, so that it holds for sure
constexpr std::size_t kForNotes = 1'000;        // bytes that are kept for what says that something is left out
constexpr std::string_view kEnd = "}]}";        // of the run, of all runs, of the log

struct Row {
  const Finding& finding;
  const std::string& path;
  const std::string* reason = nullptr;  // of an ignore
  bool is_accepted = false;

  bool is_told() const { return reason == nullptr && !is_accepted; }
};

// What is told before what is ignored or in the baseline, the most severe first.
std::vector<Row> rows_of(const Checks& checks) {
  std::vector<Row> rows;
  for (const CheckedModel& model : checks.models) {
    for (const Finding& finding : model.findings) rows.push_back({finding, model.path});
  }
  for (const Finding& finding : checks.of_settings) rows.push_back({finding, finding.place.name});
  for (const CheckedModel& model : checks.models) {
    for (const IgnoredFinding& ignored : model.ignored) rows.push_back({ignored.finding, model.path, &ignored.reason});
    for (const Finding& finding : model.accepted) rows.push_back({finding, model.path, nullptr, true});
  }
  std::vector<const Row*> order;
  for (const Row& row : rows) order.push_back(&row);
  std::stable_sort(order.begin(), order.end(), [](const Row* a, const Row* b) {
    return a->is_told() != b->is_told() ? a->is_told() : a->finding.severity > b->finding.severity;
  });
  std::vector<Row> sorted;
  for (const Row* row : order) sorted.push_back(*row);
  return sorted;
}

std::vector<std::string> codes_of(const Checks& checks, const std::vector<Row>& rows) {
  std::set<std::string> codes(checks.rules.begin(), checks.rules.end());
  for (const Row& row : rows) codes.insert(row.finding.code);
  return {codes.begin(), codes.end()};
}

std::string line_of(const ReportJson& json) { return json.dump(-1, ' ', false, ReportJson::error_handler_t::replace); }

class SarifRun {
 public:
  explicit SarifRun(const Checks& checks)
      : checks_(checks), places_(checks), rows_(rows_of(checks)), codes_(codes_of(checks, rows_)) {
    for (const CheckedModel& model : checks.models) has_ignored_ = has_ignored_ || !model.ignored.empty();
  }

  // Each result is a line of its own.
  std::string text() {
    ReportJson log{{"$schema", kSchema}, {"version", "2.1.0"}};
    ReportJson& run = log["runs"].emplace_back();
    run["tool"]["driver"] = {
        {"name", "ramus"}, {"version", checks_.tool_version}, {"semanticVersion", checks_.tool_version}};
    run["tool"]["driver"]["rules"] = sarif_rules(codes_);
    run["artifacts"] = places_.artifacts();
    ReportJson notifications = failures();
    run["invocations"] = ReportJson::array({{{"executionSuccessful", notifications.empty()}}});
    const std::string results = this->results(line_of(log).size() + line_of(notifications).size() + kForNotes);
    say_what_is_left_out(notifications);
    if (!notifications.empty()) run["invocations"][0]["toolExecutionNotifications"] = std::move(notifications);
    std::string text = line_of(log);
    text.resize(text.size() - kEnd.size());
    return text + ",\"results\":[\n" + results + "]" + std::string(kEnd) + "\n";
  }

 private:
  ReportJson failures() {
    ReportJson notifications = ReportJson::array();
    for (const CheckedModel& model : checks_.models) {
      if (!model.failure) continue;
      notifications.push_back({{"level", "error"},
                               {"message", sarif_message(failure_of(model))},
                               {"locations", ReportJson::array({places_.file(model.path)})}});
    }
    return notifications;
  }

  std::string results(std::size_t used) {
    std::string lines;
    std::size_t count = 0;
    for (const Row& row : rows_) {
      const std::string line = line_of(result(row));
      if (count == kMostResults || used + lines.size() + line.size() > kMostBytes) break;
      lines += (count++ == 0 ? "" : ",\n") + line;
    }
    results_left_out_ = rows_.size() - count;
    return lines + (count == 0 ? "" : "\n");
  }

  ReportJson result(const Row& row) {
    const Finding& finding = row.finding;
    const auto rule = std::lower_bound(codes_.begin(), codes_.end(), finding.code) - codes_.begin();
    ReportJson json{{"ruleId", finding.code},
                    {"ruleIndex", rule},
                    {"level", name_of(finding.severity)},
                    {"message", sarif_message(sentence_of(finding))},
                    {"locations", ReportJson::array({places_.place(row.path, finding.place)})}};
    add_related(row, json);
    add_paths(row, json);
    if (!finding.fingerprint.empty()) {  // GitHub tells results apart by the second, which stands for a line of text
      json["partialFingerprints"] = {{"ramusStructure/v1", finding.fingerprint},
                                     {"primaryLocationLineHash", finding.fingerprint}};
    }
    if (checks_.has_baseline) json["baselineState"] = row.is_accepted ? "unchanged" : "new";
    if (has_ignored_) json["suppressions"] = ReportJson::array();  // section 3.27.23: of all results or of none
    if (row.reason != nullptr) {
      json["suppressions"].push_back(
          {{"kind", "external"}, {"status", "accepted"}, {"justification", shown(*row.reason)}});
    }
    for (const Fact& fact : finding.facts) {
      std::visit([&](const auto& value) { json["properties"][fact.name] = value; }, fact.value);
    }
    return json;
  }

  void add_related(const Row& row, ReportJson& json) {
    for (const Place& place : row.finding.related) {
      ReportJson& list = json["relatedLocations"];
      if (list.size() + 1 == kMostPlaces) {
        places_left_out_ += row.finding.related.size() - list.size();
        break;
      }
      ReportJson location = places_.place(row.path, place);
      location["id"] = list.size();
      location["message"] = sarif_message(text_of(place));
      list.push_back(std::move(location));
    }
  }

  void add_paths(const Row& row, ReportJson& json) {
    std::size_t room = kMostSteps;
    for (const PlacePath& path : row.finding.paths) {
      const std::size_t kept = std::min(room, path.steps.size());
      steps_left_out_ += path.steps.size() - kept;
      room -= kept;
      if (kept == 0) continue;
      ReportJson steps = ReportJson::array();
      for (std::size_t i = 0; i < kept; ++i) {
        ReportJson location = places_.place(row.path, path.steps[i]);
        location["message"] = sarif_message(text_of(path.steps[i]));
        steps.push_back({{"location", std::move(location)}});
      }
      ReportJson flow{{"threadFlows", ReportJson::array({{{"locations", std::move(steps)}}})}};
      if (!path.title.empty()) flow["message"] = sarif_message(shown(path.title));
      json["codeFlows"].push_back(std::move(flow));
    }
  }

  void say_what_is_left_out(ReportJson& notifications) const {
    std::vector<std::string> parts;
    if (results_left_out_ > 0) {
      parts.push_back(fmt::format("{} of {} results, the mildest", results_left_out_, rows_.size()));
    }
    if (places_left_out_ > 0) parts.push_back(plural(places_left_out_, "related place", "related places"));
    if (steps_left_out_ > 0) parts.push_back(plural(steps_left_out_, "step of paths", "steps of paths"));
    if (parts.empty()) return;
    const std::string text = fmt::format(
        "left out: {}. A run holds at most {} results and {} bytes here, and a result {} places and {} steps; "
        "`ramus check --format json` has everything",
        fmt::join(parts, "; "), kMostResults, kMostBytes, kMostPlaces, kMostSteps);
    notifications.push_back({{"level", "warning"}, {"message", sarif_message(text)}});
  }

  const Checks& checks_;
  const SarifPlaces places_;
  const std::vector<Row> rows_;
  const std::vector<std::string> codes_;  // ascending
  bool has_ignored_ = false;
  std::size_t results_left_out_ = 0, places_left_out_ = 0, steps_left_out_ = 0;
};

}  // namespace

Status write_sarif(const Checks& checks, const TextSink& sink) { return write_whole(SarifRun(checks).text(), sink); }

}  // namespace ramus
