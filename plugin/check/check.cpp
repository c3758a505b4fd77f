#include "plugin/check/check.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "passes/registry.hpp"
#include "plugin/analysed_model.hpp"
#include "plugin/check/changes.hpp"
#include "plugin/check/fingerprints.hpp"
#include "plugin/check/rule.hpp"
#include "plugin/check/rules/rules.hpp"
#include "plugin/structural_hash.hpp"
#include "plugin/version.hpp"

namespace ramus {
namespace {

// What a baseline keeps.
constexpr std::array<std::string_view, 4> kBaselinePasses{"branch-tree", "residual-streams", "factors",
                                                          "specialization"};

std::vector<std::string> passes_for(const std::vector<std::string>& codes, const CheckRequest& request) {
  std::set<std::string_view> passes{"branch-tree"};  // places are named by it
  for (const std::string& code : codes) {
    const Rule& rule = *find_rule(code);
    if (rule.needs_baseline && !request.approved) continue;
    passes.insert(rule.passes.begin(), rule.passes.end());
  }
  if (request.makes_baseline) passes.insert(kBaselinePasses.begin(), kBaselinePasses.end());
  return {passes.begin(), passes.end()};
}

RuleOptions options_of(const std::string& code, const Selection& selection) {
  RuleOptions options(code);
  if (const auto settings = selection.rules.find(code); settings != selection.rules.end()) {
    for (const auto& [option, value] : settings->second.options) options.set(option, value);
  }
  return options;
}

// Of a finding: what the settings say of its rule. What is milder than the rule usually is, since it is known to be harmless
// or says what could not be compared, is not raised by that.
Severity severity_of(const Rule& rule, const Selection& selection, Severity own) {
  const auto settings = selection.rules.find(rule.code);
  if (settings == selection.rules.end() || !settings->second.severity) return own;
  return own < rule.severity ? std::min(own, *settings->second.severity) : *settings->second.severity;
}

// What one rule finds, under its code and the severity that was asked for.
Result<std::vector<Finding>> run_rule(const Rule& rule, const Selection& selection, const RuleContext& context) {
  auto findings = rule.run(context);
  if (!findings) return propagate(std::move(findings.error()), rule.code);
  for (Finding& finding : *findings) {
    finding.code = rule.code;
    finding.severity = severity_of(rule, selection, finding.severity);
  }
  return findings;
}

// Of a rule that the checker answers itself.
Finding finding_of(const Rule& rule, const Selection& selection, std::string message) {
  Finding finding;
  finding.code = rule.code;
  finding.severity = severity_of(rule, selection, rule.severity);
  finding.message = std::move(message);
  return finding;
}

Result<std::vector<Finding>> run_rules(const RulesOfModel& rules, const WireModel& model, const AnalysedModel& analysed,
                                       const NodeStructures& structures, const BaselineModel* approved,
                                       std::uint64_t seed, const Host& host) {
  const bool compares = std::any_of(rules.codes.begin(), rules.codes.end(),
                                    [](const std::string& code) { return find_rule(code)->needs_baseline; });
  std::optional<SinceBaseline> since;
  if (approved != nullptr && compares) {
    auto compared = compare_with_baseline(*approved, analysed.graphs, host.cancelled);
    if (!compared) return propagate(std::move(compared.error()));
    since.emplace(std::move(*compared));
  }
  std::vector<Finding> all;
  for (const std::string& code : rules.codes) {
    const Rule& rule = *find_rule(code);
    if (rule.run == nullptr || (rule.needs_baseline && !since)) continue;
    if (host.cancelled()) return failure(ErrorKind::cancelled, "cancelled");
    host.log("rule " + code);
    const RuleOptions options = options_of(code, rules.selection);
    auto findings = run_rule(rule, rules.selection,
                             {model, analysed.graphs, analysed.report, options, structures, since ? &*since : nullptr,
                              seed, host.cancelled});
    if (!findings) return propagate(std::move(findings.error()));
    std::move(findings->begin(), findings->end(), std::back_inserter(all));
  }
  return all;
}

bool runs(const std::vector<std::string>& codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Whether a rule that is selected says something here: to compare, it needs what was approved.
bool can_say_something(const Rule& rule, const CheckRequest& request, bool is_compared) {
  if (&rule == &kNotInBaseline) return request.approved.has_value();
  if (&rule == &kUnusedIgnore) return !request.settings.ignores.empty();
  return !rule.needs_baseline || is_compared;
}

}  // namespace

std::size_t count_findings(const Checks& checks, Severity least) {
  const auto count = [least](const std::vector<Finding>& findings) {
    return static_cast<std::size_t>(std::count_if(
        findings.begin(), findings.end(), [least](const Finding& finding) { return finding.severity >= least; }));
  };
  std::size_t all = count(checks.of_settings);
  for (const CheckedModel& model : checks.models) all += count(model.findings);
  return all;
}

Status check_request(const CheckRequest& request) {
  PassOptions options(all_passes());
  for (const std::string& setting : request.analysis.settings) {
    if (auto status = options.set(setting); !status) return status;
  }
  const std::vector<std::string> codes = rules_for_any(request.settings);
  const bool any = std::any_of(codes.begin(), codes.end(), [&](const std::string& code) {
    return can_say_something(*find_rule(code), request, request.approved.has_value());
  });
  if (any || request.makes_baseline) return {};
  return failure(ErrorKind::usage, "no rule is left to run; select some that need no baseline, or give one");
}

Checker::Checker(CheckRequest request) : request_(std::move(request)), uses_(request_.settings.ignores.size()) {
  checks_.tool_version = version();
  checks_.fail_on = request_.settings.fail_on;
  checks_.has_baseline = request_.approved.has_value();
  checks_.baseline.tool_version = version();
}

void Checker::add_failure(std::string path, std::string why) {
  CheckedModel& checked = checks_.models.emplace_back();
  checked.path = std::move(path);
  checked.failure = std::move(why);
}

Status Checker::check(const WireModel& model, const Host& host) {
  const RulesOfModel rules = rules_for(request_.settings, model.label());
  AnalyzeOptions options = request_.analysis;
  options.passes = passes_for(rules.codes, request_);
  auto analysed = arena_of(options.threads).execute([&]() -> Result<AnalysedModel> {
    auto graphs = analyse_graphs(model, options, host);
    if (graphs) add_to_report(graphs->graphs, graphs->report);
    return graphs;
  });
  if (!analysed) {
    Error error = std::move(analysed.error());
    // Labels that fit one of several models and not this one say nothing against the others.
    const bool has_labels = request_.analysis.labels || !request_.analysis.features.empty();
    if (error.kind == ErrorKind::usage && has_labels && request_.models > 1) error.kind = ErrorKind::invalid_input;
    if (error.kind == ErrorKind::invalid_input) add_failure(model.label(), error.message);
    return propagate(std::move(error));
  }

  const BaselineModel* approved =
      request_.approved ? request_.approved->find(model.label(), request_.models == 1) : nullptr;
  const auto structures = NodeStructures::of(analysed->graphs, host.cancelled);
  if (!structures) return propagate(Error(structures.error()));
  auto findings = arena_of(options.threads).execute([&] {
    return run_rules(rules, model, *analysed, *structures, approved, options.seed, host);
  });
  if (!findings) return propagate(std::move(findings.error()));
  if (request_.approved && approved == nullptr && runs(rules.codes, kNotInBaseline.code)) {
    findings->push_back(finding_of(kNotInBaseline, rules.selection,
                                   "the baseline holds no model of this path, so nothing was compared with it"));
  }
  if (auto status = fill_fingerprints(*structures, analysed->report, *findings); !status) return status;

  CheckedModel checked;
  checked.path = model.label();
  checked.digest = analysed->report.model.digest;
  std::copy_if(rules.codes.begin(), rules.codes.end(), std::back_inserter(checked.rules), [&](const std::string& code) {
    return can_say_something(*find_rule(code), request_, approved != nullptr);
  });
  settle(std::move(*findings), approved, checked);
  if (request_.makes_baseline) {
    auto described = describe_for_baseline(analysed->graphs, *structures, analysed->report);
    if (!described) return propagate(std::move(described.error()));
    BaselineModel& kept = checks_.baseline.models.emplace_back(std::move(*described));
    for (const auto* list : {&checked.findings, &checked.accepted}) {
      for (const Finding& finding : *list) {
        if (find_rule(finding.code)->needs_baseline) continue;  // what changed is approved by being there
        kept.findings.push_back({finding.code, finding.fingerprint, finding.severity, finding.message});
      }
    }
  }
  std::vector<std::string> all_rules;
  std::set_union(checks_.rules.begin(), checks_.rules.end(), checked.rules.begin(), checked.rules.end(),
                 std::back_inserter(all_rules));
  checks_.rules = std::move(all_rules);
  checks_.models.push_back(std::move(checked));
  tell_unused_ignores();
  return {};
}

// Where each finding goes: to those that are ignored, that were accepted, or that are told.
void Checker::settle(std::vector<Finding> findings, const BaselineModel* approved, CheckedModel& checked) {
  const std::vector<Ignore>& ignores = request_.settings.ignores;
  for (std::size_t i = 0; i < ignores.size(); ++i) {
    for (const std::string& code : checked.rules) {
      if (speaks_of(ignores[i], checked.path, code)) uses_[i].could_have = true;
    }
  }
  for (Finding& finding : findings) {
    const Ignore* ignored = nullptr;
    for (std::size_t i = 0; i < ignores.size(); ++i) {
      if (!speaks_of(ignores[i], checked.path, finding)) continue;
      uses_[i].has_effect = true;
      if (ignored == nullptr) ignored = &ignores[i];
    }
    const bool is_accepted =
        approved != nullptr &&
        std::any_of(approved->findings.begin(), approved->findings.end(), [&](const AcceptedFinding& accepted) {
          return accepted.code == finding.code && accepted.fingerprint == finding.fingerprint &&
                 finding.severity <= accepted.severity;
        });
    if (ignored != nullptr) {
      checked.ignored.push_back({std::move(finding), ignored->reason});
    } else {
      (is_accepted ? checked.accepted : checked.findings).push_back(std::move(finding));
    }
  }
}

// An ignore may yet have an effect on the next model, so that this is told anew after each.
void Checker::tell_unused_ignores() {
  checks_.of_settings.clear();
  if (!runs(checks_.rules, kUnusedIgnore.code)) return;
  for (std::size_t i = 0; i < uses_.size(); ++i) {
    if (uses_[i].has_effect || !uses_[i].could_have) continue;
    const Ignore& ignore = request_.settings.ignores[i];
    std::string about = ignore.code;
    if (!ignore.where.empty()) about += " at '" + ignore.where + "'";
    Finding& finding = checks_.of_settings.emplace_back(
        finding_of(kUnusedIgnore, request_.settings.selection,
                   "the ignore of " + about + " (" + ignore.reason +
                       ") matches no finding any more; remove it, or widen its patterns"));
    finding.place = {PlaceKind::settings, "", request_.settings.source};
    const std::vector<std::string> words{finding.code, ignore.code, ignore.where, std::to_string(i)};
    finding.fingerprint = hash_of(words).value_or("");
  }
}

}  // namespace ramus
