#include "passes/numerics/profile_agreement.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "passes/numerics/assignment.hpp"
#include "passes/numerics/random.hpp"

namespace ramus {
namespace {

constexpr double kNoVariation = 1e-12;  // of the largest value: what is left is rounding
constexpr double kRounding = 1e-12;     // equal sums may round apart
constexpr double kSamePlace = 1e-9;     // of two assignments that agree alike, the one that moves fewer branches

Eigen::MatrixXd quantity_profile(const UnitSample& sample, Eigen::Index branches) {
  const Eigen::Index units = sample.values.rows(), columns = sample.values.cols();
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(branches, columns), squares = sums;
  Eigen::VectorXd sizes = Eigen::VectorXd::Zero(branches);
  const Eigen::RowVectorXd mean = sample.values.colwise().mean();
  const Eigen::MatrixXd centred = sample.values.rowwise() - mean;
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    const int branch = sample.branch[static_cast<std::size_t>(unit)];
    sums.row(branch) += centred.row(unit);
    squares.row(branch) += centred.row(unit).cwiseAbs2();
    sizes[branch] += 1;
  }
  Eigen::MatrixXd profile = Eigen::MatrixXd::Zero(branches, 2 * columns);
  for (Eigen::Index column = 0; column < columns; ++column) {
    const double deviation = std::sqrt(centred.col(column).squaredNorm() / static_cast<double>(units));
    if (deviation <= kNoVariation * sample.values.col(column).cwiseAbs().maxCoeff()) continue;
    for (Eigen::Index branch = 0; branch < branches; ++branch) {
      if (sizes[branch] == 0) continue;
      const double here = sums(branch, column) / sizes[branch];
      profile(branch, column) = here / deviation;
      profile(branch, columns + column) =
          std::sqrt(std::max(0.0, squares(branch, column) / sizes[branch] - here * here)) / deviation;
    }
  }
  return profile;
}

Eigen::MatrixXd family_profile(const UnitSample& sample, Eigen::Index branches) {
  Eigen::MatrixXd hits = Eigen::MatrixXd::Zero(branches, sample.values.cols());
  Eigen::VectorXd sizes = Eigen::VectorXd::Zero(branches);
  for (Eigen::Index unit = 0; unit < sample.values.rows(); ++unit) {
    const int branch = sample.branch[static_cast<std::size_t>(unit)];
    hits.row(branch) += sample.values.row(unit);
    sizes[branch] += 1;
  }
  const Eigen::RowVectorXd members = hits.colwise().sum();
  const double units = sizes.sum();
  Eigen::MatrixXd profile(branches, hits.cols());
  for (Eigen::Index column = 0; column < hits.cols(); ++column) {
    for (Eigen::Index branch = 0; branch < branches; ++branch) {
      const double inside = hits(branch, column), outside = members[column] - inside;
      const double others = sizes[branch] - inside, rest = units - sizes[branch] - outside;
      profile(branch, column) = std::log((inside + 0.5) * (rest + 0.5) / ((others + 0.5) * (outside + 0.5)));
    }
  }
  return profile;
}

// All samples' columns side by side, each centred over the branches.
Eigen::MatrixXd centred_profile(const std::vector<UnitSample>& samples, Eigen::Index branches) {
  Eigen::MatrixXd profile(branches, 0);
  for (const UnitSample& sample : samples) {
    const Eigen::MatrixXd part = profile_of(sample, branches);
    profile.conservativeResize(Eigen::NoChange, profile.cols() + part.cols());
    profile.rightCols(part.cols()) = part.rowwise() - part.colwise().mean();
  }
  return profile;
}

struct BestAssignment {
  std::vector<Eigen::Index> match;
  double agreement = 0, correlation = 0;
};

BestAssignment assign(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b,
                      const std::vector<ExchangeableBranches>& exchangeable) {
  BestAssignment best{std::vector<Eigen::Index>(static_cast<std::size_t>(a.rows()), -1), 0, 0};
  double sum = 0, norm_a = 0, norm_b = 0, entries = 0;
  for (const ExchangeableBranches& block : exchangeable) {
    Eigen::MatrixXd products = a(block.a, Eigen::all) * b(block.b, Eigen::all).transpose();
    for (Eigen::Index i = 0; i < std::min(products.rows(), products.cols()); ++i) products(i, i) += kSamePlace;
    const std::vector<Eigen::Index> columns = best_assignment(products);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] < 0) continue;
      const Eigen::Index from = block.a[i], to = block.b[static_cast<std::size_t>(columns[i])];
      best.match[static_cast<std::size_t>(from)] = to;
      sum += a.row(from).dot(b.row(to));
      norm_a += a.row(from).squaredNorm();
      norm_b += b.row(to).squaredNorm();
      entries += static_cast<double>(a.cols());
    }
  }
  if (entries > 0) best.agreement = sum / entries;
  if (norm_a > 0 && norm_b > 0) best.correlation = std::clamp(sum / std::sqrt(norm_a * norm_b), -1.0, 1.0);
  return best;
}

struct Null {
  double p = 1, sum_of_correlations = 0;
  int permutations = 0;
};

}  // namespace

Eigen::MatrixXd profile_of(const UnitSample& sample, Eigen::Index branches) {
  return sample.families ? family_profile(sample, branches) : quantity_profile(sample, branches);
}

ProfileAgreement find_agreement(const AgreementRequest& request, const std::function<bool()>& cancelled) {
  const Eigen::MatrixXd a = centred_profile(request.a, request.branches_a);
  const Eigen::MatrixXd b = centred_profile(request.b, request.branches_b);
  const BestAssignment observed = assign(a, b, request.exchangeable);
  ProfileAgreement result;
  result.match = observed.match;
  result.agreement = observed.agreement;
  result.correlation = observed.correlation;

  const auto permute = [&](std::vector<UnitSample> samples, bool of_a) {
    Null null;
    int at_least = 0;
    const std::string key = std::string(request.key) + (of_a ? "#a" : "#b");
    for (; null.permutations < request.permutations && !(cancelled && cancelled()); ++null.permutations) {
      RandomStream random(request.seed, key, static_cast<std::uint64_t>(null.permutations));
      for (UnitSample& sample : samples) random.shuffle(std::span<int>(sample.branch));
      const Eigen::MatrixXd other = centred_profile(samples, of_a ? request.branches_a : request.branches_b);
      const BestAssignment drawn =
          of_a ? assign(other, b, request.exchangeable) : assign(a, other, request.exchangeable);
      at_least += drawn.agreement >= observed.agreement - kRounding ? 1 : 0;
      null.sum_of_correlations += drawn.correlation;
    }
    null.p = (1.0 + at_least) / (1.0 + null.permutations);
    return null;
  };
  const Null of_a = permute(request.a, true), of_b = permute(request.b, false);
  result.p_a = of_a.p;
  result.p_b = of_b.p;
  result.p = std::max(of_a.p, of_b.p);
  result.permutations = std::min(of_a.permutations, of_b.permutations);
  if (result.permutations > 0) {
    result.null_correlation =
        (of_a.sum_of_correlations + of_b.sum_of_correlations) / (of_a.permutations + of_b.permutations);
  }
  return result;
}

}  // namespace ramus
