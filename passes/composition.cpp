#include "passes/composition.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "passes/numerics/enrichment.hpp"
#include "passes/pass.hpp"
#include "passes/stream_composer.hpp"

namespace ramus {
namespace {

struct LeftOut {
  std::size_t too_large = 0, heads = 0, unread = 0;
  std::size_t projections = 0;               // streams
  std::size_t without_ends = 0;              // blocks
  std::map<std::string, std::size_t> stops;  // by operator
};

// Within the limits, heads apart where they are within them too. nullopt: too large.
std::optional<StreamPlan> plan_within_limits(const PassContext& context, const ResidualStream& stream,
                                             LeftOut& left_out) {
  const auto option = [&](const char* name) { return static_cast<double>(context.options.number(name)); };
  const double blocks = static_cast<double>(stream.blocks.size());
  const double pairs = option("composition.pairs"), entries = option("composition.entries");
  if (blocks * (blocks - 1) / 2 > pairs) return std::nullopt;
  StreamPlan plan = plan_of(context, stream);
  if (plan.entries > entries || plan.work > option("composition.work")) return std::nullopt;
  plan.across_projections = plan.work + plan.carrying_work <= option("composition.work");
  if (!plan.across_projections) ++left_out.projections;
  plan.with_heads = plan.head_pairs + blocks * (blocks - 1) / 2 <= pairs && plan.entries + plan.head_entries <= entries;
  if (!plan.with_heads && plan.head_pairs > 0) ++left_out.heads;
  return plan;
}

void add_q_values(std::vector<StreamComposition>& all) {
  std::vector<double> p;
  for (const StreamComposition& stream : all) {
    for (const ComposedPair& pair : stream.pairs) p.push_back(pair.composition.p);
  }
  const std::vector<double> q = benjamini_hochberg(p);
  auto next = q.begin();
  for (StreamComposition& stream : all) {
    for (ComposedPair& pair : stream.pairs) pair.q = *next++;
  }
}

void note(std::size_t count, const std::string& one, const std::string& many, const std::string& what,
          Findings& findings) {
  if (count == 0) return;
  findings.notes.push_back({"", "composition", std::to_string(count) + " " + (count == 1 ? one : many) + " " + what});
}

void note_left_out(const LeftOut& left_out, Findings& findings) {
  note(left_out.too_large, "stream was", "streams were",
       "not composed: more than composition.pairs, composition.entries or composition.work allow", findings);
  note(left_out.heads, "stream was", "streams were",
       "composed by whole blocks only: more heads than composition.pairs or composition.entries allow", findings);
  note(left_out.projections, "stream was", "streams were",
       "composed between projections only: carrying across them takes more than composition.work", findings);
  note(left_out.without_ends, "block was", "blocks were",
       "not composed on one side or both: no layer with weights is known to read, or to write, there", findings);
  note(left_out.unread, "layer at an end of a block was", "layers at ends of blocks were",
       "left out of compositions: untrained, not finite, or of a kind that has no place in them", findings);
  for (const auto& [op, count] : left_out.stops) {
    note(count, "trunk is", "trunks are", "not composed across: " + op, findings);
  }
}

}  // namespace

std::string_view name_of(CompositionKind kind) {
  switch (kind) {
    case CompositionKind::block:
      return "block";
    case CompositionKind::query:
      return "query";
    case CompositionKind::key:
      return "key";
    case CompositionKind::value:
      break;
  }
  return "value";
}

Result<Findings> find_composition(const PassContext& context) {
  Findings findings;
  LeftOut left_out;
  for (std::size_t s = 0; s < context.found.streams.size(); ++s) {
    const ResidualStream& stream = context.found.streams[s];
    if (stream.blocks.size() < 2) continue;
    const auto plan = plan_within_limits(context, stream, left_out);
    if (!plan) {
      ++left_out.too_large;
      continue;
    }
    auto composed = compose_stream(context, stream, *plan);
    if (!composed) return propagate(std::move(composed.error()));
    left_out.unread += composed->unread;
    left_out.without_ends +=
        static_cast<std::size_t>(std::count_if(plan->ends.begin(), plan->ends.end(), [](const BlockEnds& ends) {
          return ends.reads.empty() || ends.writes.empty();
        }));
    for (const auto& [op, count] : plan->stops) left_out.stops[op] += count;
    if (!composed->pairs.empty()) findings.composition.push_back({s, std::move(composed->pairs)});
  }
  add_q_values(findings.composition);
  note_left_out(left_out, findings);
  return findings;
}

}  // namespace ramus
