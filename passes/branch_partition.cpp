#include "passes/branch_partition.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "passes/numerics/branch_mass.hpp"
#include "passes/pass.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;

constexpr std::size_t kMostCells = 1 << 10;  // of a partition, which holds their square

enum class Reach { none, one_cell, several };  // cells on the side of a layer that has more of them

Reach reach_of(const LayerEdges& layer, const BranchUnits& members) {
  const auto add = [&](Eigen::Index vertex, std::vector<int>& cells) {
    const auto member = std::lower_bound(members.begin(), members.end(), std::pair(vertex, 0));
    const bool is_new = member != members.end() && member->first == vertex &&
                        std::find(cells.begin(), cells.end(), member->second) == cells.end();
    if (is_new && cells.size() < 2) cells.push_back(member->second);
  };
  std::vector<int> rows, reads;
  for (const Eigen::Index vertex : layer.rows) add(vertex, rows);
  for (const LayerEdges::Read& read : layer.reads) add(read.vertex, reads);
  if (rows.empty() || reads.empty()) return Reach::none;
  return rows.size() > 1 || reads.size() > 1 ? Reach::several : Reach::one_cell;
}

// Of the first group its branches, then those of the branches that they are paired with.
std::vector<int> parts_of(const BranchPartition& partition, const Matrix& sums) {
  std::vector<int> parts(static_cast<std::size_t>(partition.cells()), -1);
  std::iota(parts.begin(), parts.begin() + partition.parts(), 0);
  for (std::size_t g = 1; g + 1 < partition.first_cell.size(); ++g) {
    const int before = partition.first_cell[g - 1], begin = partition.first_cell[g], end = partition.first_cell[g + 1];
    const BranchMass mass = measure_branch_mass(sums.block(before, begin, begin - before, end - begin));
    for (int c = begin; c < end; ++c) {
      const int pair = mass.pair_of[static_cast<std::size_t>(c - begin)];
      if (pair >= 0) parts[static_cast<std::size_t>(c)] = parts[static_cast<std::size_t>(before + pair)];
    }
  }
  return parts;
}

Matrix sums_of_parts(const Matrix& cells, const std::vector<int>& parts, int count) {
  Matrix members = Matrix::Zero(cells.rows(), count);
  for (Eigen::Index cell = 0; cell < cells.rows(); ++cell) {
    const int part = parts[static_cast<std::size_t>(cell)];
    if (part >= 0) members(cell, part) = 1;
  }
  return members.transpose() * cells * members;
}

BranchPartition partition_of(const PassContext& context, const UnitGraph& units, std::vector<std::size_t> groups) {
  BranchPartition partition;
  partition.groups = std::move(groups);
  for (const std::size_t g : partition.groups) {
    const BranchGroup& group = context.found.groups[g];
    for (const auto& [vertex, branch] : units_inside(context, units, group)) {
      partition.members.emplace_back(vertex, partition.first_cell.back() + branch);
    }
    partition.first_cell.push_back(partition.first_cell.back() + static_cast<int>(group.branches.size()));
    partition.key += group.join.exists() ? context.graph[group.join].name + "->" : "";
  }
  partition.key += "#modularity";
  drop_units_of_several(partition.members);
  return partition;
}

// By group, the one that follows it; each follows one. Those that share most units first.
std::map<std::size_t, std::size_t> rows_of_groups(const PassContext& context, const UnitGraph& units) {
  std::map<std::size_t, std::size_t> next, before;
  auto pairs = find_consecutive_groups(context, units);
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.units.size() > b.units.size(); });
  for (const ConsecutiveGroups& pair : pairs) {
    if (next.count(pair.from) != 0 || before.count(pair.to) != 0) continue;
    next[pair.from] = pair.to;
    before[pair.to] = pair.from;
  }
  for (const auto& [to, from] : before) next.try_emplace(to, to);  // the last of a row
  return next;
}

}  // namespace

std::vector<BranchPartition> find_branch_partitions(const PassContext& context, const UnitGraph& units) {
  const auto& groups = context.found.groups;
  std::vector<BranchPartition> partitions;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].branches.size() <= kMostCells) partitions.push_back(partition_of(context, units, {g}));
  }
  const auto next = rows_of_groups(context, units);
  std::vector<bool> follows(groups.size(), false);
  for (const auto& [from, to] : next) follows[to] = follows[to] || from != to;
  for (const auto& [first, second] : next) {
    if (follows[first]) continue;
    std::vector<std::size_t> row{first};
    std::size_t cells = groups[first].branches.size();
    while (next.at(row.back()) != row.back() && cells <= kMostCells) {
      row.push_back(next.at(row.back()));
      cells += groups[row.back()].branches.size();
    }
    partitions.push_back(partition_of(context, units, std::move(row)));
  }
  return partitions;
}

PartitionLayers layers_of_partition(const PassContext& context, const UnitGraph& units,
                                    const BranchPartition& partition) {
  PartitionLayers layers;
  for (const std::size_t g : partition.groups) {
    for (const Branch& branch : context.found.groups[g].branches) {
      for (const UnitRange& range : branch.layers) {
        const std::vector<std::size_t>& places = units.layers_of(range.layer);
        layers.places.insert(layers.places.end(), places.begin(), places.end());
      }
    }
  }
  std::sort(layers.places.begin(), layers.places.end());
  layers.places.erase(std::unique(layers.places.begin(), layers.places.end()), layers.places.end());
  std::erase_if(layers.places, [&](std::size_t place) {
    const Reach reach = reach_of(units.graph.layers[place], partition.members);
    layers.can_be_cut = layers.can_be_cut || reach == Reach::several;
    return reach == Reach::none;
  });
  return layers;
}

Result<PartitionedGraph> read_partitioned(const PassContext& context, const UnitGraph& units,
                                          const BranchPartition& partition, const PartitionLayers& layers,
                                          KernelReduction reduction) {
  std::vector<bool> wanted(units.layers.size(), false);
  for (const std::size_t place : layers.places) wanted[place] = true;
  auto edges = read_edges(context, units, wanted, reduction);
  if (!edges) return propagate(std::move(edges.error()));
  PartitionedGraph graph;
  graph.cell_of = labels_of(units, partition.members);
  graph.cut.vertices = edges->vertices;
  WeightGraph kept;
  for (LayerEdges& layer : labelled_part(*edges, graph.cell_of).layers) {
    const bool can_be_cut = reach_of(layer, partition.members) == Reach::several;
    (can_be_cut ? graph.cut : kept).layers.push_back(std::move(layer));
  }
  graph.kept = group_sums(kept, graph.cell_of, partition.cells());
  return graph;
}

PartitionTrial measure_partition(const BranchPartition& partition, const PartitionedGraph& graph,
                                 const WeightGraph& cut) {
  const Matrix sums = graph.kept + group_sums(cut, graph.cell_of, partition.cells());
  PartitionTrial trial;
  trial.parts = parts_of(partition, sums);
  trial.quality = partition_quality(sums_of_parts(sums, trial.parts, partition.parts()));
  return trial;
}

}  // namespace ramus
