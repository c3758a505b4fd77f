#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/adapters/report/made_reports.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

using Json = nlohmann::ordered_json;
using Pointer = Json::json_pointer;

std::string error_of(const std::string& text) {
  const auto read = read_report_json(text);
  if (read) return "";
  CHECK(read.error().kind == ErrorKind::invalid_input);
  CHECK(read.error().message.find('\n') == std::string::npos);
  CHECK(read.error().message.size() < 500);
  return read.error().message;
}

// What reading says of the report with one place replaced, or taken away.
std::string error_with(const char* place, const Json& value) {
  Json json = Json::parse(written_as("json", two_branch_report()));
  json[Pointer(place)] = value;
  return error_of(json.dump());
}
std::string error_without(const char* object, const char* key) {
  Json json = Json::parse(written_as("json", two_branch_report()));
  json[Pointer(object)].erase(key);
  return error_of(json.dump());
}

}  // namespace

TEST_CASE("a report that was read is written alike, byte for byte") {
  for (const Report& report : {empty_report(), two_branch_report(), hostile_report()}) {
    const std::string json = written_as("json", report);
    const auto read = read_report_json(json);
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    CHECK(written_as("json", *read) == json);
  }
}

TEST_CASE("a report that was read tells a person the same") {
  const Report report = two_branch_report();
  CHECK(written_as("text", *read_report_json(written_as("json", report))) == written_as("text", report));
}

TEST_CASE("everything that annotations need comes back") {
  const Report report = two_branch_report();
  const auto read = read_report_json(written_as("json", report));
  REQUIRE(read.has_value());
  CHECK(read->tool_version == "1.2.3");
  CHECK(read->model.digest == report.model.digest);
  CHECK(read->options == report.options);
  const ReportGroup& outer = read->groups.at(0);
  CHECK(outer.join->index == 9);
  CHECK(outer.fork_node->index == 2);
  CHECK(outer.branches.at(0).nodes.at(1).index == 4);
  CHECK(outer.branches.at(0).first_layer->index == 3);
  CHECK(read->groups.at(1).graph == "12/then_branch");
  CHECK(read->groups.at(1).parent == "g0");
  const ReportFactors& factors = read->factors.at(0);
  CHECK(factors.from_weight == "conv1.weight");
  CHECK(factors.factors->null.significant == 1);
  CHECK(factors.factors->inputs.size() == 4);
  CHECK(factors.factors->inputs.at(2).pole == -1);
  CHECK(factors.factors->inputs.at(3).factor == -1);
  CHECK(name_of_factor(factors.meaning, 0) == "colour");
  const ComposedPair& pair = read->streams.at(0).composition.at(1);
  CHECK(pair.kind == CompositionKind::key);
  CHECK(pair.from_head == 3);
  CHECK(pair.composition.score == 0.5);
  const StreamCommunities& communities = read->streams.at(0).communities.at(0);
  CHECK(communities.of == CommunityMembers::heads);
  CHECK(communities.members.at(2).head == 4);
  CHECK(communities.members.at(2).community == -1);
  CHECK(communities.any_order.z == 4.0);
  CHECK_FALSE(communities.by_distance.z);
  const CoClustering& clustering = read->latent.at(0).clustering;
  CHECK(clustering.groups == 2);
  CHECK(clustering.inputs == std::vector<int>{0, 1, 1, -1});
  const GroupSpecialization& values = read->specialization.at(0).values;
  CHECK(values.score->score == 0.25);
  CHECK(values.score->p == 0.001);
  CHECK(values.branches.at(0).enrichment.at(0).test.p == 2.4847210327344655e-09);
  CHECK(values.branches.at(0).features.at(0).test.auc == 0.97);
  CHECK_FALSE(values.branches.at(0).features.at(0).linearised);
  const BranchMassTest& wiring = values.wiring.at(0).test;
  CHECK(read->specialization.at(0).wired_from == std::vector<std::string>{"g1"});
  CHECK(wiring.found.mass(0, 1) == 1.5);
  CHECK_FALSE(wiring.found.reads_kl.at(1));
  CHECK(wiring.read_by_kl.at(1)->p == 0.02);
  const ReportModularity& branches = read->modularity.at(0);
  CHECK(branches.values.parts.at(1) == std::vector<int>{1, -1});
  CHECK(branches.values.permuted == PermutedEntries::nonzeros);
  CHECK_FALSE(branches.values.q.p);
  CHECK(read->modularity.at(1).layers.at(0).clusters == std::vector<int>{0, 1, -1});
  CHECK(read->features.at(0).linearised);
  CHECK(read->features.at(0).field == std::array<std::int64_t, 2>{15, 11});
  CHECK(read->features.at(0).columns.size() == 2);
}

