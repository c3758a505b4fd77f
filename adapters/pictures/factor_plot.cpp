#include "adapters/pictures/factor_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "adapters/pictures/names.hpp"
#include "adapters/report/colours.hpp"
#include "adapters/report/plain_text.hpp"
#include "adapters/report/text_findings.hpp"

namespace ramus {
namespace {

constexpr double kPlot = 214, kBetweenPlots = 480 - 2 * 26 - 2 * kPlot;
constexpr double kAxis = 26;  // left of a plot, and beneath it
constexpr double kRow = 18, kBar = 110;
constexpr Eigen::Index kMostRows = 8;
constexpr Eigen::Index kMostUnits = 1500;  // drawn of one layer

const FactorMeaning* name_of(const ReportFactors& entry, Eigen::Index factor) {
  for (const FactorMeaning& meaning : entry.meaning) {
    if (meaning.named && static_cast<Eigen::Index>(meaning.factor) == factor) return &meaning;
  }
  return nullptr;
}

// By unit: a colour, empty where nothing is known.
struct Colouring {
  std::vector<std::string> units;
  std::vector<std::pair<std::string, std::string>> legend;  // colour, what it says
};

// Of the units of a join, or of a layer that branches divide.
std::optional<Colouring> by_branch(const Report& report, const ReportFactors& entry, const ReportNode& layer,
                                   Eigen::Index units) {
  for (const ReportGroup& group : report.groups) {
    if (group.graph != entry.graph) continue;
    Colouring colouring{std::vector<std::string>(static_cast<std::size_t>(units)), {}};
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      const auto& range = group.branches[b].units;
      if (!range || range->layer != layer.name || range->begin < 0 || range->end > units) continue;
      const std::string colour(colour_of_branch(b));
      for (std::int64_t u = range->begin; u < range->end; ++u) colouring.units[static_cast<std::size_t>(u)] = colour;
      colouring.legend.emplace_back(colour, group.branches[b].name);
    }
    if (colouring.legend.size() > 1) return colouring;
  }
  return std::nullopt;
}

// From pale to dark: legible on a light page and on a dark one.
std::string shade(double share) {
  const auto mix = [&](int low, int high) { return static_cast<int>(std::lround(low + share * (high - low))); };
  return fmt::format("#{:02X}{:02X}{:02X}", mix(0xC4, 0xD6), mix(0xCC, 0x33), mix(0xD4, 0x6C));
}

// How much each unit has of what names the first factor that has a name.
std::optional<Colouring> by_feature(const Report& report, const ReportFactors& entry, Eigen::Index units) {
  const FactorMeaning* name = name_of(entry, 0) != nullptr ? name_of(entry, 0) : name_of(entry, 1);
  if (name == nullptr) return std::nullopt;
  for (const ReportFeatures& features : report.features) {
    if (features.layer.name != entry.from.name || features.graph != entry.graph) continue;
    for (const FeatureColumn& column : features.columns) {
      if (column.name != name->feature || static_cast<Eigen::Index>(column.values.size()) != units) continue;
      const auto [low, high] = std::minmax_element(column.values.begin(), column.values.end());
      if (!(*high > *low)) continue;
      Colouring colouring;
      for (const double value : column.values) colouring.units.push_back(shade((value - *low) / (*high - *low)));
      colouring.legend = {{shade(0), fmt::format("{} {:.2g}", column.name, *low)},
                          {shade(1), fmt::format("{} {:.2g}", column.name, *high)}};
      return colouring;
    }
  }
  return std::nullopt;
}

// Fisher's z of the names of the first two factors, added: a strong r of many units. More where units have branches, so
// that the axis and the branches are seen at once.
double telling(const Report& report, const ReportFactors& entry) {
  double sum = 0;
  for (const Eigen::Index factor : {0, 1}) {
    const FactorMeaning* name = name_of(entry, factor);
    if (name == nullptr || name->units < 4) continue;
    const double r = std::min(std::abs(name->pearson), 0.999);
    sum += std::atanh(r) * std::sqrt(static_cast<double>(name->units - 3));
  }
  if (sum == 0) return 0;
  return by_branch(report, entry, entry.from, entry.factors->right.rows()) ? 1.5 * sum : sum;
}

// "factor 0: colour ->": the arrow points to where the feature is larger.
std::string axis_text(const ReportFactors& entry, Eigen::Index factor) {
  const FactorMeaning* name = name_of(entry, factor);
  if (name == nullptr) return fmt::format("factor {} (no name)", factor);
  const std::string text = shortened(name->feature, 30);
  return name->pearson < 0 ? fmt::format("\xE2\x86\x90 {}, factor {}", text, factor)
                           : fmt::format("factor {}, {} \xE2\x86\x92", factor, text);
}

class Drawing {
 public:
  Drawing(const Report& report, const ReportFactors& entry, SvgWriter& svg)
      : report_(report), entry_(entry), factors_(*entry.factors), svg_(svg) {}

