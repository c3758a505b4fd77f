// What a pass is: a pure function from a Graph, and the facts found so far, to new facts; one row of the table in
// registry.cpp says everything else about it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/limits.hpp"
#include "graph/note.hpp"
#include "graph/patch.hpp"
#include "passes/analyses.hpp"
#include "passes/branch_group.hpp"
#include "passes/branch_tree.hpp"
#include "passes/communities.hpp"
#include "passes/composition.hpp"
#include "passes/factors.hpp"
#include "passes/labels.hpp"
#include "passes/latent_branches.hpp"
#include "passes/modularity.hpp"
#include "passes/options.hpp"
#include "passes/residual_streams.hpp"
#include "passes/specialization.hpp"
#include "passes/unit_features.hpp"
#include "passes/user_features.hpp"

namespace ramus {

// Typed facts; each pass fills its own.
struct Findings {
  std::optional<Patch> patch;  // rewrites only
  std::vector<BranchGroup> groups;
  std::optional<BranchTree> tree;
  std::vector<ResidualStream> streams;
  std::vector<UnitFeatures> features;
  std::vector<Factorization> factors;
  std::vector<LatentBranches> latent;
  std::vector<StreamComposition> composition;
  std::vector<StreamCommunities> communities;
  std::vector<GroupSpecialization> specialization;
  std::vector<PartitionModularity> modularity;
  std::vector<Note> notes;

  void append(Findings more);  // everything but the patch
};

inline constexpr std::int64_t kNewestOpset = std::numeric_limits<std::int64_t>::max();  // operators as they are today

struct PassContext {
  const Graph& graph;
  const Analyses& analyses;
  const Findings& found;  // by the passes before, on the same graph
  const PassOptions& options;
  const Limits& limits;
  const LabelsFile* labels = nullptr;                  // nullptr: none were given
  const std::vector<UserFeature>* features = nullptr;  // nullptr: none were given
  bool is_body = false;                                // of an If, Loop or Scan
  std::uint64_t seed = 0;
  std::int64_t opset = kNewestOpset;
  std::function<bool()> cancelled = [] { return false; };    // [any] thread
  std::function<void(std::uint64_t)> advance = [](auto) {};  // [any] thread; bytes of weights that are done
};

enum class PassKind {
  rewrite,   // the same function in operators of the model's own opset
  fusion,    // a rewrite for the passes below only: its operators need not exist in that opset
  analysis,  // facts
};

struct PassInfo {
  std::string_view name;  // the word of the command line, the report and the file: explicit-branches
  PassKind kind;
  std::string_view summary;  // one line
  std::span<const OptionInfo> options;
  std::span<const std::string_view> needs;  // passes above it whose facts it reads, and what those need
  Result<Findings> (*run)(const PassContext& context);
  bool reads_weights = false;  // cannot do without the bytes of weights
};

}  // namespace ramus
