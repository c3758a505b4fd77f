#include "adapters/report/json_reader.hpp"

namespace ramus {
namespace {

int small_number(const Field& field) { return static_cast<int>(field.index() & 0x7FFFFFFF); }

CommunityMembers read_kind(const Field& field) {
  const std::string name = field.text();
  for (const CommunityMembers of : {CommunityMembers::blocks, CommunityMembers::heads}) {
    if (name_of(of) == name) return of;
  }
  field.fail("is none of the known words");
}

PermutedQ read_permuted(const Field& field) {
  PermutedQ test;
  test.mean = field["mean"].number();
  test.sd = field["sd"].number();
  if (field.has("z")) test.z = field["z"].number();
  test.p = field["p"].share();
  return test;
}

StreamCommunities::Member read_member(const Field& field, std::size_t blocks, int k) {
  StreamCommunities::Member member;
  member.block = field["block"].index();
  if (member.block >= blocks) field["block"].fail("is beyond the stream");
  if (field.has("head")) member.head = field["head"].index();
  const std::int64_t community = field["community"].integer();
  if (community < -1 || community >= k) field["community"].fail("is none of them");
  member.community = static_cast<int>(community);
  return member;
}

}  // namespace

StreamCommunities read_communities(const Field& field, std::size_t blocks) {
  StreamCommunities found;
  found.of = read_kind(field["of"]);
  found.k = small_number(field["k"]);
  found.members = field["members"].list([&](const Field& member) { return read_member(member, blocks, found.k); });
  // So that whoever allocates by it allocates no more than the file shows.
  if (static_cast<std::size_t>(found.k) > found.members.size()) field["k"].fail("is more than the members");
  found.pairs = field["pairs"].count();
  found.edges = field["edges"].count();
  found.q = field["newman_q"].number();
  const Field null = field["null"];
  found.permutations = small_number(null["permutations"]);
  found.any_order = read_permuted(null["any_order"]);
  found.by_distance = read_permuted(null["by_distance"]);
  found.stability = field["stability"].number();
  found.runs = small_number(field["runs"]);
  return found;
}

}  // namespace ramus
