#include "passes/numerics/factor_null.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "passes/numerics/permuted_matrix.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr double kMagnitudeQuantile = 0.95;
constexpr double kTracyWidom95 = 0.9793;  // its 95 % point, beta = 1
constexpr double kSameSigma = 1e-9;       // of sigma: equal matrices may round apart

Eigen::Index count_significant(const Vector& p, double significance) {
  Eigen::Index count = 0;
  while (count < p.size() && p[count] <= significance) ++count;
  return count;
}

// Squared magnitudes of the null's units, pooled over permutations: pools[f] for the first f + 1 factors.
class MagnitudePools {
 public:
  explicit MagnitudePools(Eigen::Index factors) : pools_(static_cast<std::size_t>(factors)) {}

  void add(const Matrix& scores) {
    Vector sum = Vector::Zero(scores.rows());
    for (std::size_t f = 0; f < pools_.size(); ++f) {
      sum += scores.col(static_cast<Eigen::Index>(f)).cwiseAbs2();
      pools_[f].insert(pools_[f].end(), sum.begin(), sum.end());
    }
  }

  double quantile(Eigen::Index factors) {
    if (factors == 0) return 0;
    std::vector<double>& pool = pools_[static_cast<std::size_t>(factors - 1)];
    const double place = std::ceil(kMagnitudeQuantile * static_cast<double>(pool.size())) - 1;
    const auto at = pool.begin() + static_cast<std::ptrdiff_t>(std::max(0.0, place));
    std::nth_element(pool.begin(), at, pool.end());
    return std::sqrt(*at);
  }

 private:
  std::vector<std::vector<double>> pools_;
};

// [columns]: what 95 % of each column stay below.
Vector upper_points(Matrix samples) {
  if (samples.rows() == 0) return {};
  Vector points(samples.cols());
  const auto place = static_cast<Eigen::Index>(std::ceil(kMagnitudeQuantile * static_cast<double>(samples.rows()))) - 1;
  for (Eigen::Index j = 0; j < samples.cols(); ++j) {
    auto column = samples.col(j);
    std::nth_element(column.begin(), column.begin() + place, column.end());
    points[j] = column[place];
  }
  return points;
}

// The edge of the spectrum of D Z, D diagonal and Z [p x n] of independent entries with variance 1: its largest
// squared singular value is center + scale * (a Tracy-Widom variable).
struct SpectralEdge {
  double center = 0, scale = 0;
};

SpectralEdge find_edge(const Vector& variances, double p, double n) {
  const double largest = variances.maxCoeff();
  if (!(largest > 0) || p < 1 || n < 1) return {};
  // The mean of (d c / (1 - d c))^power over the row variances d, c in units of 1 / largest.
  const Eigen::ArrayXd d = variances.array() / largest;
  const auto mean_power = [&](double c, int power) { return (d * c / (1 - d * c)).pow(power).mean(); };
  double low = 0, high = 1;  // the mean square rises from 0 to infinity
  for (int step = 0; step < 200 && high - low > 1e-15; ++step) {
    const double c = (low + high) / 2;
    (mean_power(c, 2) < n / p ? low : high) = c;
  }
  const double c = low > 0 ? low : high;
  SpectralEdge edge;
  edge.center = n * largest / c * (1 + p / n * mean_power(c, 1));
  edge.scale = std::cbrt(n) * largest / c * std::cbrt(1 + p / n * mean_power(c, 3));
  return edge;
}

// Variances of the rows of what is left of M_c. The mean squares of n entries scatter more than the variances they
// estimate, and a spectrum computed from them would be too wide: they are drawn towards their mean until they scatter
// as much as the variances alone would. No more than for normal entries: with heavy tails the few rows that hold the
// outliers do widen the spectrum.
Vector find_row_variances(const Matrix& rest, double samples) {
  const Vector variances = rest.rowwise().squaredNorm() / samples;
  const double mean = variances.mean();
  const double scatter = (variances.array() - mean).square().mean();
  const Vector fourth = rest.array().square().square().rowwise().sum() / samples;
  const double square = variances.squaredNorm() / static_cast<double>(variances.size());
  const double noise = std::clamp(fourth.mean() - square, 0.0, 2 * square) / samples;
  const double kept = scatter > noise ? std::sqrt(1 - noise / scatter) : 0;
  return (mean + kept * (variances.array() - mean)).matrix();
}

}  // namespace

