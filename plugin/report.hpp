// The report: what all passes found, in names and numbers, ready to be rendered or written into the model.
//
//   Findings (ids of a normal form)  ──build_report──▶  Report (names of the file)  ──▶ json, text, annotations
//
// A pure function of the model's bytes and the options: no time, no address, no thread count. Everything names the
// file's own nodes, whatever rewrites stood between. Fields are those of INTERFACES, schema ramus.report/1.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/note.hpp"
#include "passes/communities.hpp"
#include "passes/composition.hpp"
#include "passes/factors.hpp"
#include "passes/latent_branches.hpp"
#include "passes/modularity.hpp"
#include "passes/specialization.hpp"
#include "passes/unit_features.hpp"

namespace ramus {

inline constexpr std::string_view kReportSchema = "ramus.report/1";

struct ReportModel {
  std::string path;  // as given
  std::uint64_t bytes = 0;
  std::string digest;  // "sha256:…" of the file's bytes without "ramus." entries
  std::int64_t ir_version = 0;
  std::map<std::string, std::int64_t> opset;  // "ai.onnx" for the default domain
  std::string producer;                       // name and version
  std::string graph_name;
  std::uint64_t nodes = 0, values = 0;  // of the main graph, local functions looked into
  std::int64_t parameters = 0;          // elements of all weights that are not integers for shapes and indices
  std::uint64_t weight_bytes = 0;       // of those that the file holds
};

struct ReportNode {
  std::string name;         // unique; with the body's path before it for nodes of bodies
  std::uint32_t index = 0;  // place in the file's list of its graph
};

struct ReportRange {
  std::string layer;
  std::int64_t begin = 0, end = 0;
};

struct ReportBranch {
  std::string id;  // "g3.b1"
  std::string name;
  std::vector<ReportNode> nodes;
  std::string body;  // conditional: path of the graph that holds its nodes
  bool skip = false;
  bool projection = false;
  std::optional<ReportRange> units;
  std::vector<ReportRange> layers;
  std::vector<ReportRange> inputs;        // heads: of the inputs of the layer that reads them
  std::optional<ReportNode> first_layer;  // the first node with weights
  std::int64_t parameters = 0, macs = 0;
  std::optional<std::array<std::int64_t, 2>> kernel;
};

struct ReportGroup {
  std::string id;     // "g3"; ids count in display order over all graphs
  std::string graph;  // path of the body that holds it (inferred_types.hpp); empty: the main graph
  std::string name;
  std::string kind;
  std::optional<ReportNode> join;  // nullopt for `outputs`, which never meet
  std::string join_op;
  std::optional<std::int64_t> axis;
  std::optional<std::string> along;     // "channels", "space" or "batch"; concatenations only
  std::string fork_value;               // empty: the source, for towers with inputs of their own
  std::optional<ReportNode> fork_node;  // that writes it; nullopt for graph inputs
  bool closed = true;
  bool leaking = false;
  std::optional<std::string> parent;         // id of the group that it lies in
  std::optional<std::string> parent_branch;  // id of the branch
  int depth = 0;
  std::string repeats;    // id of the first group that is built alike; its own where it is that
  std::size_t times = 1;  // groups built alike, this one included
  std::vector<std::string> crossing;
  std::vector<ReportNode> shared;
  std::vector<ReportBranch> branches;
};

struct ReportStreamBlock {
  std::string group, branch;  // ids
  std::string read;           // value
  ReportNode write;
  std::string link;  // "exact", "linear" or "approximate"
  std::vector<std::string> via;
};

struct ReportStream {
  std::string id;  // "s0"
  std::string graph;
  std::string name;        // of its first and its last group
  std::string start, end;  // values
  std::vector<ReportStreamBlock> blocks;
  std::string paths;                      // decimal
  std::vector<std::string> path_lengths;  // by number of blocks entered, decimal
  std::vector<ComposedPair> composition;
  std::vector<StreamCommunities> communities;  // their `stream` says nothing here
};

struct ReportWiring {
  std::string id;  // "conv1->conv2"
  std::string graph;
  ReportNode from, to;
  std::string from_weight;  // initializer that holds the weights of `from`; empty for joins and constants in nodes
  bool joint = false;
};

struct ReportFactors : ReportWiring {
  bool leaking = false, gated = false, summed = false;
  std::int64_t rows = 0, columns = 0;
  std::string reduction, normalise, centring;
  std::shared_ptr<const MatrixFactors> factors;  // one object for all wirings with one matrix
  FactorsUnder raw, centred;
  std::vector<FactorMeaning> meaning;
};

struct ReportLatent : ReportWiring {
  CoClustering clustering;
};

struct ReportFeatures {
  std::string graph;
  ReportNode layer;
  std::int64_t units = 0;
  std::vector<FeatureColumn> columns;
  std::optional<std::array<std::int64_t, 2>> field;  // of the kernels on the image: height, width
  bool linearised = false;
  KernelPictures pictures = {};  // of the kernels on the image; only in reports that were not read back
};

struct ReportSpecialization {
  std::string group;                  // id
  std::vector<std::string> branches;  // ids, in the order of values.branches
  GroupSpecialization values;
  std::vector<std::string> wired_from = {};  // ids of groups, in the order of values.wiring
};

struct ReportModularity {
  struct Layer {
    ReportNode node;
    std::string part;           // of a stack: "[3]"
    std::vector<int> clusters;  // by unit; -1: without edges
  };

  std::string graph;
  std::vector<std::string> groups;  // ids, one after the other; empty: clusters of all units
  std::vector<Layer> layers;        // of clusters
  PartitionModularity values;       // without groups and layers
};

// What the sidecar keeps of each graph's nodes: found again after renaming and optimising (reattach/node_matching.hpp),
// and drawn by their values.
struct ReportGraphNode {
  std::string name;                          // as shown
  std::string op;                            // with its domain, where that is not ONNX's own: "com.microsoft.Gelu"
  std::uint32_t index = 0;                   // place in the file's list of its graph; in a local function: of the call
  std::vector<std::string> inputs, outputs;  // values; empty where optional ones are left out
  std::string hash;                          // structural (structural_hash.hpp)
  std::vector<std::int64_t> weight;          // dims of the matrix or kernel that it applies; empty: none
};

struct ReportGraph {
  std::string path;                          // "" for the main graph, "12/then_branch" for a body
  std::string prefix;                        // what stands before its nodes' names: "" or "If_3/then_branch/"
  std::vector<std::string> inputs, outputs;  // values; inputs without those that are initializers
  std::vector<ReportGraphNode> nodes;
  std::vector<std::string> input_types = {}, output_types = {};  // "float32[1,3,?,?]"; empty in older reports
};

struct Report {
  std::string tool_version;
  ReportModel model;
  std::vector<ReportGroup> groups;  // parents before their children
  std::vector<ReportStream> streams;
  std::vector<ReportFactors> factors;
  std::vector<ReportLatent> latent;
  std::vector<ReportFeatures> features;
  std::vector<ReportSpecialization> specialization;
  std::vector<ReportModularity> modularity;
  std::vector<Note> notes;
  std::map<std::string, std::string> options;  // "factors.k": "8"; and "seed"
  std::vector<ReportGraph> graphs;
};

// The groups of a report by id. Borrows the report.
class GroupIndex {
 public:
  explicit GroupIndex(const Report& report);
  const ReportGroup* find(std::string_view id) const;  // nullptr: there is no such group

 private:
  std::unordered_map<std::string_view, const ReportGroup*> by_id_;
};

}  // namespace ramus
