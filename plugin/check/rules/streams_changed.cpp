// Residual streams that are gone, new, or that carry other blocks since the baseline was approved.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "plugin/check/changes.hpp"
#include "plugin/check/rules/rules.hpp"

namespace ramus {
namespace {

constexpr std::string_view kPasses[] = {"branch-tree", "residual-streams"};

std::string blocks_of(const ProfiledStream& stream) { return counted(stream.groups.size(), "block", "blocks"); }

Finding finding_at(Place place, std::string message, std::size_t before, std::size_t after) {
  Finding finding;
  finding.severity = kStreamsChanged.severity;
  finding.message = std::move(message);
  finding.place = std::move(place);
  finding.facts = {{"blocks_before", static_cast<std::int64_t>(before)}, {"blocks", static_cast<std::int64_t>(after)}};
  return finding;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  const StreamDifferences& streams = context.since->compared.streams;
  const auto place_now = [&](std::size_t stream) {
    return Place{PlaceKind::stream, context.report.streams[stream].graph, context.report.streams[stream].name};
  };
  std::vector<Finding> findings;
  for (const std::size_t place : streams.only_a) {
    const ProfiledStream& stream = context.since->before.profile.streams[place];
    findings.push_back(finding_at({PlaceKind::stream, "", stream.name},
                                  fmt::format("the residual stream '{}' of {} is gone", stream.name, blocks_of(stream)),
                                  stream.groups.size(), 0));
  }
  for (const StreamPair& pair : streams.pairs) {
    if (pair.differences.empty()) continue;
    std::vector<std::string> parts;
    for (const Difference& difference : pair.differences) parts.push_back(text_of(difference));
    const ProfiledStream &before = context.since->before.profile.streams[pair.a],
                         &now = context.since->now.streams[pair.b];
    findings.push_back(finding_at(
        place_now(pair.b), fmt::format("the residual stream '{}' changed: {}", before.name, fmt::join(parts, ", ")),
        before.groups.size(), now.groups.size()));
  }
  for (const std::size_t place : streams.only_b) {
    const ProfiledStream& stream = context.since->now.streams[place];
    findings.push_back(finding_at(place_now(place),
                                  fmt::format("the residual stream '{}' of {} is new", stream.name, blocks_of(stream)),
                                  0, stream.groups.size()));
  }
  return findings;
}

}  // namespace

const Rule kStreamsChanged{
    "RMS302",
    "streams-changed",
    Severity::warning,
    "residual streams that are gone, new or that carry other blocks since the baseline",
    "A residual stream is the value that residual blocks read and add to, one after the other; a stream of n blocks "
    "holds 2^n paths. Streams of the two models that share most blocks are one and the same. Told are streams that "
    "one model lacks, and those that differ in their number of blocks or paths, or in how their blocks are linked: "
    "exactly, through linear operators, or through others such as norms.\n\n"
    "A block that was cut out leaves the other blocks as they were, so that shapes say nothing of it. A link that is "
    "no longer exact means that something now stands in the stream: every block after it reads something else than "
    "what the blocks before it wrote.\n\n"
    "Where the change is meant, approve it: ramus check MODEL --write-baseline FILE.\n\n"
    "Not seen: weights, and blocks that were exchanged for others at the same place (RMS301 sees these).",
    kPasses,
    {},
    true,
    run,
};

}  // namespace ramus
