#include "passes/numerics/composition.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <optional>

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr KernelLag kNoLag{0, 0};
constexpr double kRounding = 1e-12;

KernelLag distance(const KernelLag& from, const KernelLag& to) { return {to[0] - from[0], to[1] - from[1]}; }

std::optional<KernelLag> divided(const KernelLag& lag, const KernelLag& stride) {
  if (lag[0] % stride[0] != 0 || lag[1] % stride[1] != 0) return std::nullopt;
  return KernelLag{lag[0] / stride[0], lag[1] / stride[1]};
}

// Of the lags d and -d, which hold each other's transposes, one is kept.
double weight_of(const KernelLag& lag) { return lag == kNoLag ? 1 : 2; }

double inner_product(const Matrix& a, const Matrix& b) { return a.cwiseProduct(b).sum(); }

struct LagPair {
  double weight;
  const Matrix *read, *write;
};

std::vector<LagPair> common_lags(const StreamMap& read, const StreamMap& write) {
  std::vector<LagPair> pairs;
  for (const auto& [lag, gram] : read.grams()) {
    const auto other = write.grams().find(lag);
    if (other != write.grams().end()) pairs.push_back({weight_of(lag), &gram, &other->second});
  }
  return pairs;
}

double squared_size(const StreamMap& read, const StreamMap& write) {
  double sum = 0;
  for (const LagPair& pair : common_lags(read, write)) {
    sum += pair.weight * pair.read->cwiseProduct(pair.write->transpose()).sum();
  }
  return std::max(0.0, sum);
}

// Inner products of the parts on which rotations act apart, between all lags of one side.
struct LagProducts {
  Matrix symmetric, skew;  // [lags x lags]
};

LagProducts products_of(const std::vector<const Matrix*>& grams) {
  const auto lags = static_cast<Eigen::Index>(grams.size());
  LagProducts products{Matrix(lags, lags), Matrix(lags, lags)};
  for (Eigen::Index d = 0; d < lags; ++d) {
    const Matrix& a = *grams[static_cast<std::size_t>(d)];
    for (Eigen::Index e = 0; e <= d; ++e) {
      const Matrix& b = *grams[static_cast<std::size_t>(e)];
      const double straight = inner_product(a, b), crossed = a.cwiseProduct(b.transpose()).sum();
      products.symmetric(d, e) = (straight + crossed) / 2 - a.trace() * b.trace() / static_cast<double>(a.rows());
      products.skew(d, e) = (straight - crossed) / 2;
      products.symmetric(e, d) = products.symmetric(d, e);
      products.skew(e, d) = products.skew(d, e);
    }
  }
  return products;
}

struct Moments {
  double mean = 0, variance = 0;
  double most = 0;  // no rotation gives more (Cauchy-Schwarz, lag by lag)
};

Moments rotation_moments(const std::vector<LagPair>& lags, double units) {
  Moments moments;
  if (units < 2) return moments;
  std::vector<const Matrix*> reads, writes;
  Vector weights(static_cast<Eigen::Index>(lags.size()));
  for (std::size_t i = 0; i < lags.size(); ++i) {
    reads.push_back(lags[i].read);
    writes.push_back(lags[i].write);
    weights[static_cast<Eigen::Index>(i)] = lags[i].weight;
    moments.mean += lags[i].weight * lags[i].read->trace() * lags[i].write->trace() / units;
    moments.most += lags[i].weight * lags[i].read->norm() * lags[i].write->norm();
  }
  const LagProducts read = products_of(reads), write = products_of(writes);
  const double symmetric = weights.dot(read.symmetric.cwiseProduct(write.symmetric) * weights);
  const double skew = weights.dot(read.skew.cwiseProduct(write.skew) * weights);
  moments.variance = 2 * symmetric / ((units - 1) * (units + 2)) + 2 * skew / (units * (units - 1));
  moments.mean = std::max(0.0, moments.mean);
  moments.variance = std::max(0.0, moments.variance);
  return moments;
}

double upper_tail(double squared, const Moments& moments) {
  const double mean = moments.mean / moments.most, variance = moments.variance / (moments.most * moments.most);
  const double sum = mean * (1 - mean) / variance - 1;
  if (!(sum > 0 && mean > 0 && mean < 1)) return 1;
  const double tail = boost::math::ibetac(mean * sum, (1 - mean) * sum, std::min(1.0, squared / moments.most));
  return std::clamp(tail, kSmallestCompositionP, 1.0);
}

}  // namespace

Matrix& StreamMap::gram(const KernelLag& lag) {
  const auto [entry, is_new] = grams_.try_emplace(lag);
  if (is_new) entry->second = Matrix::Zero(units_, units_);
  return entry->second;
}

bool StreamMap::is_wanted(const KernelLag& lag) const {
  return lag >= kNoLag && lag[0] <= most_[0] && std::abs(lag[1]) <= most_[1];
}

