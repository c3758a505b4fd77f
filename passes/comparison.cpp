#include "passes/comparison.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "passes/numerics/enrichment.hpp"
#include "passes/parallel.hpp"

namespace ramus {
namespace {

constexpr std::int64_t kMostOrders = std::int64_t{1} << 53;  // exact as a double, and in JSON
constexpr std::size_t kMostExchangeable = 512;               // branches: as many as the largest mixtures have experts
constexpr double kMostWork = 2e9;  // multiply-adds of one group's null: about a second; beyond it fewer permutations

// Which branches of two aligned groups may be which: those built alike, of one form, of one name; what is left in order.
class Matcher {
 public:
  Matcher(const ProfiledGroup& a, const ProfiledGroup& b) : a_(a), b_(b) {
    for (std::size_t i = 0; i < a.branches.size(); ++i) left_a_.insert(i);
    for (std::size_t j = 0; j < b.branches.size(); ++j) left_b_.insert(j);
  }

  std::vector<ExchangeableBranches> run() {
    match_by([](const ProfiledBranch& branch) { return branch.structure; }, true);
    match_by([](const ProfiledBranch& branch) { return branch.form; }, false);
    match_by([](const ProfiledBranch& branch) { return std::pair(branch.skip, branch.name); }, true);
    if (left_a_.size() == left_b_.size()) match_in_order();
    return std::move(blocks_);
  }

 private:
  template <class Key>
  void match_by(Key key, bool only_as_many) {
    using Blocks = std::map<decltype(key(a_.branches[0])), ExchangeableBranches>;
    Blocks blocks;
    for (const std::size_t i : left_a_) blocks[key(a_.branches[i])].a.push_back(static_cast<Eigen::Index>(i));
    for (const std::size_t j : left_b_) blocks[key(b_.branches[j])].b.push_back(static_cast<Eigen::Index>(j));
    for (auto& [value, block] : blocks) {
      if (block.a.empty() || block.b.empty() || (only_as_many && block.a.size() != block.b.size())) continue;
      take(std::move(block));
    }
  }

  void match_in_order() {
    const std::vector<std::size_t> a(left_a_.begin(), left_a_.end()), b(left_b_.begin(), left_b_.end());
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a_.branches[a[i]].skip != b_.branches[b[i]].skip) continue;
      take({{static_cast<Eigen::Index>(a[i])}, {static_cast<Eigen::Index>(b[i])}});
    }
  }

  void take(ExchangeableBranches block) {
    for (const Eigen::Index i : block.a) left_a_.erase(static_cast<std::size_t>(i));
    for (const Eigen::Index j : block.b) left_b_.erase(static_cast<std::size_t>(j));
    if (std::max(block.a.size(), block.b.size()) <= kMostExchangeable) return blocks_.push_back(std::move(block));
    for (std::size_t k = 0; k < std::min(block.a.size(), block.b.size()); ++k) {
      blocks_.push_back({{block.a[k]}, {block.b[k]}});
    }
  }

  const ProfiledGroup &a_, &b_;
  std::set<std::size_t> left_a_, left_b_;
  std::vector<ExchangeableBranches> blocks_;
};

// n! / (n - m)! for every block of n branches against m, multiplied.
std::optional<std::int64_t> count_orders(const std::vector<ExchangeableBranches>& blocks) {
  std::int64_t orders = 1;
  for (const ExchangeableBranches& block : blocks) {
    const std::size_t few = std::min(block.a.size(), block.b.size()), many = std::max(block.a.size(), block.b.size());
    for (std::size_t k = 0; k < few; ++k) {
      const auto factor = static_cast<std::int64_t>(many - k);
      if (orders > kMostOrders / factor) return std::nullopt;
      orders *= factor;
    }
  }
  return orders;
}

bool varies(const UnitSample& sample, Eigen::Index column) {
  const auto values = sample.values.col(column);
  return values.maxCoeff() > values.minCoeff();
}

UnitSample with_columns(const UnitSample& sample, const std::vector<Eigen::Index>& columns) {
  return {sample.branch, sample.values(Eigen::all, columns), sample.families};
}

// What two groups have in common of one basis.
struct CommonSamples {
  ComparedBasis basis;
  std::vector<UnitSample> a, b;
};

