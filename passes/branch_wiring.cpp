#include "passes/branch_wiring.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "passes/consecutive_groups.hpp"
#include "passes/parallel.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

constexpr int kPermutations = 999;

// Layers with a row of one labelling and a column of the other.
std::vector<bool> layers_between(const UnitGraph& units, const std::vector<int>& from, const std::vector<int>& to) {
  std::vector<bool> between;
  for (const LayerEdges& layer : units.graph.layers) {
    const auto is_in = [](const std::vector<int>& labels, Eigen::Index vertex) {
      return labels[static_cast<std::size_t>(vertex)] >= 0;
    };
    between.push_back(
        std::any_of(layer.rows.begin(), layer.rows.end(), [&](Eigen::Index vertex) { return is_in(to, vertex); }) &&
        std::any_of(layer.reads.begin(), layer.reads.end(),
                    [&](const auto& read) { return is_in(from, read.vertex); }));
  }
  return between;
}

// [units that are read x branches that read], each row divided by the norm of all weights in it.
Eigen::MatrixXd mass_by_unit(const WeightGraph& graph, const BranchUnits& read, const std::vector<int>& reading,
                             Eigen::Index branches) {
  std::map<Eigen::Index, Eigen::Index> place;
  for (const auto& [vertex, branch] : read) place.emplace(vertex, static_cast<Eigen::Index>(place.size()));
  Eigen::MatrixXd mass = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(read.size()), branches);
  Eigen::VectorXd squares = Eigen::VectorXd::Zero(mass.rows());
  for (const LayerEdges& layer : graph.layers) {
    for (const LayerEdges::Read& each : layer.reads) {
      const auto unit = place.find(each.vertex);
      if (unit == place.end()) continue;
      for (std::size_t row = 0; row < layer.rows.size(); ++row) {
        const int branch = reading[static_cast<std::size_t>(layer.rows[row])];
        if (branch < 0) continue;
        const double weight = layer.weights(static_cast<Eigen::Index>(row), each.column);
        mass(unit->second, branch) += weight;
        squares[unit->second] += weight * weight;
      }
    }
  }
  for (Eigen::Index unit = 0; unit < mass.rows(); ++unit) {
    if (squares[unit] > 0) mass.row(unit) /= std::sqrt(squares[unit]);
  }
  return mass;
}

}  // namespace

Result<std::vector<BranchWiring>> find_branch_wirings(const PassContext& context) {
  const bool owns_units = std::any_of(context.found.groups.begin(), context.found.groups.end(), [](const auto& group) {
    return std::any_of(group.branches.begin(), group.branches.end(), [](const auto& b) { return b.units.has_value(); });
  });
  std::vector<BranchWiring> wirings;
  if (!owns_units) return wirings;
  const UnitGraph units = find_unit_graph(context);
  const auto pairs = find_consecutive_groups(context, units);
  const auto reduction = kernel_reduction_named(context.options.text("factors.reduction"));
  wirings.resize(pairs.size());
  auto status = for_each_index(pairs.size(), context.cancelled, [&](std::size_t i) {
    const BranchGroup &from = context.found.groups[pairs[i].from], &to = context.found.groups[pairs[i].to];
    const std::vector<int> reading = labels_of(units, units_inside(context, units, to));
    const auto wanted = layers_between(units, labels_of(units, pairs[i].units), reading);
    const auto edges = read_edges(context, units, wanted, reduction.value_or(KernelReduction::l2));
    if (!edges) return Status(propagate(Error(edges.error())));
    std::vector<int> branch_of;
    for (const auto& [vertex, branch] : pairs[i].units) branch_of.push_back(branch);
    auto test = test_branch_mass(
        mass_by_unit(*edges, pairs[i].units, reading, static_cast<Eigen::Index>(to.branches.size())), branch_of,
        static_cast<int>(from.branches.size()), kPermutations, context.seed,
        context.graph[from.join].name + "->" + context.graph[to.join].name + "#wiring", context.cancelled);
    if (!test) return Status(propagate(std::move(test.error())));
    wirings[i] = {pairs[i].from, pairs[i].to, std::move(*test)};
    return Status();
  });
  if (!status) return propagate(std::move(status.error()));
  return wirings;
}

std::vector<BranchWiring> wirings_into(std::size_t group, const std::vector<BranchWiring>& wirings) {
  std::vector<BranchWiring> into;
  std::copy_if(wirings.begin(), wirings.end(), std::back_inserter(into),
               [&](const BranchWiring& wiring) { return wiring.to == group; });
  return into;
}

}  // namespace ramus