void StreamMap::add(std::span<const StreamWeights> groups, std::span<const KernelLag> places) {
  Sums& sums = sums_.emplace_back();
  gram(kNoLag);
  for (const StreamWeights& group : groups) {
    if (group.taps.empty()) continue;
    const Eigen::Index first = group.first_unit, count = group.taps.front().cols();
    sums.inner += static_cast<double>(group.taps.front().rows());
    for (std::size_t t = 0; t < places.size(); ++t) {
      Vector& sum = sums.by_place.try_emplace(places[t], Vector::Zero(units_)).first->second;
      sum.segment(first, count) += group.taps[t].colwise().sum().transpose();
      for (std::size_t u = 0; u < places.size(); ++u) {
        const KernelLag lag = distance(places[t], places[u]);
        if (!is_wanted(lag)) continue;
        gram(lag).block(first, first, count, count).noalias() += group.taps[t].transpose() * group.taps[u];
      }
    }
  }
}

void StreamMap::add_product(const Eigen::Ref<const Matrix>& left, const Eigen::Ref<const Matrix>& right) {
  Sums& sums = sums_.emplace_back();
  sums.inner = static_cast<double>(left.rows());
  sums.by_place[kNoLag] = (left.colwise().sum() * right).transpose();
  const Matrix middle = left.transpose() * left;
  const Matrix half = middle * right;
  gram(kNoLag).noalias() += right.transpose() * half;
}

void StreamMap::scale(const Eigen::Ref<const Vector>& factors) {
  for (auto& [lag, gram] : grams_) gram = factors.asDiagonal() * gram * factors.asDiagonal();
  for (Sums& layer : sums_) {
    for (auto& [place, sum] : layer.by_place) sum = sum.cwiseProduct(factors);
  }
}

void StreamMap::remove_mean_of_units() {
  for (auto& [lag, gram] : grams_) {
    gram.rowwise() -= gram.colwise().mean().eval();
    gram.colwise() -= gram.rowwise().mean().eval();
  }
  for (Sums& layer : sums_) {
    for (auto& [place, sum] : layer.by_place) sum.array() -= sum.mean();
  }
}

void StreamMap::project(const Eigen::Ref<const Matrix>& projection, const KernelLag& stride) {
  std::map<KernelLag, Matrix> kept;
  for (const auto& [lag, gram] : grams_) {
    if (const auto coarse = divided(lag, stride)) kept[*coarse] = projection * gram * projection.transpose();
  }
  grams_ = std::move(kept);
  for (Sums& layer : sums_) {
    for (auto& [place, sum] : layer.by_place) sum = projection * sum;
    layer.stride = {layer.stride[0] * stride[0], layer.stride[1] * stride[1]};
  }
  units_ = projection.rows();
}

void StreamMap::add(const StreamMap& other) {
  for (const auto& [lag, theirs] : other.grams_) gram(lag) += theirs;
  sums_.insert(sums_.end(), other.sums_.begin(), other.sums_.end());
}

StreamMap StreamMap::centred() const {
  StreamMap map = *this;
  for (Sums& layer : map.sums_) {
    if (layer.inner == 0) continue;
    for (const auto& [from, a] : layer.by_place) {
      for (const auto& [to, b] : layer.by_place) {
        const auto lag = divided(distance(from, to), layer.stride);
        const auto entry = lag ? map.grams_.find(*lag) : map.grams_.end();
        if (entry != map.grams_.end()) entry->second.noalias() -= a * b.transpose() / layer.inner;
      }
    }
  }
  map.sums_.clear();
  return map;
}

double StreamMap::energy() const {
  const auto entry = grams_.find(kNoLag);
  return entry == grams_.end() ? 0 : std::max(0.0, entry->second.trace());
}

Composition compose(const StreamMap& read, const StreamMap& write) {
  Composition composition;
  composition.units = read.units();
  const double energy = read.energy() * write.energy();
  if (!(energy > 0)) return composition;
  const double squared = squared_size(read, write);
  const Moments moments = rotation_moments(common_lags(read, write), static_cast<double>(read.units()));
  if (!std::isfinite(squared + energy)) return composition;
  composition.size = std::sqrt(squared);
  composition.score = std::sqrt(squared / energy);
  composition.baseline = std::sqrt(moments.mean / energy);
  composition.size_centred = std::sqrt(squared_size(read.centred(), write.centred()));
  const double least = kRounding * moments.mean * moments.mean;
  if (!(moments.mean > 0 && moments.variance > least &&
        std::isfinite(moments.variance + least + moments.most * moments.most)))
    return composition;
  composition.z = (squared - moments.mean) / std::sqrt(moments.variance);
  composition.p = upper_tail(squared, moments);
  return composition;
}

Matrix leading_subspace(const StreamMap& map, double share) {
  const auto entry = map.grams().find(kNoLag);
  if (entry == map.grams().end()) return Matrix(map.units(), 0);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(entry->second);
  const Vector energy = solver.eigenvalues().cwiseMax(0.0);  // increasing
  const double wanted = share * energy.sum();
  Eigen::Index rank = 0;
  for (double held = 0; rank < energy.size() && held < wanted; ++rank) held += energy[energy.size() - 1 - rank];
  return solver.eigenvectors().rightCols(rank).rowwise().reverse();
}

double subspace_overlap(const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Matrix>& b) {
  const Eigen::Index smaller = std::min(a.cols(), b.cols());
  if (smaller == 0) return 0;
  return std::min(1.0, (a.transpose() * b).squaredNorm() / static_cast<double>(smaller));
}

}  // namespace ramus
