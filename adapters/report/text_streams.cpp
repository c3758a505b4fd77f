#include <algorithm>
#include <map>
#include <set>

#include "adapters/report/text_communities.hpp"
#include "adapters/report/text_sections.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostPairs = 3;  // of one stream's compositions

class StreamsSection {
 public:
  StreamsSection(const Report& report, TextPage& page) : report_(report), page_(page) {}

  void write() {
    if (report_.streams.empty()) return;
    page_.gap();
    page_.line("Residual streams");
    for (std::size_t s = 0; s < std::min(report_.streams.size(), kMostWirings); ++s) stream(report_.streams[s]);
    page_.more("  ", report_.streams.size(), kMostWirings, "stream", "streams");
  }

 private:
  void stream(const ReportStream& stream) {
    std::map<std::string, std::size_t> links;
    std::set<std::string> bends;
    for (const ReportStreamBlock& block : stream.blocks) {
      ++links[block.link];
      if (block.link == "approximate") bends.insert(block.via.begin(), block.via.end());
    }
    std::string told;
    for (const auto& [link, count] : links) told += fmt::format("{}{} {}", told.empty() ? "" : ", ", count, link);
    page_.line("  {}: {}, {} paths", shortened(stream.name, 60), plural(stream.blocks.size(), "block", "blocks"),
               stream.paths.size() < 16 ? stream.paths : fmt::format("about 10^{}", stream.paths.size() - 1));
    page_.line("    links: {}{}", told, bends.empty() ? "" : fmt::format(" (across {})", fmt::join(bends, ", ")));
    composition(stream);
    for (const std::string& line : lines_of_communities(stream.communities)) page_.line("{}", line);
  }

  // The strongest pairs of blocks, and of heads.
  void composition(const ReportStream& stream) {
    for (const bool heads : {false, true}) {
      std::size_t asked = 0;
      std::vector<const ComposedPair*> found;
      for (const ComposedPair& pair : stream.composition) {
        if (pair.from_head.has_value() != heads) continue;
        ++asked;
        if (pair.q <= kLevel && excess(pair) > 0) found.push_back(&pair);
      }
      if (asked == 0) continue;
      std::stable_sort(found.begin(), found.end(),
                       [](const ComposedPair* a, const ComposedPair* b) { return excess(*a) > excess(*b); });
      page_.line(
          "    composition beyond chance in {} of {}", found.size(),
          plural(asked, heads ? "pair of heads" : "pair of blocks", heads ? "pairs of heads" : "pairs of blocks"));
      for (std::size_t i = 0; i < std::min(found.size(), kMostPairs); ++i) composed_pair(*found[i]);
    }
  }

  static double excess(const ComposedPair& pair) { return pair.composition.score - pair.composition.baseline; }

  void composed_pair(const ComposedPair& pair) {
    std::string from = fmt::format("block {}", pair.from), to = fmt::format("block {}", pair.to);
    if (pair.from_head) from = fmt::format("head {} of {}", *pair.from_head, from);
    if (pair.to_head) to = fmt::format("{} of head {} of {}", name_of(pair.kind), *pair.to_head, to);
    const double p = pair.composition.p;
    page_.line("      {} writes what {} reads: {:.2f} (by chance {:.2f}), p {}", from, to, pair.composition.score,
               pair.composition.baseline, p > kSmallestCompositionP ? fmt::format("{:.1g}", p) : "below 1e-4");
  }

  const Report& report_;
  TextPage& page_;
};

}  // namespace

void write_streams(const Report& report, TextPage& page) { StreamsSection(report, page).write(); }

}  // namespace ramus
