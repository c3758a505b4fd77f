#include <algorithm>

#include "adapters/report/text_sections.hpp"

namespace ramus {
namespace {

constexpr int kMostSizes = 16;  // of one pair's latent branches

class LatentSection {
 public:
  LatentSection(const Report& report, TextPage& page) : report_(report), page_(page) {}

  void write() {
    if (report_.latent.empty()) return;
    std::vector<const ReportLatent*> found;
    for (const ReportLatent& entry : report_.latent) {
      if (entry.clustering.status == CoClusteringStatus::found) found.push_back(&entry);
    }
    const auto beyond_null = [](const ReportLatent* entry) {
      return entry->clustering.energy - entry->clustering.null_energy;
    };
    std::stable_sort(found.begin(), found.end(),
                     [&](const ReportLatent* a, const ReportLatent* b) { return beyond_null(a) > beyond_null(b); });
    page_.gap();
    page_.line("Latent branches: groups beyond chance in {} of {} of layers", found.size(),
               plural(report_.latent.size(), "pair", "pairs"));
    for (std::size_t i = 0; i < std::min(found.size(), kMostWirings); ++i) latent_branch(*found[i]);
    page_.more("  ", found.size(), kMostWirings, "pair", "pairs");
  }

 private:
  void latent_branch(const ReportLatent& entry) {
    const CoClustering& clustering = entry.clustering;
    std::vector<std::ptrdiff_t> sizes;
    for (int group = 0; group < std::min(clustering.groups, kMostSizes); ++group) {
      sizes.push_back(std::count(clustering.inputs.begin(), clustering.inputs.end(), group));
    }
    const std::string from = shortened(entry.from.name, 44);
    page_.line("  {} -> {}: {} branches ({} units of {}), {:.0f} % of the energy inside (null {:.0f} %, p {:.2g})",
               from, shortened(entry.to.name, 44), clustering.groups, fmt::join(sizes, ", "), from,
               100 * clustering.energy, 100 * clustering.null_energy, clustering.p);
    page_.line(
        "    a grouped convolution of that shape would save {:.0f} % of the weights and lose {:.0f} % of their energy",
        100 * clustering.saved, 100 * (1 - clustering.energy));
  }

  const Report& report_;
  TextPage& page_;
};

}  // namespace

void write_latent_branches(const Report& report, TextPage& page) { LatentSection(report, page).write(); }

}  // namespace ramus
