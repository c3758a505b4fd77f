#include "passes/numerics/louvain.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "passes/numerics/mutual_information.hpp"

namespace ramus {
namespace {

constexpr double kRounding = 1e-12;  // a gain, in shares of all weight, that is none
constexpr double kEqualQ = 1e-9;     // sums of the same weights in another order differ by less

// A graph whose members may hold weight of their own (communities of a larger one).
class Level {
 public:
  explicit Level(const PairGraph& graph) : Level(graph.members, graph.pairs, std::vector<double>(graph.members, 0.0)) {}

  std::size_t size() const { return degree_.size(); }
  double total() const { return total_; }

  // Moves members between communities while that adds to Q. `labels` are below size().
  void improve(std::vector<int>& labels, RandomStream& stream) const;
  // The communities as members; labels are 0 … k - 1.
  Level of_communities(const std::vector<int>& labels, std::size_t k) const;

 private:
  struct Neighbour {
    std::uint32_t member;
    double weight;
  };

  Level(std::size_t members, const std::vector<PairWeight>& pairs, std::vector<double> inside)
      : inside_(std::move(inside)), degree_(inside_), first_(members + 1, 0) {
    for (const PairWeight& pair : pairs) {
      if (!(pair.weight > 0)) continue;
      for (const std::uint32_t end : {pair.a, pair.b}) {
        degree_[end] += pair.weight;
        ++first_[end + 1];
      }
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    neighbours_.resize(first_.back());
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    for (const PairWeight& pair : pairs) {
      if (!(pair.weight > 0)) continue;
      neighbours_[next[pair.a]++] = {pair.b, pair.weight};
      neighbours_[next[pair.b]++] = {pair.a, pair.weight};
    }
    total_ = std::accumulate(degree_.begin(), degree_.end(), 0.0);
  }

  std::span<const Neighbour> neighbours(std::size_t member) const {
    return std::span(neighbours_).subspan(first_[member], first_[member + 1] - first_[member]);
  }

  std::vector<double> inside_;  // twice the weight within a member
  std::vector<double> degree_;  // with it
  std::vector<std::size_t> first_;
  std::vector<Neighbour> neighbours_;
  double total_ = 0;  // of the degrees
};

// Where a member may go: the communities of its neighbours, and one of its own.
class Moves {
 public:
  Moves(std::span<const double> degree, std::vector<int>& labels, double total)
      : degree_(degree), labels_(labels), total_(total), weight_(labels.size(), 0.0), volume_(labels.size(), 0.0) {
    std::vector<int> count(labels.size(), 0);
    for (std::size_t member = 0; member < labels.size(); ++member) {
      volume_[at(labels[member])] += degree[member];
      ++count[at(labels[member])];
    }
    members_ = std::move(count);
    for (std::size_t label = labels.size(); label-- > 0;) {
      if (members_[label] == 0) empty_.push_back(static_cast<int>(label));
    }
  }

  void joins(int label, double weight) {
    if (weight_[at(label)] == 0) touched_.push_back(label);
    weight_[at(label)] += weight;
  }

  // Puts the member where Q is largest, and leaves it where no other place is better.
  bool settle(std::size_t member) {
    const int from = labels_[member];
    volume_[at(from)] -= degree_[member];
    const auto gain = [&](int label) { return weight_[at(label)] - degree_[member] * volume_[at(label)] / total_; };
    int best = from;
    double best_gain = gain(from);
    for (const int label : touched_) {
      if (gain(label) > best_gain + kRounding * total_) {
        best = label;
        best_gain = gain(label);
      }
    }
    if (best_gain < -kRounding * total_ && !empty_.empty()) best = empty_.back();
    for (const int label : touched_) weight_[at(label)] = 0;
    touched_.clear();
    move(member, from, best);
    return best != from;
  }

 private:
  static std::size_t at(int label) { return static_cast<std::size_t>(label); }

  void move(std::size_t member, int from, int to) {
    volume_[at(to)] += degree_[member];
    labels_[member] = to;
    if (to == from) return;
    if (members_[at(to)]++ == 0) empty_.pop_back();  // it was the last of them
    if (--members_[at(from)] == 0) {
      volume_[at(from)] = 0;  // without what rounding left
      empty_.push_back(from);
    }
  }

