// Checks of models: the rules that are selected, over each, without what is ignored or was accepted before.
//
//   bytes ──analyse──▶ graphs, report ──rules──▶ findings ──ignores, baseline──▶ CheckedModel ──▶ text, SARIF, JUnit …
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "plugin/analyze.hpp"
#include "plugin/check/baseline.hpp"
#include "plugin/check/finding.hpp"
#include "plugin/check/settings.hpp"

namespace ramus {

struct IgnoredFinding {
  Finding finding;
  std::string reason;  // of the settings
};

struct CheckedModel {
  std::string path;                    // as given
  std::optional<std::string> failure;  // why it could not be checked: then nothing below is filled
  std::string digest;                  // "sha256:…" of the bytes without "ramus." entries
  std::vector<Finding> findings;       // by code, then in the model's order
  std::vector<IgnoredFinding> ignored;
  std::vector<Finding> accepted;   // that the baseline holds as well
  std::vector<std::string> rules;  // codes of those that ran
};

struct Checks {
  std::string tool_version;
  Severity fail_on = Severity::error;
  bool has_baseline = false;       // that models were compared with
  std::vector<std::string> rules;  // codes of those that ran on some model, ascending
  std::vector<CheckedModel> models;
  std::vector<Finding> of_settings;  // ignores without effect
  Baseline baseline;                 // of these models, as they would be approved
};

// Of all models and of the settings, at or above a severity.
std::size_t count_findings(const Checks& checks, Severity least);

// Checks one model after the other, and keeps what was found, not the models.
struct CheckRequest {
  CheckSettings settings;
  std::optional<Baseline> approved;
  AnalyzeOptions analysis;      // its passes are those that the rules need
  bool makes_baseline = false;  // fills Checks::baseline, for which more passes run
  std::size_t models = 1;       // that will be checked
};

// Errors (usage): a pass option that does not exist; all rules are ignored, or need a baseline that was not given.
Status check_request(const CheckRequest& request);

class Checker {
 public:
  explicit Checker(CheckRequest request);

  // Errors: invalid_input where the model cannot be analysed, which then stands in the checks with that failure (so does one
  // of several models that labels or features do not fit); usage, cancelled, internal.
  Status check(const WireModel& model, const Host& host);
  void add_failure(std::string path, std::string why);

  // Of all models so far.
  const Checks& checks() const { return checks_; }

 private:
  void settle(std::vector<Finding> findings, const BaselineModel* approved, CheckedModel& checked);
  void tell_unused_ignores();

  const CheckRequest request_;
  Checks checks_;
  struct IgnoreUse {
    bool could_have = false;  // a rule that it is about ran on a model that it is about
    bool has_effect = false;
  };
  std::vector<IgnoreUse> uses_;  // by ignore of the settings
};

}  // namespace ramus
