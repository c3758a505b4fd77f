#include "tests/adapters/report/made_reports.hpp"

#include <stdexcept>

namespace ramus::testing {
namespace {

ReportBranch branch(std::string id, std::string name, std::vector<ReportNode> nodes) {
  ReportBranch made;
  made.id = std::move(id);
  made.name = std::move(name);
  made.nodes = std::move(nodes);
  return made;
}

ReportGroup outer_group() {
  ReportGroup group;
  group.id = group.repeats = "g0";
  group.name = "mixed3a";
  group.kind = "concat";
  group.join = ReportNode{"mixed3a", 9};
  group.join_op = "Concat";
  group.axis = 1;
  group.along = "channels";
  group.fork_value = "pool2";
  group.fork_node = ReportNode{"pool2/pool", 2};
  group.closed = false;
  group.crossing = {"mask"};
  group.shared = {{"shared/relu", 0}};
  ReportBranch small = branch("g0.b0", "mixed3a_5x5", {{"mixed3a_5x5/conv", 3}, {"mixed3a_5x5/relu", 4}});
  small.units = ReportRange{"mixed3a", 0, 32};
  small.layers = {{"mixed3a_5x5/conv", 0, 32}};
  small.first_layer = ReportNode{"mixed3a_5x5/conv", 3};
  small.parameters = 12'832;
  small.macs = 10'035'200;
  small.kernel = {{5, 5}};
  ReportBranch large = branch("g0.b1", "mixed3a_1x1", {{"mixed3a_1x1/conv", 5}, {"mixed3a_1x1/add", 8}});
  large.units = ReportRange{"mixed3a", 32, 256};
  large.layers = {{"mixed3a_1x1/conv", 0, 224}};
  large.first_layer = ReportNode{"mixed3a_1x1/conv", 5};
  large.kernel = {{1, 1}};
  group.branches = {small, large};
  return group;
}

ReportGroup inner_group() {
  ReportGroup group;
  group.id = group.repeats = "g1";
  group.graph = "12/then_branch";
  group.name = "block";
  group.kind = "residual";
  group.join = ReportNode{"mixed3a_1x1/add", 8};
  group.join_op = "Add";
  group.leaking = true;
  group.parent = "g0";
  group.parent_branch = "g0.b1";
  group.depth = 1;
  ReportBranch skip = branch("g1.b0", "block/skip", {});
  skip.skip = true;
  ReportBranch projection = branch("g1.b1", "block/projection", {{"block/conv", 7}});
  projection.projection = true;
  group.branches = {skip, projection};
  return group;
}

StreamCommunities communities() {
  StreamCommunities made;
  made.of = CommunityMembers::heads;
  made.members = {{0, 0, 0}, {0, 3, 0}, {0, 4, -1}, {1, 0, 1}, {1, 1, 0}, {1, 2, 1}};
  made.pairs = 9;
  made.edges = 5;
  made.k = 2;
  made.q = 0.375;
  made.any_order = {0.125, 0.0625, 4, 0.01};
  made.by_distance = {0.375, 0, std::nullopt, 1};
  made.permutations = 99;
  made.stability = 0.96875;
  made.runs = 25;
  return made;
}

ReportStream stream() {
  ReportStream made;
  made.id = "s0";
  made.graph = "12/then_branch";
  made.name = "block";
  made.start = "pool2";
  made.end = "sum";
  made.blocks = {{"g1", "g1.b1", "pool2", {"mixed3a_1x1/add", 0}, "approximate", {"Relu"}},
                 {"g1", "g1.b1", "sum", {"mixed3a_1x1/add", 0}, "exact", {}}};
  made.paths = "4";
  made.path_lengths = {"1", "2", "1"};
  ComposedPair pair;
  pair.to = 1;
  pair.link = StreamLink::approximate;
  pair.via = {"Relu"};
  pair.composition = {2.5, 2.25, 0.31, 0.18, 6.5, 0.001, 64};
  pair.q = 0.004;
  pair.written = 12;
  pair.read = 30;
  pair.overlap = 0.75;
  pair.overlap_by_chance = 0.46875;
  ComposedPair heads = pair;
  heads.kind = CompositionKind::key;
  heads.from_head = 3;
  heads.to_head = 1;
  heads.composition.score = 0.5;
  heads.written = heads.read = 0;
  heads.overlap = heads.overlap_by_chance = 0;
  made.composition = {pair, heads};
  made.communities = {communities()};
  return made;
}

ReportFactors factors() {
  ReportFactors made;
  made.id = "conv1->conv2";
  made.from = {"conv1", 0};
  made.to = {"conv2", 1};
  made.from_weight = "conv1.weight";
  made.leaking = true;
  made.rows = 2;
  made.columns = 4;
  made.reduction = "l2";
  made.normalise = "inputs";
  made.centring = "rows";
  MatrixFactors matrix;
  matrix.status = FactorStatus::not_converged;
  matrix.sigma = Eigen::Vector3d(2, 1, 0.5);
  matrix.total_energy = 16.0 / 3;
  matrix.energy = matrix.sigma.cwiseAbs2() / matrix.total_energy;
  matrix.left = Eigen::MatrixXd::Constant(2, 3, 1.0 / 3);
  matrix.right = Eigen::MatrixXd::Constant(4, 3, -0.5);
  matrix.right(0, 0) = 0.123456789;
  matrix.effective_rank = 2.1;
  matrix.effective_rank_exact = false;
  matrix.residual = 1e-7;
  matrix.null.method = FactorNullMethod::permutation;
  matrix.null.permutations = 99;
  matrix.null.p = Eigen::Vector3d(0.01, 0.5, 1);
  matrix.null.significant = 1;
  matrix.null.upper = Eigen::Vector3d(1.5, 1.25, 1);
  matrix.silent_inputs = {3};
  matrix.inputs = {{0, 1, 0.75, 2}, {0, 1, 0.5, 2}, {0, -1, 1, 2}, {}};
  matrix.outputs = {{}, {0, -1, 0.25, 1}};
  made.factors = std::make_shared<const MatrixFactors>(std::move(matrix));
  made.raw = {{3, 1}, true, {std::nullopt, "colour"}, {0, 0.84}};
  made.centred = {{2.5, 1}, false, {"colour", std::nullopt}, {-0.86, 0}};
  made.meaning = {{0, "colour", 0.85, 0.8, 0.5, 1e-4, 4e-4, true, false, true, 3, 9999},
                  {0, "fan_out_norm", -0.4, -0.3, {}, 0.25, 0.5, true, false, false, 3, 999}};
  return made;
}

ReportLatent latent() {
  ReportLatent made;
  made.id = "conv1->conv2";
  made.from = {"conv1", 0};
  made.to = {"conv2", 1};
  made.from_weight = "conv1.weight";
  CoClustering& clustering = made.clustering;
  clustering.status = CoClusteringStatus::found;
  clustering.groups = 2;
  clustering.inputs = {0, 1, 1, -1};
  clustering.outputs = {1, 0};
  clustering.n_cut = 0.5;
  clustering.null_n_cut = 0.875;
  clustering.gap = 0.1875;
  clustering.p = 0.025;
  clustering.permutations = 39;
  clustering.energy = 0.75;
  clustering.null_energy = 0.5;
  clustering.saved = 0.5;
  return made;
}

BranchWiring wiring() {
  BranchWiring made;
  BranchMassTest& test = made.test;
  test.found.mass = Eigen::Matrix2d{{12, 1.5}, {0, 7.5}};
  test.found.expected = Eigen::Matrix2d{{7.5, 6}, {4.5, 3}};
  test.found.information = 0.25;
  test.found.reads_kl = {0.375, std::nullopt};
  test.found.read_by_kl = {0.125, 0.5};
  test.found.pair_of = {0, -1};
  test.found.barber_q = 0.1875;
  test.found.newman_q = 0.0625;
  test.found.n_cut = 0.75;
  test.permutations = 999;
  test.units = 256;
  test.information = {0.03125, 0.001};
  test.barber_q = {0.015625, 0.002};
  test.newman_q = {-0.25, 0.5};
  test.n_cut = {1, 0.25};
  test.reads_kl = {MassTest{0.0625, 0.01}, std::nullopt};
  test.read_by_kl = {MassTest{0.25, 0.75}, MassTest{0.125, 0.02}};
  return made;
}

ReportSpecialization specialization() {
  ReportSpecialization made{"g0", {"g0.b0", "g0.b1"}, {}};
  made.values.score = SpecializationScore{
      0.25,    "labels", "mixed3a", 0.001, -0.0625, 200, 999, {-0.125, -0.09375, -0.0625, 0, 0.03125, 0.0625, 0.125},
      0.046875};
  made.values.set_aside = {"Anything"};
  made.values.kernels_differ = true;
  made.values.features = {{"colour", {12.5, 4e-4, 0.25, 256, 2}, 8e-4, true}};
  made.values.factors_of = "mixed3a->conv4";
  made.values.factor_units = 255;
  made.values.factor_permutations = 499;
  made.values.from_random = {0.1875, 256};
  BranchSpecialization small{0.1875, 0.75, 32, 1, {}, {}, {{0, 0.75, 0.125, 0.001, 0.004}}};
  small.enrichment = {
      {"BW vs Color", "mixed3a", {9, 9, 32, 256}, {2.4847210327344655e-09, -19.8, 4.9, 1.1}, 2e-8, true},
      {"Curves", "mixed3a", {900, 900, 32, 256}, {0, -1000, 4.9, 1.1}, 0, false},
      {"Edges", "mixed3a", {1, 9, 32, 256}, {0.7, -0.35, 0.1, 1.1}, 0.9, true}};
  small.features = {
      {"colour", "mixed3a_5x5/conv", {200, 0.97, 0.94, 3e-7, 32, 224, RankTestMethod::normal}, 0.85, 0.23, 1e-6}};
  BranchSpecialization large{0.0625, 0.25, 224, 1, {}, {}, {{0, 0.25, 0.875, 0.001, 0.004}}};
  made.values.branches = {small, large};
  made.values.wiring = {wiring()};
  made.wired_from = {"g1"};
  return made;
}

ReportModularity of_branches() {
  ReportModularity made;
  made.groups = {"g0", "g1"};
  PartitionModularity& values = made.values;
  values.parts = {{0, 1}, {1, -1}};
  values.reduction = "l2";
  values.permuted = PermutedEntries::nonzeros;
  values.permutations = 99;
  values.k = 2;
  values.units = 512;
  values.matrices = 7;
  values.entries = 65'536;
  values.found = {0.25, 0.375};
  values.n_cut = {1.5, 0.125, -10, 0.01};
  values.q = {0.0625, 0, std::nullopt, std::nullopt};
  return made;
}

ReportModularity of_clusters() {
  ReportModularity made = of_branches();
  made.graph = "12/then_branch";
  made.groups = {};
  made.values.parts = {};
  made.values.permuted = PermutedEntries::all;
  made.layers = {{{"conv1", 0}, "", {0, 1, -1}}, {{"conv2", 1}, "[3]", {1}}};
  return made;
}

}  // namespace

Report empty_report() {
  Report report;
  report.model.digest = "sha256:" + std::string(64, '0');
  return report;
}

Report two_branch_report() {
  Report report;
  report.tool_version = "1.2.3";
  ReportModel& model = report.model;
  model.path = "models/net.onnx";
  model.bytes = 123'456;
  model.digest = "sha256:" + std::string(64, 'a');
  model.ir_version = 8;
  model.opset = {{"ai.onnx", 17}, {"com.microsoft", 1}};
  model.producer = "pytorch 2.1";
  model.graph_name = "main";
  model.nodes = 13;
  model.values = 20;
  model.parameters = 103'000;
  model.weight_bytes = 412'000;
  report.groups = {outer_group(), inner_group()};
  report.streams = {stream()};
  report.factors = {factors()};
  report.latent = {latent()};
  report.features = {
      {"12/then_branch", {"conv1", 0}, 2, {{"frequency", {0.1, 0.25}}, {"colour", {1, 0}}}, {{15, 11}}, true}};
  report.specialization = {specialization()};
  report.modularity = {of_branches(), of_clusters()};
  report.notes = {{"conv9", "weights", "a weight is not finite"}, {"", "checker", "was not asked"}};
  report.options = {{"factors.k", "8"}, {"seed", "0"}};
  const std::string hash(32, 'f');
  report.graphs = {{"",
                    "",
                    {"x"},
                    {"b"},
                    {{"conv1", "Conv", 0, {"x", "w", ""}, {"a"}, hash, {8, 3, 3, 3}},
                     {"conv2", "my.Op", 1, {"a"}, {"b", ""}, hash, {}}},
                    {"float32[1,3,?,?]"},
                    {"?"}}};
  return report;
}

Report hostile_report() {
  const std::string hostile = "\"a\"\\\n\t\x1B[31m\x7F\xC2\x85 \xFF\xC0\x80 </script>";
  const std::string endless(10'000, 'n');
  Report report = two_branch_report();
  report.model.path = report.model.producer = report.model.graph_name = hostile;
  report.model.opset[hostile] = 1;
  for (ReportGroup& group : report.groups) {
    group.name += hostile;
    group.join->name = endless;
    group.fork_value = hostile;
    for (ReportBranch& one : group.branches) {
      one.name += hostile + endless;
      for (ReportNode& node : one.nodes) node.name = endless + hostile;
    }
  }
  report.streams[0].name = hostile + endless;
  report.latent[0].id = report.latent[0].from.name = hostile;
  report.modularity[1].layers[0].node.name = report.modularity[0].values.reduction = hostile;
  report.factors[0].id = report.factors[0].from.name = hostile;
  report.factors[0].meaning[0].feature = hostile;
  report.features[0].layer.name = endless;
  report.specialization[0].values.branches[0].enrichment[0].family = hostile + endless;
  report.specialization[0].values.branches[0].features[0].feature = hostile;
  report.notes[0] = {hostile + endless, "weights", hostile + endless};
  report.graphs[0].nodes[0].name = hostile;
  return report;
}

std::string written_as(std::string_view format, const Report& report) {
  for (const ReportFormat& row : report_formats()) {
    if (row.name != format) continue;
    std::string text;
    const auto status = row.write(report, [&](std::string_view piece) {
      text += piece;
      return true;
    });
    if (!status) throw std::runtime_error(status.error().message);
    return text;
  }
  throw std::runtime_error("no such format");
}

}  // namespace ramus::testing
