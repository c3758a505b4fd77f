#include "passes/branch_factors.hpp"

#include <algorithm>
#include <cmath>

#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

constexpr double kSameShare = 1e-9;  // sums in another order may round apart

// The layer or join whose units the branches divide among them.
std::optional<NodeId> divided_by(const BranchGroup& group) {
  std::optional<NodeId> layer;
  for (const Branch& branch : group.branches) {
    if (!branch.units) return std::nullopt;
    if (layer && *layer != branch.units->layer) return std::nullopt;
    layer = branch.units->layer;
  }
  return layer;
}

bool is_inside(const BranchGroup& group, NodeId node) {
  return std::any_of(group.branches.begin(), group.branches.end(), [&](const Branch& branch) {
    return std::binary_search(branch.nodes.begin(), branch.nodes.end(), node);
  });
}

bool reads_whole(const Factorization& factors, NodeId layer, const BranchGroup& group) {
  const Wiring& wiring = factors.wiring;
  const std::int64_t end =
      std::max_element(group.branches.begin(), group.branches.end(), [](const Branch& a, const Branch& b) {
        return a.units->end < b.units->end;
      })->units->end;
  return wiring.from == layer && wiring.from_part.empty() && wiring.layer.groups == 1 && wiring.units == end &&
         !is_inside(group, wiring.to);
}

// [branches x factors], sums of squared loadings.
Eigen::MatrixXd energies(const Eigen::MatrixXd& squares, const std::vector<int>& owners, std::size_t branches) {
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(branches), squares.cols());
  for (std::size_t unit = 0; unit < owners.size(); ++unit) {
    sums.row(owners[unit]) += squares.row(static_cast<Eigen::Index>(unit));
  }
  return sums;
}

}  // namespace

std::optional<JoinFactors> find_join_factors(const std::vector<Factorization>& factors, const BranchGroup& group) {
  const auto layer = divided_by(group);
  if (!layer) return std::nullopt;
  JoinFactors join;
  for (const Factorization& each : factors) {
    if (!reads_whole(each, *layer, group)) continue;
    if (join.read == nullptr || each.factors->left.rows() > join.read->factors->left.rows()) join.read = &each;
  }
  if (join.read == nullptr) return std::nullopt;
  join.owners.assign(static_cast<std::size_t>(join.read->wiring.units), -1);
  for (std::size_t b = 0; b < group.branches.size(); ++b) {
    const UnitRange& units = *group.branches[b].units;
    std::fill(join.owners.begin() + units.begin, join.owners.begin() + units.end, static_cast<int>(b));
  }
  for (const Eigen::Index silent : join.read->factors->silent_inputs) {
    join.owners[static_cast<std::size_t>(silent)] = -1;
  }
  return join;
}

std::vector<std::vector<FactorShare>> find_factor_shares(const JoinFactors& join, std::size_t branches,
                                                         int permutations, std::uint64_t seed) {
  std::vector<Eigen::Index> units;
  std::vector<int> owners;
  for (std::size_t unit = 0; unit < join.owners.size(); ++unit) {
    if (join.owners[unit] < 0) continue;
    units.push_back(static_cast<Eigen::Index>(unit));
    owners.push_back(join.owners[unit]);
  }
  const Eigen::Index factors = join.read->factors->null.significant;
  const Eigen::MatrixXd squares = join.read->factors->right(units, Eigen::seqN(0, factors)).cwiseAbs2();
  Eigen::VectorXd expected = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(branches));
  for (const int owner : owners) expected[owner] += 1 / static_cast<double>(owners.size());
  const Eigen::MatrixXd found = energies(squares, owners, branches);
  const Eigen::ArrayXXd distance = (found.colwise() - expected).array().abs() - kSameShare;
  Eigen::ArrayXXi at_least = Eigen::ArrayXXi::Zero(found.rows(), found.cols());
  for (int i = 0; i < permutations; ++i) {
    RandomStream stream(seed, join.read->id + "#shares", static_cast<std::uint64_t>(i));
    stream.shuffle(std::span(owners));
    const Eigen::MatrixXd permuted = energies(squares, owners, branches);
    at_least += ((permuted.colwise() - expected).array().abs() >= distance).cast<int>();
  }
  std::vector<std::vector<FactorShare>> shares(branches);
  for (Eigen::Index b = 0; b < found.rows(); ++b) {
    for (Eigen::Index j = 0; j < factors; ++j) {
      const double p = (at_least(b, j) + 1.0) / (permutations + 1.0);
      shares[static_cast<std::size_t>(b)].push_back({static_cast<std::size_t>(j), found(b, j), expected[b], p, 1});
    }
  }
  return shares;
}

std::vector<int> poles_of(const JoinFactors& join) {
  std::vector<int> poles;
  for (const UnitAssignment& unit : join.read->factors->inputs) {
    poles.push_back(unit.factor < 0 ? -1 : static_cast<int>(2 * unit.factor) + (unit.pole < 0 ? 1 : 0));
  }
  return poles;
}

}  // namespace ramus