  double run(double x, double y) {
    svg_.begin_titled({"factors of " + entry_.id});
    svg_.text(x, y + 14, kFactorWidth, "Factors: what is read together", {"ink strong", 14, Anchor::start, false});
    const bool linearised = std::any_of(entry_.meaning.begin(), entry_.meaning.end(), [](const FactorMeaning& meaning) {
      return meaning.named && meaning.linearised;
    });
    const std::string matrix =
        fmt::format("singular vectors of |W|{}", linearised ? "; features are those of linearised kernels" : "");
    const std::string layers = fitted(shown(entry_.from.name), kFactorWidth / 2 - 12, 11) + " \xE2\x86\x92 " +
                               fitted(shown(entry_.to.name), kFactorWidth / 2 - 12, 11);
    svg_.text(x, y + 31, kFactorWidth, layers, {"muted", 11, Anchor::start, false});
    svg_.text(x, y + 46, kFactorWidth, matrix, {"muted", 11, Anchor::start, false});
    svg_.end_titled();
    y += 59;
    const auto branches = by_branch(report_, entry_, entry_.from, factors_.right.rows());
    const auto colouring = branches ? branches : by_feature(report_, entry_, factors_.right.rows());
    scatter(x, y, factors_.right, entry_.from.name, colouring);
    scatter(x + kAxis + kPlot + kBetweenPlots, y, factors_.left, entry_.to.name,
            by_branch(report_, entry_, entry_.to, factors_.left.rows()));
    y += kPlot + kAxis + 26;
    if (colouring) y = legend(*colouring, x, y);
    return sizes(x, y + 12);
  }

 private:
  void scatter(double x, double y, const Eigen::MatrixXd& vectors, const std::string& layer,
               const std::optional<Colouring>& colouring) {
    const bool is_flat = vectors.cols() < 2;
    const double left = x + kAxis, top = y + 18;
    svg_.text(left, y + 10, kPlot, "units of " + fitted(shown(layer), kPlot - 54, 11),
              {"ink", 11, Anchor::start, false});
    svg_.rectangle(left, top, kPlot, kPlot, 3, "axis");
    const double reach = std::max({vectors.leftCols(is_flat ? 1 : 2).cwiseAbs().maxCoeff(), 1e-12}) * 1.08;
    const auto place = [&](double loading) { return (loading / reach + 1) / 2 * kPlot; };
    svg_.line(left + kPlot / 2, top, left + kPlot / 2, top + kPlot, "axis");
    svg_.line(left, top + kPlot / 2, left + kPlot, top + kPlot / 2, "axis");
    for (Eigen::Index u = 0; u < std::min(vectors.rows(), kMostUnits); ++u) {
      const std::string fill = colouring ? colouring->units[static_cast<std::size_t>(u)] : std::string();
      const double vertical = is_flat ? 0 : vectors(u, 1);
      svg_.circle(left + place(vectors(u, 0)), top + kPlot - place(vertical), 3.6, fill.empty() ? "unit plain" : "unit",
                  fill);
    }
    svg_.text(left + kPlot / 2, top + kPlot + 16, kPlot, axis_text(entry_, 0), {"muted", 11, Anchor::middle, false});
    if (!is_flat) {
      svg_.upright_text(left - 8, top + kPlot / 2, kPlot, axis_text(entry_, 1), {"muted", 11, Anchor::middle, false});
    }
  }

