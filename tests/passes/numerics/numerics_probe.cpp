// Answers questions asked in JSON, so that a script can hold the numerics against NumPy and SciPy.
//
//   stdin  [{"what": "mann_whitney", "x": [...], "y": [...]}, ...]
//   stdout [{"u": ..., "p": ...}, ...]      null where the library answers std::nullopt, {"error": "..."} on an error
#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "passes/numerics/co_clustering.hpp"
#include "passes/numerics/composition.hpp"
#include "passes/numerics/kernel_features.hpp"
#include "passes/numerics/louvain.hpp"
#include "passes/numerics/matrix_factors.hpp"
#include "passes/numerics/modularity.hpp"
#include "passes/numerics/random_filters.hpp"
#include "passes/numerics/sampling_errors.hpp"
#include "passes/numerics/spectral_clustering.hpp"
#include "passes/numerics/statistics.hpp"

namespace ramus {
namespace {

using nlohmann::json;
using Matrix = Eigen::MatrixXd;

std::vector<double> numbers(const json& from) { return from.get<std::vector<double>>(); }
std::vector<int> labels(const json& from) { return from.get<std::vector<int>>(); }

Matrix matrix_from(const json& rows) {
  Matrix m(static_cast<Eigen::Index>(rows.size()), rows.empty() ? 0 : static_cast<Eigen::Index>(rows[0].size()));
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    for (Eigen::Index j = 0; j < m.cols(); ++j)
      m(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  return m;
}

json to_json(const Eigen::VectorXd& v) { return std::vector<double>(v.begin(), v.end()); }

json to_json(const Matrix& m) {
  json rows = json::array();
  for (Eigen::Index i = 0; i < m.rows(); ++i) rows.push_back(to_json(Eigen::VectorXd(m.row(i))));
  return rows;
}

json enrichment(const json& q) {
  const auto e = find_enrichment({q["hits"], q["family"], q["branch"], q["population"]});
  if (!e) return nullptr;
  return {{"p", e->p}, {"log_p", e->log_p}, {"log_odds", e->log_odds}, {"expected", e->expected}};
}

json rank_test(const json& q) {
  const auto t = mann_whitney(numbers(q["x"]), numbers(q["y"]), q.value("exact_below", 20));
  if (!t) return nullptr;
  const char* methods[] = {"exact", "normal", "constant"};
  return {{"u", t->u}, {"auc", t->auc}, {"delta", t->delta}, {"p", t->p}, {"method", methods[int(t->method)]}};
}

json random_filters(const json& q) {
  const auto found = distance_from_random_filters(numbers(q["colours"]), q["taps"].get<std::vector<std::int64_t>>());
  if (!found) return nullptr;
  return {{"distance", found->distance}, {"filters", found->filters}};
}

json groups_test(const json& q) {
  const auto t = kruskal_wallis(numbers(q["x"]), labels(q["group"]));
  if (!t) return nullptr;
  return {{"h", t->h}, {"p", t->p}, {"eta_squared", t->eta_squared}};
}

json information(const json& q) {
  const auto a = labels(q["a"]), b = labels(q["b"]);
  const auto t = test_mutual_information(a, b, q.value("permutations", 0), 7, "probe");
  if (!t) return nullptr;
  return {{"mi", t->observed.mutual_information},
          {"expected", t->observed.expected},
          {"adjusted", t->observed.adjusted},
          {"p", t->p},
          {"null_mean", t->null_mean},
          {"standard_error", t->standard_error ? json(*t->standard_error) : json(nullptr)}};
}

json sampling_errors(const json& q) {
  const Estimate correlation = estimate_of_correlation(q["r"], q["units"]);
  return {{"auc", standard_error_of_auc(q["auc"], q["n1"], q["n2"])},
          {"correlation", {correlation.value, correlation.standard_error}}};
}

json correlation(const json& q) {
  const auto x = numbers(q["x"]), y = numbers(q["y"]);
  const auto r = pearson(x, y), rank_r = spearman(x, y);
  json answer = {{"pearson", nullptr}, {"spearman", nullptr}, {"partial", nullptr}, {"p", nullptr}};
  if (r) answer["pearson"] = *r;
  if (rank_r) answer["spearman"] = *rank_r;
  if (q.contains("controls")) {
    const auto partial = partial_correlation(x, y, matrix_from(q["controls"]));
    if (partial) answer["partial"] = {{"r", partial->r}, {"controls", partial->controls}};
  }
  if (q.contains("permutations")) {
    const Eigen::Map<const Eigen::VectorXd> column(y.data(), static_cast<Eigen::Index>(y.size()));
    const Eigen::Map<const Eigen::VectorXd> other(x.data(), static_cast<Eigen::Index>(x.size()));
    const auto tests = test_correlations(other, column, q["permutations"], 7, "probe");
    if (tests[0][0]) answer["p"] = tests[0][0]->p;
  }
  return answer;
}

json factors(const json& q) {
  FactorOptions options;
  options.normalise = static_cast<Normalise>(q.value("normalise", 1));
  options.centring = static_cast<Centring>(q.value("centring", 1));
  options.k = q.value("k", 8);
  options.permutations = q.value("permutations", 0);
  options.permutation_budget = q.value("budget", 1e10);
  options.seed = q.value("seed", 0);
  const Matrix m = matrix_from(q["m"]);
  const auto f = find_matrix_factors(m, options);
  if (!f) return {{"error", f.error().message}};
  json factor_of_inputs = json::array();
  for (const UnitAssignment& unit : f->inputs) factor_of_inputs.push_back(unit.pole * (unit.factor + 1));
  const FactorsBeside beside = find_factors_beside(m);
  return {{"status", name_of(f->status)},
          {"sigma", to_json(f->sigma)},
          {"energy", to_json(f->energy)},
          {"left", to_json(f->left)},
          {"right", to_json(f->right)},
          {"total_energy", f->total_energy},
          {"effective_rank", f->effective_rank},
          {"effective_rank_exact", f->effective_rank_exact},
          {"residual", f->residual},
          {"p", to_json(f->null.p)},
          {"method", name_of(f->null.method)},
          {"significant", f->null.significant},
          {"silent_inputs", f->silent_inputs},
          {"input_magnitude", f->null.input_magnitude},
          {"output_magnitude", f->null.output_magnitude},
          {"input_factors", factor_of_inputs},
          {"raw_right", to_json(beside.raw.right)},
          {"raw_one_signed", beside.raw.one_signed},
          {"centred_right", to_json(beside.centred.right)}};
}

json co_clustering(const json& q) {
  CoClusteringOptions options;
  options.normalise = static_cast<Normalise>(q.value("normalise", 1));
  options.most_groups = q.value("groups", 8);
  options.permutations = q.value("permutations", 39);
  const auto c = find_co_clustering(matrix_from(q["m"]), options);
  if (!c) return {{"error", c.error().message}};
  return {{"status", name_of(c->status)},
          {"groups", c->groups},
          {"inputs", c->inputs},
          {"outputs", c->outputs},
          {"n_cut", c->n_cut},
          {"null_n_cut", c->null_n_cut},
          {"gap", c->gap},
          {"p", c->p},
          {"energy", c->energy},
          {"null_energy", c->null_energy},
          {"saved", c->saved}};
}

json kernel(const json& q) {
  const auto data = q["data"].get<std::vector<float>>();
  const std::int64_t outputs = q["outputs"], inputs = q["inputs"], height = q["height"], width = q["width"];
  const KernelView view = dense_kernel_view(data.data(), outputs, inputs, height * width);
  json answer = json::object();
  for (const char* name : {"l2", "l1", "max", "spectral", "one_norm"}) {
    const auto m = reduce_kernel(view, *kernel_reduction_named(name), {height, width});
    if (!m) return {{"error", m.error().message}};
    answer[name] = to_json(*m);
  }
  const auto f = find_kernel_features(view, {height, width});
  if (!f) return {{"error", f.error().message}};
  if (f->colour) answer["colour"] = to_json(*f->colour);
  answer["frequency"] = to_json(f->frequency);
  answer["orientation"] = to_json(f->orientation);
  answer["selectivity"] = to_json(f->orientation_selectivity);
  answer["verticality"] = to_json(f->verticality);
  answer["diagonality"] = to_json(f->diagonality);
  answer["brightness"] = to_json(f->brightness);
  return answer;
}

// A kernel [inner][units][rows][columns], read by inner rows, or written from them.
StreamMap stream_map(const json& k, const KernelLag& most) {
  const auto rows = static_cast<std::int64_t>(k[0][0].size()), columns = static_cast<std::int64_t>(k[0][0][0].size());
  StreamWeights weights;
  std::vector<KernelLag> places;
  for (std::int64_t y = 0; y < rows; ++y) {
    for (std::int64_t x = 0; x < columns; ++x) {
      Matrix tap(k.size(), k[0].size());
      for (std::size_t i = 0; i < k.size(); ++i) {
        for (std::size_t u = 0; u < k[i].size(); ++u) {
          tap(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(u)) =
              k[i][u][static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
        }
      }
      weights.taps.push_back(std::move(tap));
      places.push_back({y, x});
    }
  }
  StreamMap map(static_cast<Eigen::Index>(k[0].size()), most);
  map.add({&weights, 1}, places);
  return map;
}

json composition(const json& q) {
  const KernelLag most{q["lag"], q["lag"]};
  const StreamMap read = stream_map(q["read"], most), write = stream_map(q["write"], most);
  const Composition c = compose(read, write);
  const Matrix reads = leading_subspace(read, 0.9), writes = leading_subspace(write, 0.9);
  return {{"size", c.size},
          {"size_centred", c.size_centred},
          {"score", c.score},
          {"baseline", c.baseline},
          {"z", c.z},
          {"p", c.p},
          {"overlap", subspace_overlap(reads, writes)},
          {"read_rank", reads.cols()},
          {"write_rank", writes.cols()}};
}

// Layers one after the other, matrices [out x in].
json modularity(const json& q) {
  WeightGraph graph;
  for (const json& layer : q["layers"]) {
    LayerEdges edges{matrix_from(layer).cast<float>(), {}, {}};
    const Eigen::Index first = graph.vertices;
    for (Eigen::Index j = 0; j < edges.weights.cols(); ++j) edges.reads.push_back({j, first + j});
    graph.vertices += edges.weights.cols();
    for (Eigen::Index i = 0; i < edges.weights.rows(); ++i) edges.rows.push_back(graph.vertices + i);
    graph.layers.push_back(std::move(edges));
  }
  graph.vertices += graph.layers.back().weights.rows();
  const int k = q["k"];
  RandomStream stream(7, "probe");
  const auto points = find_spectral_points(graph, k - 1).value();
  const std::vector<int> clusters = find_spectral_clusters(points, graph.vertices, k, 25, stream);
  const PartitionQuality given = partition_quality(group_sums(graph, labels(q["labels"]), k));
  return {{"n_cut", given.n_cut}, {"q", given.q}, {"clusters", clusters}};
}

// Pairs [a, b, weight].
json louvain(const json& q) {
  PairGraph graph{q["members"], {}};
  for (const json& pair : q["pairs"]) graph.pairs.push_back({pair[0], pair[1], pair[2]});
  RandomStream stream(7, "probe");
  const CommunityRuns found = find_stable_communities(graph, q["runs"], stream);
  return {{"q_of_given", newman_q(graph, labels(q["labels"]))},
          {"labels", found.best.labels},
          {"q", found.best.q},
          {"stability", found.stability}};
}

json answer(const json& q) {
  const std::string what = q["what"];
  if (what == "enrichment") return enrichment(q);
  if (what == "mann_whitney") return rank_test(q);
  if (what == "random_filters") return random_filters(q);
  if (what == "kruskal_wallis") return groups_test(q);
  if (what == "mutual_information") return information(q);
  if (what == "sampling_errors") return sampling_errors(q);
  if (what == "correlation") return correlation(q);
  if (what == "benjamini_hochberg") return benjamini_hochberg(numbers(q["p"]));
  if (what == "tracy_widom") return tracy_widom_upper_tail(q["x"]);
  if (what == "factors") return factors(q);
  if (what == "co_clustering") return co_clustering(q);
  if (what == "kernel") return kernel(q);
  if (what == "composition") return composition(q);
  if (what == "louvain") return louvain(q);
  if (what == "modularity") return modularity(q);
  return {{"error", "unknown question: " + what}};
}

}  // namespace
}  // namespace ramus

int main() {
  const nlohmann::json questions = nlohmann::json::parse(std::cin);
  nlohmann::json answers = nlohmann::json::array();
  for (const auto& question : questions) answers.push_back(ramus::answer(question));
  std::cout << answers.dump() << '\n';
}