std::string_view name_of(FactorNullMethod method) {
  switch (method) {
    case FactorNullMethod::permutation:
      return "permutation";
    case FactorNullMethod::tracy_widom:
      return "tracy-widom";
    case FactorNullMethod::none:
      break;
  }
  return "none";
}

double tracy_widom_upper_tail(double x) {
  constexpr double shape = 46.446, scale = 0.186054, shift = 9.84801;  // Chiani 2014, beta = 1
  return x <= -shift ? 1 : boost::math::gamma_q(shape, (x + shift) / scale);
}

Result<FactorNull> find_permutation_null(const Eigen::MatrixXd& m, Normalise normalise, Centring centring,
                                         const SingularFactors& factors, const FactorNullOptions& options,
                                         const std::function<bool()>& cancelled) {
  const Eigen::Index k = factors.sigma.size();
  const PermutedMatrix source(m, normalise, InputScale::norm);
  Eigen::ArrayXi at_least = Eigen::ArrayXi::Zero(k);
  MagnitudePools inputs(k), outputs(k);
  Matrix all_sigma(options.permutations, k);
  for (int i = 0; i < options.permutations; ++i) {
    if (cancelled && cancelled()) return failure(ErrorKind::cancelled, "cancelled while the factors were compared");
    RandomStream stream(options.seed, options.key, static_cast<std::uint64_t>(i));
    Matrix permuted = source.draw(stream);
    centre_matrix(permuted, centring);
    const Vector sigma = find_singular_values(permuted, k);
    all_sigma.row(i) = sigma.transpose();
    at_least += (sigma.array() >= factors.sigma.array() * (1 - kSameSigma)).cast<int>();
    inputs.add(permuted.transpose() * factors.left);
    outputs.add(permuted * factors.right);
  }
  FactorNull null;
  null.method = FactorNullMethod::permutation;
  null.permutations = options.permutations;
  null.p = (at_least.cast<double>() + 1) / (options.permutations + 1.0);
  null.significant = count_significant(null.p, options.significance);
  null.input_magnitude = inputs.quantile(null.significant);
  null.output_magnitude = outputs.quantile(null.significant);
  null.upper = upper_points(all_sigma);
  return null;
}

FactorNull find_analytic_null(PreparedMatrix prepared, Centring centring, const SingularFactors& factors,
                              double significance) {
  const Eigen::Index k = factors.sigma.size();
  const bool both = centring == Centring::double_ || centring == Centring::correspondence;
  const bool rows_centred = both || centring == Centring::rows;
  const bool columns_centred = both || centring == Centring::columns;
  const double samples = static_cast<double>(prepared.values.cols()) - (rows_centred ? 1 : 0);
  const double variables = static_cast<double>(prepared.values.rows()) - (columns_centred ? 1 : 0);

  FactorNull null;
  null.method = FactorNullMethod::tracy_widom;
  null.p = Vector::Ones(k);
  null.upper = Vector::Zero(k);
  const Vector row_energies = prepared.values.rowwise().squaredNorm();
  Matrix& rest = prepared.values;  // what the factors before leave
  for (Eigen::Index j = 0; j < k; ++j) {
    const double n = samples - static_cast<double>(j), p = variables - static_cast<double>(j);
    if (n < 2 || p < 2) break;
    const double spread = static_cast<double>(prepared.values.rows()) / p;  // the same energy in p rows
    const SpectralEdge edge = find_edge(find_row_variances(rest, n) * spread, p, n);
    const double square = factors.sigma[j] * factors.sigma[j];
    if (edge.scale > 0) null.p[j] = tracy_widom_upper_tail((square - edge.center) / edge.scale);
    null.upper[j] = std::sqrt(std::max(0.0, edge.center + kTracyWidom95 * edge.scale));
    null.p[j] = std::max(null.p[j], std::numeric_limits<double>::min());
    rest.noalias() -= factors.sigma[j] * factors.left.col(j) * factors.right.col(j).transpose();
  }
  null.significant = count_significant(null.p, significance);
  if (null.significant > 0) {
    // Projections of independent entries: a sum of squares, chi squared times the entries' variance.
    const auto f = static_cast<double>(null.significant);
    const double limit = boost::math::quantile(boost::math::chi_squared(f), kMagnitudeQuantile);
    const Vector variances = row_energies / samples;
    const auto left = factors.left.leftCols(null.significant);
    null.input_magnitude = std::sqrt(limit * (variances.transpose() * left.cwiseAbs2()).mean());
    null.output_magnitude = std::sqrt(limit * variances.mean());
  }
  return null;
}

}  // namespace ramus