  double legend(const Colouring& colouring, double x, double y) {
    constexpr double kColumn = kFactorWidth / 2;
    constexpr std::size_t kMost = 8;
    for (std::size_t i = 0; i < std::min(colouring.legend.size(), kMost); ++i) {
      const double left = x + kAxis + static_cast<double>(i % 2) * (kColumn - kAxis / 2);
      const double base = y + static_cast<double>(i / 2) * kRow + 12;
      svg_.circle(left + 4, base - 4, 4, "unit", colouring.legend[i].first);
      svg_.text(left + 14, base, kColumn - 46, colouring.legend[i].second, {"muted", 11});
    }
    return y + std::ceil(static_cast<double>(std::min(colouring.legend.size(), kMost)) / 2) * kRow + 4;
  }

  // One row for each factor: sigma as a bar, full where it is beyond chance.
  double sizes(double x, double y) {
    const FactorNull& null = factors_.null;
    const Eigen::Index rows = std::min(factors_.sigma.size(), kMostRows);
    const std::string test =
        null.method == FactorNullMethod::permutation
            ? fmt::format("; {}", plural(static_cast<std::size_t>(null.permutations), "permutation", "permutations"))
        : null.method == FactorNullMethod::tracy_widom ? "; Tracy-Widom edge"
                                                       : "; not tested";
    svg_.text(x, y + 12, kFactorWidth,
              fmt::format("\xCF\x83 of each factor: {} of the first {} beyond chance{}", null.significant,
                          factors_.sigma.size(), test),
              {"ink", 11, Anchor::start, false});
    y += 22;
    for (Eigen::Index j = 0; j < rows; ++j, y += kRow) {
      const bool is_beyond = j < null.significant;
      svg_.text(x, y + 12, 26, std::to_string(j), {"muted", 11});
      svg_.rectangle(x + kAxis, y + 2, std::max(kBar * factors_.sigma[j] / factors_.sigma[0], 1.0), kRow - 6, 2,
                     is_beyond ? "bar" : "faint");
      svg_.text(x + kAxis + kBar + 44, y + 12, 40, fmt::format("{:.0f} %", 100 * factors_.energy[j]),
                {"muted", 11, Anchor::end});
      svg_.text(x + kAxis + kBar + 56, y + 12, kFactorWidth - kAxis - kBar - 56, row_text(j),
                {is_beyond ? "ink" : "muted", 11, Anchor::start, false});
    }
    return y + 4;
  }

  std::string row_text(Eigen::Index factor) const {
    if (factor >= factors_.null.significant) return "not beyond chance";
    const FactorMeaning* name = name_of(entry_, factor);
    if (name == nullptr) return "no name";
    return fmt::format("{}, r {:.2f}, q {}", shortened(name->feature, 30), name->pearson, q_text(name->q));
  }

  const Report& report_;
  const ReportFactors& entry_;
  const MatrixFactors& factors_;
  SvgWriter& svg_;
};

}  // namespace

FactorPlot factor_plot_of(const Report& report) {
  const ReportFactors* most = nullptr;
  const auto rank = [&](const ReportFactors& entry) {
    return std::pair(telling(report, entry), entry.factors->null.significant);
  };
  for (const ReportFactors& entry : report.factors) {
    const MatrixFactors& factors = *entry.factors;
    const bool is_drawable = factors.null.significant > 0 && factors.sigma.size() > 0 && factors.sigma[0] > 0 &&
                             factors.left.cols() > 0 && factors.right.cols() > 0 && factors.left.rows() > 0 &&
                             factors.right.rows() > 0;
    if (is_drawable && (most == nullptr || rank(entry) > rank(*most))) most = &entry;
  }
  return {most};
}

double draw_factor_plot(const Report& report, const FactorPlot& plot, double x, double y, SvgWriter& svg) {
  return Drawing(report, *plot.entry, svg).run(x, y);
}

}  // namespace ramus
