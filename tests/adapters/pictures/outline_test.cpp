#include "adapters/pictures/outline.hpp"

#include <doctest/doctest.h>

#include "adapters/pictures/folding.hpp"

using namespace ramus;

namespace {

ReportBranch branch(const std::string& id, bool skip, std::int64_t parameters) {
  ReportBranch made;
  made.id = made.name = id;
  made.skip = skip;
  made.parameters = parameters;
  return made;
}

// A residual block; blocks with the same `built` are built alike.
ReportGroup block(std::size_t place, const std::string& built, std::int64_t parameters = 10) {
  ReportGroup group;
  group.id = group.name = "g" + std::to_string(place);
  group.kind = "residual";
  group.repeats = built;
  group.join = ReportNode{"add" + std::to_string(place), static_cast<std::uint32_t>(2 * place)};
  group.fork_value = "x";
  group.branches = {branch(group.id + ".b0", true, 0), branch(group.id + ".b1", false, parameters)};
  return group;
}

// "conv; 3 x [g0 g1]; g6": what stands on one level.
std::string text_of(const std::vector<MapItem>& items) {
  std::string text;
  for (const MapItem& item : items) {
    text += text.empty() ? "" : "; ";
    if (item.kind == MapItem::Kind::group) text += item.group->id;
    if (item.kind == MapItem::Kind::repeat) {
      text += std::to_string(item.times) + (item.sizes_differ ? " sizes" : " x") + " [" + text_of(item.inside) + "]";
    }
    if (item.kind != MapItem::Kind::group) text += item.text;
  }
  return text;
}

std::string outline_text(const Report& report) {
  const BranchFindings findings(report);
  const auto sections = outline_of(report, findings);
  return text_of(sections.at(0).items);
}

Report report_of(std::vector<ReportGroup> groups) {
  Report report;
  report.groups = std::move(groups);
  report.graphs.emplace_back();
  return report;
}

}  // namespace

TEST_CASE("blocks that recur are drawn once, alone or in pairs") {
  CHECK(outline_text(report_of({block(0, "a"), block(1, "a"), block(2, "a"), block(3, "b")})) == "3 x [g0]; g3");
  CHECK(outline_text(report_of({block(0, "a"), block(1, "b"), block(2, "a"), block(3, "b"), block(4, "a")})) ==
        "2 x [g0; g1]; g4");
  CHECK(outline_text(report_of({block(0, "a"), block(1, "b")})) == "g0; g1");
}

TEST_CASE("a long row of blocks that grow is folded by shape") {
  std::vector<ReportGroup> groups;
  for (std::size_t g = 0; g < 20; ++g) groups.push_back(block(g, "g" + std::to_string(g), static_cast<int>(g)));
  CHECK(outline_text(report_of(groups)) == "20 sizes [g0]");
  groups.resize(10);
  CHECK(outline_text(report_of(groups)) == "g0; g1; g2; g3; g4; g5; g6; g7; g8; g9");
}

TEST_CASE("what was tested is not folded away") {
  Report report = report_of({block(0, "a"), block(1, "a"), block(2, "a")});
  report.specialization = {{"g1", {}, {}}};
  CHECK(outline_text(report) == "g0; g1; g2");
}

TEST_CASE("nodes in no group stand between the groups, those without weights only where there are no others") {
  Report report = report_of({block(1, "a"), block(3, "b")});  // joins at 2 and 6
  report.graphs[0].nodes = {{"c", "Conv", 0, {}, {}, "", {8, 3, 7, 7}},
                            {"r", "Relu", 1, {}, {}, "", {}},
                            {"add1", "Add", 2, {}, {}, "", {}},
                            {"p", "MaxPool", 3, {}, {}, "", {}},
                            {"s", "Shape", 7, {}, {}, "", {}}};
  CHECK(outline_text(report) == "Conv 7x7; g1; MaxPool; g3");
}

TEST_CASE("groups lie in the branch of their parent; branches alike become one lane") {
  ReportGroup heads = block(1, "h");
  heads.parent = "g0";
  heads.parent_branch = "g0.b1";
  heads.depth = 1;
  heads.branches.clear();
  for (int b = 0; b < 12; ++b) heads.branches.push_back(branch("h" + std::to_string(b), false, 5));
  const Report report = report_of({block(0, "a"), heads});
  const BranchFindings findings(report);
  const auto sections = outline_of(report, findings);
  REQUIRE(sections.size() == 1);
  REQUIRE(sections[0].items.size() == 1);
  const MapItem& inner = sections[0].items[0].lanes.at(1).inside.at(0);
  REQUIRE(inner.lanes.size() == 1);
  CHECK(inner.lanes[0].times == 12);
  CHECK(inner.lanes[0].last->id == "h11");
}

TEST_CASE("the start of a stream is told before its first block, whose trunk the others share") {
  Report report = report_of({block(0, "a"), block(1, "b"), block(2, "c")});
  ReportStream stream;
  stream.paths = "4";
  stream.blocks = {{"g1", "g1.b1", "x", {}, "exact", {}}, {"g2", "g2.b1", "y", {}, "exact", {}}};
  report.streams = {stream};
  CHECK(outline_text(report) == "g0; residual stream: 2 blocks, 4 paths; g1; g2");
}

TEST_CASE("what a picture has no room for is counted") {
  std::vector<ReportGroup> groups;
  for (std::size_t g = 0; g < 100; ++g) {
    groups.push_back(block(g, "g" + std::to_string(g)));
    for (std::size_t b = 0; b < g; ++b) groups.back().branches[1].layers.push_back({"l", 0, 1});
  }
  const std::string text = outline_text(report_of(groups));
  CHECK(text.substr(text.rfind("; ") + 2) == "68 groups more");
}
