// What was approved: how the models were built, what their branches had specialised on, and which findings were known.
//
//   approved.json   schema ramus.baseline/1     models: [{path, groups, streams, scores, contrasts, meanings, findings}]
//
// Small: neither a weight nor a list of nodes. Groups are found again by how they are built (passes/group_alignment.hpp),
// whatever became of names.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/result.hpp"
#include "passes/model_profile.hpp"
#include "plugin/build_report.hpp"
#include "plugin/check/finding.hpp"
#include "plugin/check/node_structures.hpp"

namespace ramus {

inline constexpr std::string_view kBaselineSchema = "ramus.baseline/1";

// Of a group: adjusted mutual information of branches and families, or poles of factors.
struct ApprovedScore {
  std::size_t group = 0;  // in BaselineModel::profile.groups
  std::string basis;      // "labels" or "factors"
  double score = 0;       // in [0, 1]
  double p = 1;
  std::int64_t units = 0;
  double standard_error = 0;  // by leaving out one unit after the other (jackknife)
  friend bool operator==(const ApprovedScore&, const ApprovedScore&) = default;
};

// A feature by which the first layer of a branch differed from the others.
struct ApprovedContrast {
  std::size_t group = 0, branch = 0;
  std::string feature;
  bool linearised = false;
  double auc = 0.5;                    // in [0, 1]; Mann-Whitney
  std::int64_t units = 0, others = 0;  // of the branch, of all other branches
  double q = 1;
  friend bool operator==(const ApprovedContrast&, const ApprovedContrast&) = default;
};

// A feature that named factors of a wiring, and how well it explained the one that follows it most.
struct ApprovedMeaning {
  std::string wiring;     // id, from layer to layer with what part of them: "conv1->conv2", "dense->rnn.Wi"
  std::string structure;  // hash of what the two layers compute, without names and weights (structural_hash.hpp)
  std::string feature;
  bool linearised = false;
  double pearson = 0;  // in [-1, 1]
  std::int64_t units = 0;
  friend bool operator==(const ApprovedMeaning&, const ApprovedMeaning&) = default;
};

struct AcceptedFinding {
  std::string code, fingerprint;
  Severity severity = Severity::note;  // what has become worse since is told again
  std::string message;
  friend bool operator==(const AcceptedFinding&, const AcceptedFinding&) = default;
};

struct BaselineModel {
  std::string path, digest;
  ModelProfile profile;  // without samples, and without counts of operators
  std::vector<ApprovedScore> scores;
  std::vector<ApprovedContrast> contrasts;
  std::vector<ApprovedMeaning> meanings;
  std::vector<AcceptedFinding> findings;
};

struct Baseline {
  std::string tool_version;
  std::vector<BaselineModel> models;

  // The model of that path. Where one model was approved and `is_only` one is checked: that, whatever its path.
  const BaselineModel* find(std::string_view path, bool is_only) const;
};

// How a model is built, as far as a baseline keeps it. Its groups are those of the report, in that order.
ModelProfile structure_of_model(std::span<const AnalysedGraph> graphs);

// What of an analysed model is approved; without findings. Scores and contrasts that were not more than chance (p, q above
// 0.05) are left out, and so are features that named no factor: nothing can be lost of them.
Result<BaselineModel> describe_for_baseline(std::span<const AnalysedGraph> graphs, const NodeStructures& nodes,
                                            const Report& report);

// By ReportFactors of the report: ApprovedMeaning::structure of that wiring.
Result<std::vector<std::string>> structures_of_wirings(const NodeStructures& nodes, const Report& report);

// Errors (invalid_input), beginning with `name`: not JSON, another schema, a field that is missing or of another type.
Result<Baseline> read_baseline(std::string_view json, std::string name);

}  // namespace ramus
