#include <algorithm>

#include "adapters/report/text_sections.hpp"

namespace ramus {
namespace {

class ModularitySection {
 public:
  ModularitySection(const Report& report, TextPage& page) : report_(report), page_(page), groups_(report) {}

  void write() {
    if (report_.modularity.empty()) return;
    page_.gap();
    page_.line("Modularity of the weight graph (kernel: {}), beside graphs whose {} are permuted within each layer",
               report_.modularity.front().values.reduction,
               report_.modularity.front().values.permuted == PermutedEntries::all ? "entries" : "entries other than 0");
    std::vector<const ReportModularity*> order;
    for (const ReportModularity& entry : report_.modularity) order.push_back(&entry);
    std::stable_partition(order.begin(), order.end(), [](const auto* entry) { return entry->groups.empty(); });
    for (std::size_t i = 0; i < std::min(order.size(), kMostWirings); ++i) partition(*order[i]);
    page_.more("  ", order.size(), kMostWirings, "partition", "partitions");
  }

 private:
  void partition(const ReportModularity& entry) {
    const PartitionModularity& values = entry.values;
    std::string what = fmt::format("{} clusters of all units", values.k);
    if (!entry.groups.empty()) {
      const ReportGroup *first = groups_.find(entry.groups.front()), *last = groups_.find(entry.groups.back());
      what = first == nullptr ? entry.groups.front() : shortened(first->name, 44);
      if (entry.groups.size() > 1 && last != nullptr) {
        what += fmt::format(" ... {}, {} groups in a row", shortened(last->name, 44), entry.groups.size());
      }
      what += fmt::format(", in {} parts", values.k);
    }
    page_.line("  {} ({} units, permuted {} times): {}, {}", what, values.units, values.permutations,
               against_null("n-cut", values.found.n_cut, values.n_cut), against_null("Q", values.found.q, values.q));
  }

  static std::string against_null(std::string_view name, double found, const AgainstNull& test) {
    if (!test.p) return fmt::format("{} {:.3g} (as in all permuted graphs)", name, found);
    const std::string z = test.z ? fmt::format(", z {:.1f}", *test.z) : "";
    return fmt::format("{} {:.3g} (null mean {:.3g}{}, p {:.2g})", name, found, test.mean, z, *test.p);
  }

  const Report& report_;
  TextPage& page_;
  const GroupIndex groups_;
};

}  // namespace

void write_modularity(const Report& report, TextPage& page) { ModularitySection(report, page).write(); }

}  // namespace ramus
