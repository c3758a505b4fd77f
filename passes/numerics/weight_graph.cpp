#include "passes/numerics/weight_graph.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace ramus {
namespace {

std::size_t place(Eigen::Index i) { return static_cast<std::size_t>(i); }

LayerEdges labelled_edges(const LayerEdges& layer, const std::vector<int>& labels) {
  std::vector<Eigen::Index> rows, columns;
  LayerEdges part;
  for (Eigen::Index i = 0; i < layer.weights.rows(); ++i) {
    if (labels[place(layer.rows[place(i)])] < 0) continue;
    rows.push_back(i);
    part.rows.push_back(layer.rows[place(i)]);
  }
  for (const LayerEdges::Read& read : layer.reads) {
    if (labels[place(read.vertex)] < 0) continue;
    if (columns.empty() || columns.back() != read.column) columns.push_back(read.column);
    part.reads.push_back({static_cast<Eigen::Index>(columns.size()) - 1, read.vertex});
  }
  part.weights = layer.weights(rows, columns);
  return part;
}

// Rows one after the other with one label, of at least 0.
struct LabelledRun {
  Eigen::Index begin, size;
  int label;
};

std::vector<LabelledRun> labelled_runs(const LayerEdges& layer, const std::vector<int>& labels) {
  std::vector<LabelledRun> runs;
  for (std::size_t i = 0; i < layer.rows.size(); ++i) {
    const int label = labels[place(layer.rows[i])];
    const auto row = static_cast<Eigen::Index>(i);
    if (label < 0) continue;
    const bool continues = !runs.empty() && runs.back().label == label && runs.back().begin + runs.back().size == row;
    if (!continues) runs.push_back({row, 0, label});
    ++runs.back().size;
  }
  return runs;
}

}  // namespace

std::int64_t WeightGraph::entries() const {
  std::int64_t count = 0;
  for (const LayerEdges& layer : layers) count += layer.weights.size();
  return count;
}

WeightGraph permuted(const WeightGraph& graph, PermutedEntries which, RandomStream& stream) {
  WeightGraph result = graph;
  for (LayerEdges& layer : result.layers) {
    const std::span<float> all(layer.weights.data(), place(layer.weights.size()));
    if (which == PermutedEntries::all) {
      stream.shuffle(all);
      continue;
    }
    std::vector<float> moved;
    std::copy_if(all.begin(), all.end(), std::back_inserter(moved), [](float entry) { return entry != 0; });
    stream.shuffle(std::span<float>(moved));
    auto next = moved.begin();
    for (float& entry : all) entry = entry != 0 ? *next++ : 0;
  }
  return result;
}

WeightGraph labelled_part(const WeightGraph& graph, const std::vector<int>& labels) {
  WeightGraph part;
  part.vertices = graph.vertices;
  for (const LayerEdges& layer : graph.layers) {
    LayerEdges edges = labelled_edges(layer, labels);
    if (edges.weights.size() > 0) part.layers.push_back(std::move(edges));
  }
  return part;
}

Eigen::MatrixXd group_sums(const WeightGraph& graph, const std::vector<int>& labels, int groups) {
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(groups, groups);
  Eigen::VectorXd of_column(groups);
  for (const LayerEdges& layer : graph.layers) {
    const std::vector<LabelledRun> runs = labelled_runs(layer, labels);
    Eigen::Index summed = -1;
    for (const LayerEdges::Read& read : layer.reads) {
      const int group = labels[place(read.vertex)];
      if (group < 0) continue;
      if (summed != read.column) {
        of_column.setZero();
        for (const LabelledRun& run : runs) {
          of_column[run.label] += layer.weights.col(read.column).segment(run.begin, run.size).cast<double>().sum();
        }
        summed = read.column;
      }
      sums.row(group) += of_column.transpose();
    }
  }
  const Eigen::MatrixXd transposed = sums.transpose();
  return sums + transposed;
}

Eigen::VectorXd degrees(const WeightGraph& graph) {
  Eigen::VectorXd sums(graph.vertices);
  multiply_adjacency(graph, Eigen::VectorXd::Ones(graph.vertices), sums);
  return sums;
}

void multiply_adjacency(const WeightGraph& graph, const Eigen::Ref<const Eigen::VectorXd>& x,
                        Eigen::Ref<Eigen::VectorXd> y) {
  y.setZero();
  Eigen::VectorXf arriving, units, leaving;
  for (const LayerEdges& layer : graph.layers) {
    arriving = Eigen::VectorXf::Zero(layer.weights.cols());
    for (const LayerEdges::Read& read : layer.reads) arriving[read.column] += static_cast<float>(x[read.vertex]);
    units = x(layer.rows).cast<float>();
    const Eigen::VectorXf received = layer.weights * arriving;
    for (std::size_t i = 0; i < layer.rows.size(); ++i) y[layer.rows[i]] += received[static_cast<Eigen::Index>(i)];
    leaving.noalias() = layer.weights.transpose() * units;
    for (const LayerEdges::Read& read : layer.reads) y[read.vertex] += leaving[read.column];
  }
}

}  // namespace ramus
