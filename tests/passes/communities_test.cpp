#include "passes/communities.hpp"

#include <doctest/doctest.h>

#include "tests/passes/residual_blocks.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

// By member: "0 0 1 0".
std::string communities_of(const StreamCommunities& found) {
  std::string text;
  for (const auto& member : found.members) text += (text.empty() ? "" : " ") + std::to_string(member.community);
  return text;
}

// Each block reads and writes four units of the stream from here on.
Findings found_in(const std::vector<std::int64_t>& units, const std::vector<std::string>& settings = {}) {
  ResidualBlocks blocks;
  for (const std::int64_t first : units) blocks.block(first, first);
  return blocks.findings(settings, "communities");
}

}  // namespace

TEST_CASE("blocks that share units of the stream are a community") {
  const Findings found = found_in({0, 0, 8, 0, 8, 8, 0, 8, 0});
  REQUIRE(found.communities.size() == 1);
  const StreamCommunities& blocks = found.communities[0];
  CHECK(blocks.of == CommunityMembers::blocks);
  CHECK(communities_of(blocks) == "0 0 1 0 1 1 0 1 0");
  CHECK(blocks.k == 2);
  CHECK(blocks.pairs == 36);
  CHECK(blocks.edges == 10 + 6);
  CHECK(blocks.q > 0.4);
  CHECK(blocks.any_order.p == 0.01);
  CHECK(blocks.by_distance.p <= 0.05);
  CHECK(blocks.any_order.mean < blocks.q);
  CHECK(blocks.stability == 1);
}

TEST_CASE("where each block reads what the one before writes, there are stretches, but no more than distance gives") {
  const Findings found = found_in({0, 2, 4, 6, 8, 10, 12});
  REQUIRE(found.communities.size() == 1);
  const auto& members = found.communities[0].members;
  for (std::size_t b = 1; b < members.size(); ++b) {
    if (members[b].community >= 0) CHECK(members[b].community >= members[b - 1].community);
  }
  CHECK(found.communities[0].k > 1);
  CHECK(found.communities[0].by_distance.p > 0.05);
}

TEST_CASE("a block that composes with no other is in none") {
  const Findings found = found_in({0, 0, 12, 8, 8, 0, 8});
  REQUIRE(found.communities.size() == 1);
  CHECK(communities_of(found.communities[0]) == "0 0 -1 1 1 0 1");
}

TEST_CASE("fewer than four members with edges have no communities") {
  CHECK(found_in({0, 0, 0}).communities.empty());
  CHECK(found_in({0, 0, 0, 8}).communities.empty());
  CHECK(found_in({0, 4, 8, 12}).communities.empty());
  CHECK(found_in({0, 0, 0, 0}).communities.size() == 1);
}

TEST_CASE("a stream beyond the limit is left out, and that is said") {
  const Findings found = found_in({0, 0, 8, 8}, {"communities.pairs=5"});
  CHECK(found.communities.empty());
  bool is_said = false;
  for (const Note& note : found.notes) is_said = is_said || note.text.find("1 stream was not searched") == 0;
  CHECK(is_said);
}

TEST_CASE("heads have communities of their own, by all three ways to compose") {
  const Analysed analysed = analyse(attention_blocks(3), {.passes = {"communities"}});
  const Findings& found = analysed.findings;
  REQUIRE(found.communities.size() == 1);  // three blocks are too few
  const StreamCommunities& heads = found.communities[0];
  CHECK(heads.of == CommunityMembers::heads);
  REQUIRE(heads.members.size() == 6);
  CHECK(heads.members[3].block == 1);
  CHECK(heads.members[3].head == 1);
  CHECK(heads.pairs == 3 * 4);
  std::size_t edges = 0;  // pairs of heads with an excess in one way or more
  std::map<std::array<std::size_t, 4>, bool> has_excess;
  for (const ComposedPair& pair : found.composition[0].pairs) {
    if (pair.kind == CompositionKind::block) continue;
    bool& has = has_excess[{pair.from, *pair.from_head, pair.to, *pair.to_head}];
    has = has || pair.composition.score > pair.composition.baseline;
  }
  for (const auto& [ends, has] : has_excess) edges += has;
  CHECK(heads.edges == static_cast<std::int64_t>(edges));
}