  std::span<const double> degree_;
  std::vector<int>& labels_;
  double total_;
  std::vector<double> weight_, volume_;  // by label: from the member at hand; of all its members
  std::vector<int> members_, touched_, empty_;
};

void Level::improve(std::vector<int>& labels, RandomStream& stream) const {
  std::vector<std::uint32_t> order(size());
  std::iota(order.begin(), order.end(), 0u);
  stream.shuffle(std::span(order));
  Moves moves(degree_, labels, total_);
  for (bool moved = true; moved;) {
    moved = false;
    for (const std::uint32_t member : order) {
      for (const Neighbour& neighbour : neighbours(member)) moves.joins(labels[neighbour.member], neighbour.weight);
      moved = moves.settle(member) || moved;
    }
  }
}

Level Level::of_communities(const std::vector<int>& labels, std::size_t k) const {
  std::vector<double> inside(k, 0.0);
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> between;
  for (std::size_t member = 0; member < size(); ++member) {
    const auto a = static_cast<std::uint32_t>(labels[member]);
    inside[a] += inside_[member];
    for (const Neighbour& neighbour : neighbours(member)) {
      const auto b = static_cast<std::uint32_t>(labels[neighbour.member]);
      if (a == b) inside[a] += neighbour.weight;
      if (a < b) between[{a, b}] += neighbour.weight;
    }
  }
  std::vector<PairWeight> pairs;
  pairs.reserve(between.size());
  for (const auto& [ends, weight] : between) pairs.push_back({ends.first, ends.second, weight});
  return Level(k, pairs, std::move(inside));
}

// Labels 0, 1 … in the order of their first members; the answer is how many there are.
std::size_t number_in_order(std::vector<int>& labels) {
  std::vector<int> number(labels.size(), -1);
  int count = 0;
  for (int& label : labels) {
    int& known = number[static_cast<std::size_t>(label)];
    if (known < 0) known = count++;
    label = known;
  }
  return static_cast<std::size_t>(count);
}

// From `labels` on: members move, then their communities as wholes, until these stay as they are.
void climb(const Level& members, std::vector<int>& labels, RandomStream& stream) {
  members.improve(labels, stream);
  std::size_t k = number_in_order(labels);
  for (std::size_t before = members.size() + 1; k > 1 && k < before;) {
    before = k;
    std::vector<int> merged(k);
    std::iota(merged.begin(), merged.end(), 0);
    members.of_communities(labels, k).improve(merged, stream);
    for (int& label : labels) label = merged[static_cast<std::size_t>(label)];
    k = number_in_order(labels);
  }
}

std::vector<bool> has_edge(const PairGraph& graph) {
  std::vector<bool> has(graph.members, false);
  for (const PairWeight& pair : graph.pairs) {
    if (pair.weight > 0) has[pair.a] = has[pair.b] = true;
  }
  return has;
}

// Both in the order of their first members, so that partitions that are alike have equal labels.
double agreement(const std::vector<int>& a, const std::vector<int>& b) {
  if (a == b) return 1;
  std::vector<int> with_edges_a, with_edges_b;
  for (std::size_t member = 0; member < a.size(); ++member) {
    if (a[member] < 0) continue;
    with_edges_a.push_back(a[member]);
    with_edges_b.push_back(b[member]);
  }
  const auto information = adjusted_mutual_information(with_edges_a, with_edges_b);
  return information ? information->adjusted : 0;
}

std::size_t place_of_best(const std::vector<Communities>& runs) {
  std::size_t best = 0;
  for (std::size_t run = 1; run < runs.size(); ++run) {
    if (runs[run].q > runs[best].q + kEqualQ) best = run;
  }
  return best;
}

std::vector<Communities> run_often(const PairGraph& graph, int runs, RandomStream& stream) {
  std::vector<Communities> all;
  for (int run = 0; run < std::max(runs, 1); ++run) all.push_back(find_communities(graph, stream));
  return all;
}

}  // namespace

Communities find_communities(const PairGraph& graph, RandomStream& stream) {
  const Level members(graph);
  Communities found{std::vector<int>(graph.members, -1), 0};
  if (!(members.total() > 0)) return found;
  std::vector<int> labels(graph.members);
  std::iota(labels.begin(), labels.end(), 0);
  double q = -1;
  for (;;) {
    std::vector<int> next = labels;
    climb(members, next, stream);
    const double next_q = newman_q(graph, next);
    if (next_q <= q + kRounding) break;
    labels = std::move(next);
    q = next_q;
  }
  // Members without edges stay alone, and get no label.
  const std::vector<bool> has = has_edge(graph);
  std::vector<int> number(graph.members, -1);
  int count = 0;
  for (std::size_t member = 0; member < labels.size(); ++member) {
    if (!has[member]) continue;
    int& known = number[static_cast<std::size_t>(labels[member])];
    if (known < 0) known = count++;
    found.labels[member] = known;
  }
  found.q = std::max(0.0, q);  // one community of all has 0, and no pair is left that adds to Q once merged
  return found;
}

Communities find_best_communities(const PairGraph& graph, int runs, RandomStream& stream) {
  std::vector<Communities> all = run_often(graph, runs, stream);
  return std::move(all[place_of_best(all)]);
}

CommunityRuns find_stable_communities(const PairGraph& graph, int runs, RandomStream& stream) {
  std::vector<Communities> all = run_often(graph, runs, stream);
  CommunityRuns found;
  double sum = 0;
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a + 1; b < all.size(); ++b, ++pairs) sum += agreement(all[a].labels, all[b].labels);
  }
  if (pairs > 0) found.stability = sum / static_cast<double>(pairs);
  found.best = std::move(all[place_of_best(all)]);
  return found;
}

}  // namespace ramus