std::optional<CommonSamples> find_common(const ProfiledGroup& a, const ProfiledGroup& b, ProfileBasis basis) {
  CommonSamples common;
  common.basis.basis = basis;
  for (const ProfileSample& sample : a.samples) {
    if (sample.basis != basis) continue;
    const ProfileSample* other = b.find(basis, sample.layer);
    if (other == nullptr) continue;
    std::map<std::string, Eigen::Index> place;
    for (std::size_t c = 0; c < other->columns.size(); ++c)
      place.emplace(other->columns[c], static_cast<Eigen::Index>(c));
    std::vector<Eigen::Index> here, there;
    for (std::size_t c = 0; c < sample.columns.size(); ++c) {
      const auto found = place.find(sample.columns[c]);
      const auto column = static_cast<Eigen::Index>(c);
      if (found == place.end() || !varies(sample.units, column) || !varies(other->units, found->second)) continue;
      here.push_back(column);
      there.push_back(found->second);
      common.basis.columns.push_back(sample.columns[c]);
    }
    if (here.empty()) continue;
    if (!sample.layer.empty()) common.basis.layers.push_back(sample.layer);
    common.basis.units_a += static_cast<std::int64_t>(sample.units.branch.size());
    common.basis.units_b += static_cast<std::int64_t>(other->units.branch.size());
    common.a.push_back(with_columns(sample.units, here));
    common.b.push_back(with_columns(other->units, there));
  }
  return common.a.empty() ? std::nullopt : std::optional(std::move(common));
}

AgreementRequest request_for(const CommonSamples& common, const ProfiledGroup& a, const ProfiledGroup& b,
                             std::vector<ExchangeableBranches> exchangeable) {
  AgreementRequest request;
  request.a = common.a;
  request.b = common.b;
  request.branches_a = static_cast<Eigen::Index>(a.branches.size());
  request.branches_b = static_cast<Eigen::Index>(b.branches.size());
  request.exchangeable = std::move(exchangeable);
  return request;
}

int affordable(const AgreementRequest& request, int wanted) {
  double work = 1;
  for (const auto& samples : {std::cref(request.a), std::cref(request.b)}) {
    for (const UnitSample& sample : samples.get()) work += 8.0 * static_cast<double>(sample.values.size());
  }
  for (const ExchangeableBranches& block : request.exchangeable) {
    const auto side = static_cast<double>(std::max(block.a.size(), block.b.size()));
    work += side * side * side;
  }
  return static_cast<int>(std::min<double>(wanted, kMostWork / work));
}

std::vector<ExchangeableBranches> fixed(const std::vector<Eigen::Index>& match) {
  std::vector<ExchangeableBranches> blocks;
  for (std::size_t i = 0; i < match.size(); ++i) {
    if (match[i] >= 0) blocks.push_back({{static_cast<Eigen::Index>(i)}, {match[i]}});
  }
  return blocks;
}

std::optional<ComparedProfile> compare_profiles(const ProfiledGroup& a, const ProfiledGroup& b,
                                                const std::vector<ExchangeableBranches>& exchangeable,
                                                const ComparisonRequest& wanted) {
  ComparedProfile profile;
  std::vector<Eigen::Index> match;
  for (const ProfileBasis basis : {ProfileBasis::labels, ProfileBasis::features, ProfileBasis::factors}) {
    auto common = find_common(a, b, basis);
    if (!common) continue;
    AgreementRequest request = request_for(*common, a, b, profile.bases.empty() ? exchangeable : fixed(match));
    request.permutations = profile.bases.empty() ? affordable(request, wanted.permutations) : 0;
    request.seed = wanted.seed;
    const std::string key = a.name + "#comparison";
    request.key = key;
    const ProfileAgreement agreement = find_agreement(request, wanted.cancelled);
    common->basis.correlation = agreement.correlation;
    if (profile.bases.empty()) {
      match = agreement.match;
      profile.agreement = agreement;
    }
    profile.bases.push_back(std::move(common->basis));
  }
  if (profile.bases.empty()) return std::nullopt;
  profile.orders = count_orders(exchangeable);
  return profile;
}

// Without profiles: in the order of their places.
std::vector<Eigen::Index> match_by_place(std::size_t branches, const std::vector<ExchangeableBranches>& blocks) {
  std::vector<Eigen::Index> match(branches, -1);
  for (const ExchangeableBranches& block : blocks) {
    for (std::size_t k = 0; k < std::min(block.a.size(), block.b.size()); ++k) {
      match[static_cast<std::size_t>(block.a[k])] = block.b[k];
    }
  }
  return match;
}