TEST_CASE("an error says where it is") {
  CHECK(error_of("{}") == "is no report: schema: is missing");
  CHECK(error_of("[]") == "is no report: schema: is missing");
  CHECK(error_with("/schema", "ramus.report/2") == "is no report: schema: is 'ramus.report/2', not 'ramus.report/1'");
  CHECK(error_without("/groups/1/join", "node") == "is no report: groups[1].join.node: is missing");
  CHECK(error_with("/groups/0/branches/1/nodes/0", 7) ==
        "is no report: groups[0].branches[1].nodes[0]: must be a string");
  CHECK(error_with("/groups/0/branches/0/node_indices/0", -1) ==
        "is no report: groups[0].branches[0].node_indices[0]: must not be negative");
  CHECK(error_with("/groups/0/branches/0/node_indices/0", std::int64_t{1} << 32) ==
        "is no report: groups[0].branches[0].node_indices[0]: is too large");
  CHECK(error_with("/groups/0/branches/0/node_indices", Json::array({3})) ==
        "is no report: groups[0].branches[0].node_indices: must be as many as the nodes");
  CHECK(error_with("/options/seed", 0) == "is no report: options.seed: must be a string");
  CHECK(error_with("/factors/0/status", "lost") == "is no report: factors[0].status: is none of the known words");
  CHECK(error_with("/factors/0/significant", 4) ==
        "is no report: factors[0].significant: must not exceed the number of factors");
  CHECK(error_with("/streams/0/composition/0/to_block", 2) ==
        "is no report: streams[0].composition[0].to_block: is beyond the stream");
  CHECK(error_with("/streams/0/composition/0/from_block", 1) ==
        "is no report: streams[0].composition[0].from_block: must come before to_block");
  CHECK(error_with("/streams/0/communities/0/members/1/community", 2) ==
        "is no report: streams[0].communities[0].members[1].community: is none of them");
  CHECK(error_with("/streams/0/communities/0/members/1/block", 2) ==
        "is no report: streams[0].communities[0].members[1].block: is beyond the stream");
  CHECK(error_with("/streams/0/communities/0/k", 7) ==
        "is no report: streams[0].communities[0].k: is more than the members");
  CHECK(error_with("/streams/0/communities/0/of", "units") ==
        "is no report: streams[0].communities[0].of: is none of the known words");
  CHECK(error_with("/latent/0/columns", 5) == "is no report: latent[0].assignment.from: must have 5 entries");
  CHECK(error_with("/latent/0/assignment/to/1", 2) == "is no report: latent[0].assignment.to[1]: is not a branch");
  CHECK(error_with("/modularity/0/parts/1/0", 2) == "is no report: modularity[0].parts[1][0]: is none of them");
  CHECK(error_with("/modularity/0/groups/1", "g7") == "is no report: modularity[0].groups[1]: is the id of no group");
  CHECK(error_with("/modularity/1/layers/0/clusters/0", -2) ==
        "is no report: modularity[1].layers[0].clusters[0]: is none of them");
  CHECK(error_with("/specialization/0/wiring/reads/0/mass/1", std::vector<int>{1}) ==
        "is no report: specialization[0].wiring.reads[0].mass[1]: must have 2 entries");
  CHECK(error_with("/specialization/0/wiring/reads/0/pairs/0", 2) ==
        "is no report: specialization[0].wiring.reads[0].pairs[0]: is none of them");
  CHECK(error_with("/latent/0/status", "lost") == "is no report: latent[0].status: is none of the known words");
  CHECK(error_with("/factors/0/columns", 5) == "is no report: factors[0].right[0]: must have 5 entries");
  CHECK(error_with("/factors/0/assignment/from/0/unit", 4) ==
        "is no report: factors[0].assignment.from[0].unit: is beyond the layer");
  CHECK(error_with("/factors/0/right/1/2", "x") == "is no report: factors[0].right[1][2]: must be a number");
  CHECK(error_with("/specialization/0/group", "g9") == "is no report: specialization[0].group: is the id of no group");
  CHECK(error_with("/specialization/0/branches", Json::array()) ==
        "is no report: specialization[0].branches: must have 2 entries");
}

