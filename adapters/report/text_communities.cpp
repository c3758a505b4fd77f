#include "adapters/report/text_communities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostCommunities = 6;
constexpr std::size_t kMostBlocks = 6;  // of one community of heads
constexpr std::size_t kMostRanges = 12;
constexpr double kLevel = 0.05;

// "0-3, 7"; `numbers` rise.
std::string ranges_of(const std::vector<std::size_t>& numbers) {
  std::string text;
  std::size_t ranges = 0;
  for (std::size_t i = 0; i < numbers.size(); ++ranges) {
    if (ranges == kMostRanges) return text + ", ...";
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", numbers[i]);
    if (end > i + 1) text += fmt::format("-{}", numbers[end - 1]);
    i = end;
  }
  return text;
}

// Those of one community, or of none (-1): "blocks 0-3, 7", or "heads 1, 3-5 of block 0; head 2 of block 4".
std::string members_of(const StreamCommunities& found, int community) {
  std::vector<std::size_t> blocks;
  std::map<std::size_t, std::vector<std::size_t>> heads;  // by block
  for (const StreamCommunities::Member& member : found.members) {
    if (member.community != community) continue;
    if (member.head) heads[member.block].push_back(*member.head);
    if (!member.head) blocks.push_back(member.block);
  }
  if (!blocks.empty()) return (blocks.size() == 1 ? "block " : "blocks ") + ranges_of(blocks);
  std::string text;
  std::size_t told = 0;
  for (const auto& [block, of_block] : heads) {
    if (told++ == kMostBlocks) break;
    text += fmt::format("{}{}{} of block {}", text.empty() ? "" : "; ", of_block.size() == 1 ? "head " : "heads ",
                        ranges_of(of_block), block);
  }
  if (heads.size() > kMostBlocks)
    text += fmt::format("; ... of {} more", plural(heads.size() - kMostBlocks, "block", "blocks"));
  return text;
}

std::string heading_of(const StreamCommunities& found) {
  const std::string all = fmt::format("{} {}", found.members.size(), name_of(found.of));
  const std::string what = found.any_order.p <= kLevel
                               ? plural(static_cast<std::size_t>(found.k), "community", "communities") + " of " + all
                               : "no communities of " + all + " beyond chance";
  return fmt::format(
      "    {}: Q {:.2f} (with composition dealt to pairs at random {:.2f}, p {:.2g}; to pairs as far apart {:.2f}, "
      "p {:.2g}), {} runs agree to {:.2f}",
      what, found.q, found.any_order.mean, found.any_order.p, found.by_distance.mean, found.by_distance.p, found.runs,
      found.stability);
}

}  // namespace

std::vector<std::string> lines_of_communities(const std::vector<StreamCommunities>& all) {
  std::vector<std::string> lines;
  for (const StreamCommunities& found : all) {
    lines.push_back(heading_of(found));
    if (found.any_order.p > kLevel) continue;
    if (found.by_distance.p > kLevel) {
      lines.push_back("      no more than how far apart blocks lie would give");
    }
    const auto k = static_cast<std::size_t>(found.k);
    for (std::size_t community = 0; community < std::min(k, kMostCommunities); ++community) {
      lines.push_back(fmt::format("      community {}: {}", community, members_of(found, static_cast<int>(community))));
    }
    if (k > kMostCommunities) {
      lines.push_back(fmt::format("      ... and {} more; --format json lists them all",
                                  plural(k - kMostCommunities, "community", "communities")));
    }
    if (const std::string none = members_of(found, -1); !none.empty()) {
      lines.push_back(fmt::format("      in none, for composing with no other beyond chance: {}", none));
    }
  }
  return lines;
}

}  // namespace ramus