void compare_group(const ModelProfile& model_a, const ModelProfile& model_b, const ComparisonRequest& request,
                   ComparedGroup& group) {
  const ProfiledGroup &a = model_a.groups[group.groups.a], &b = model_b.groups[group.groups.b];
  const std::vector<ExchangeableBranches> exchangeable = Matcher(a, b).run();
  group.profile = compare_profiles(a, b, exchangeable, request);
  const std::vector<Eigen::Index> match =
      group.profile ? group.profile->agreement.match : match_by_place(a.branches.size(), exchangeable);
  std::vector<bool> taken(b.branches.size(), false);
  for (std::size_t i = 0; i < match.size(); ++i) {
    if (match[i] < 0) {
      group.only_a.push_back(i);
      continue;
    }
    group.branches.emplace_back(i, static_cast<std::size_t>(match[i]));
    taken[static_cast<std::size_t>(match[i])] = true;
  }
  for (std::size_t j = 0; j < taken.size(); ++j) {
    if (!taken[j]) group.only_b.push_back(j);
  }
  group.differences = find_differences(a, b, group.branches);
}

// Groups around another that differs, or that is there in one model only.
void mark_holders(const ModelProfile& a, const ModelProfile& b, ComparedModels& compared) {
  std::map<std::size_t, ComparedGroup*> of_a, of_b;
  for (ComparedGroup& group : compared.groups) {
    of_a.emplace(group.groups.a, &group);
    of_b.emplace(group.groups.b, &group);
  }
  const auto mark = [](const ModelProfile& model, const auto& groups, std::optional<std::size_t> place) {
    for (; place; place = model.groups[*place].parent) {
      const auto found = groups.find(*place);
      if (found == groups.end()) continue;
      if (found->second->holds_differences) return;  // and so do those around it
      found->second->holds_differences = true;
    }
  };
  for (const ComparedGroup& group : compared.groups) {
    if (group.differences.empty() && group.only_a.empty() && group.only_b.empty()) continue;
    mark(a, of_a, a.groups[group.groups.a].parent);
    mark(b, of_b, b.groups[group.groups.b].parent);
  }
  for (const std::size_t place : compared.only_a) mark(a, of_a, a.groups[place].parent);
  for (const std::size_t place : compared.only_b) mark(b, of_b, b.groups[place].parent);
}

void correct_over_groups(std::vector<ComparedGroup>& groups) {
  std::vector<double> p;
  for (const ComparedGroup& group : groups) {
    if (group.profile && group.profile->agreement.permutations > 0) p.push_back(group.profile->agreement.p);
  }
  const std::vector<double> q = benjamini_hochberg(p);
  auto next = q.begin();
  for (ComparedGroup& group : groups) {
    if (group.profile && group.profile->agreement.permutations > 0) group.profile->q = *next++;
  }
}

}  // namespace

Result<ComparedModels> compare_models(const ModelProfile& a, const ModelProfile& b, const ComparisonRequest& request) {
  ComparedModels compared;
  const std::vector<AlignedGroups> aligned = align_groups(a.groups, b.groups);
  std::vector<bool> in_a(a.groups.size(), false), in_b(b.groups.size(), false);
  for (const AlignedGroups& pair : aligned) {
    compared.groups.emplace_back().groups = pair;
    in_a[pair.a] = in_b[pair.b] = true;
  }
  for (std::size_t i = 0; i < in_a.size(); ++i) {
    if (!in_a[i]) compared.only_a.push_back(i);
  }
  for (std::size_t j = 0; j < in_b.size(); ++j) {
    if (!in_b[j]) compared.only_b.push_back(j);
  }
  auto status = for_each_index(compared.groups.size(), request.cancelled, [&](std::size_t i) -> Status {
    compare_group(a, b, request, compared.groups[i]);
    return {};
  });
  if (!status) return propagate(std::move(status.error()));
  mark_holders(a, b, compared);
  correct_over_groups(compared.groups);
  compared.streams = compare_streams(a, b, aligned);
  compared.operators = compare_operators(a, b);
  return compared;
}

}  // namespace ramus