TEST_CASE("text that is no JSON, or more of it than a report has") {
  CHECK(error_of("") == "is not JSON (byte 1)");
  CHECK(error_of("{\"schema\": ") == "is not JSON (byte 12)");
  CHECK(error_of("{\"schema\": 1e999}") == "is not JSON: a number is too large");
  CHECK(error_of("\"\xFF\"") == "is not JSON (byte 2)");
  CHECK(error_of(std::string(5'000'000, '[')) == "lists and objects nest too deeply");
  std::string keys = "{";
  for (int i = 0; i < 1000; ++i) keys += "\"" + std::to_string(i) + "\":0,";
  CHECK(error_of(keys + "\"\":0}") == "an object has more than 512 keys");
  CHECK(error_with("/schema", "a\nb\x1B[31m" + std::string(10'000, 'c')).size() < 400);
}

TEST_CASE("a number of units is not believed without the units") {
  Json json = Json::parse(written_as("json", two_branch_report()));
  Json& factors = json["factors"][0];
  factors["columns"] = factors["rows"] = std::int64_t{1} << 40;
  for (const char* const list : {"sigma", "energy", "p", "left", "right", "meaning"}) factors[list] = Json::array();
  factors["null"].erase("upper");
  factors["significant"] = 0;
  factors["assignment"] = {{"from", Json::array()}, {"to", Json::array()}};
  CHECK(error_of(json.dump()).empty());
}

TEST_CASE("same_as names an entry above, of the same size") {
  CHECK(error_with("/factors/0/same_as", "conv9->conv2").find("factors[0].same_as: names no entry above") !=
        std::string::npos);
}

TEST_CASE("whatever stands in one place: an error, or a report that can be written") {
  const Json whole = Json::parse(written_as("json", two_branch_report()));
  const std::vector<Json> replacements{
      nullptr, true, -1, 0.5, std::int64_t{1} << 62, "a\nb", Json::array(), Json::object(), Json::array({{}})};
  std::size_t tried = 0, refused = 0;
  std::vector<Pointer> places{Pointer()};
  while (!places.empty()) {
    const Pointer place = places.back();
    places.pop_back();
    const Json& here = whole[place];
    if (here.is_object()) {
      for (const auto& [key, value] : here.items()) places.push_back(place / key);
    } else if (here.is_array()) {
      for (const std::size_t i :
           std::set<std::size_t>{0, 1, here.size() - 1}) {  // the others are read by the same line
        if (i < here.size()) places.push_back(place / i);
      }
    }
    for (const Json& replacement : replacements) {
      Json changed = whole;
      changed[place] = replacement;
      ++tried;
      const auto read = read_report_json(changed.dump());
      if (!read) {
        ++refused;
        CHECK(read.error().message.find('\n') == std::string::npos);
        continue;
      }
      CHECK_FALSE(written_as("json", *read).empty());
      CHECK_FALSE(written_as("text", *read).empty());
    }
  }
  CHECK(tried > 2000);
  CHECK(refused > tried / 2);
}
