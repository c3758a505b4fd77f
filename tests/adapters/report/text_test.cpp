#include <doctest/doctest.h>

#include <sstream>

#include "adapters/report/plain_text.hpp"
#include "tests/adapters/report/made_reports.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, width_of(line));
  return widest;
}

}  // namespace

TEST_CASE("a whole page") {
  CHECK(written_as("text", two_branch_report()) ==
        R"(models/net.onnx: 13 nodes, 103 k parameters, ai.onnx 17, com.microsoft 1, by pytorch 2.1

Branches: 2 groups (1 concat, 1 residual)
  mixed3a  concat of 2, open, fork pool2
    mixed3a_5x5  units [0, 32), 1 layer, 5x5, 12.8 k parameters, 10.0 M MACs
    mixed3a_1x1  units [32, 256), 1 layer, 1x1
    block  residual of 2, leaking
      skip        skip
      projection  projection, 0 layers

Residual streams
  block: 2 blocks, 4 paths
    links: 1 approximate, 1 exact (across Relu)
    composition beyond chance in 1 of 1 pair of blocks
      block 0 writes what block 1 reads: 0.31 (by chance 0.18), p 0.001
    composition beyond chance in 1 of 1 pair of heads
      head 3 of block 0 writes what key of head 1 of block 1 reads: 0.50 (by chance 0.18), p 0.001
    2 communities of 6 heads: Q 0.38 (with composition dealt to pairs at random 0.12,
      p 0.01; to pairs as far apart 0.38, p 1), 25 runs agree to 0.97
      no more than how far apart blocks lie would give
      community 0: heads 0, 3 of block 0; head 1 of block 1
      community 1: heads 0, 2 of block 1
      in none, for composing with no other beyond chance: head 4 of block 0

Factors of |W| between 1 pair of layers (kernel: l2, normalise: inputs, centring: rows)
  conv1 -> conv2
    1 of the first 3 beyond chance (99 permutations): 75 % of energy,
      effective rank at least 2.1 of 2
    factor 0 is colour: r 0.85 (0.50 given the other features); 3 units permuted 9999 times,
      p 0.0001, q 0.0004

Latent branches: groups beyond chance in 1 of 1 pair of layers
  conv1 -> conv2: 2 branches (1, 2 units of conv1), 75 % of the energy inside (null 50 %, p 0.025)
    a grouped convolution of that shape would save 50 % of the weights and lose 25 % of their energy

Specialization (claimed where q is at most 0.05)
  mixed3a: score 0.25 (adjusted mutual information of branches and labels,
    200 units; by chance -0.06, p 0.001, permuted 999 times)
    Families (hypergeometric, upper tail; q over 3 tests)
      mixed3a_5x5: 900 of 900 Curves, by chance 1.1, odds ratio 134; 32 of 256 units, p 1e-434,
        q below 1e-300
      mixed3a_5x5: 9 of 9 BW vs Color, by chance 1.1, odds ratio 134; 32 of 256 units, p 2.5e-09,
        q 2.0e-08
      nothing clear about Edges
    Features of first layers (Mann-Whitney, each branch against the others; q over 1 test)
      mixed3a_5x5: higher colour, AUC 0.97, mean 0.85 against 0.23 elsewhere; 32 against 224 units,
        p 3.0e-07, q 1.0e-06
    Factors of mixed3a->conv4 (branches permuted over 255 units 499 times; q over 2 tests)
      mixed3a_5x5: 75 % of the energy of factor 0, by chance 12 %, p 0.001, q 0.004
    not in the score, for they overlap other families: Anything
    Reading of block (its 256 units dealt to branches at random 999 times; p not corrected)
      0.25 nats from independence, by chance 0.031, p 0.001; Q of pairs 0.19, by chance 0.016,
        p 0.002
      mixed3a_5x5 reads block/skip 1.60 times as much as it would by chance
    What could fake this:
      branches that are not built alike: kernels 5x5, 1x1; units 32,
        224; a pattern may gather where a kernel fits its size, whatever the branch
      filters that look little trained: the colours of all 256 lie within 0.19 of random filters'
        (Kolmogorov's distance; above 0.25 in trained networks)
  Of all of it:
    one network is one training: its units are no replications, other seeds are (`ramus compare`)
    families were chosen by people who may have seen the branches; no p corrects for that

Modularity of the weight graph (kernel: l2), beside graphs whose entries other than 0 are permuted
  within each layer
  2 clusters of all units (512 units, permuted 99 times): n-cut 0.25 (null mean 1.5, z -10.0,
    p 0.01), Q 0.375 (as in all permuted graphs)
  mixed3a ... block, 2 groups in a row, in 2 parts (512 units,
    permuted 99 times): n-cut 0.25 (null mean 1.5, z -10.0, p 0.01),
    Q 0.375 (as in all permuted graphs)

Notes
  conv9: a weight is not finite
  was not asked
)");
}

TEST_CASE("groups built alike, side by side, are told once") {
  Report report = two_branch_report();
  report.specialization.clear();
  report.streams.clear();
  for (const char* const id : {"g2", "g3", "g4"}) {
    report.groups.push_back(report.groups[0]);
    report.groups.back().id = id;
    report.groups.back().name = std::string("copy ") + id;
    report.groups.back().repeats = "g0";
  }
  report.groups.back().repeats = "g4";
  const std::string text = written_as("text", report);
  CHECK(has(text, "    and 2 more like it, to copy g3\n"));
  CHECK_FALSE(has(text, "copy g2"));
  CHECK(has(text, "  copy g4  concat of 2"));
}

TEST_CASE("features of linearised kernels are called so") {
  Report report = two_branch_report();
  report.factors[0].meaning[0].linearised = true;
  report.specialization[0].values.branches[0].features[0].linearised = true;
  const std::string text = written_as("text", report);
  CHECK(has(text, "factor 0 is colour (of linearised kernels): r 0.85"));
  CHECK(has(text, "mixed3a_5x5: higher colour (of linearised kernels)"));
}

TEST_CASE("a branch of which nothing is claimed shows its strongest result") {
  Report report = two_branch_report();
  GroupSpecialization& values = report.specialization[0].values;
  report.groups[0].branches.push_back(report.groups[0].branches[1]);
  report.groups[0].branches[2].name = "mixed3a_pool";
  report.specialization[0].branches.emplace_back("g0.b2");
  values.branches.push_back(values.branches[1]);
  const auto contrast = [](const char* feature, double auc, double p, double q) {
    return FeatureContrast{feature, "conv", {0, auc, 2 * auc - 1, p, 8, 16, RankTestMethod::exact}, 0.5, 0.4, q};
  };
  values.branches[1].features = {contrast("colour", 0.41, 0.3, 0.5), contrast("frequency", 0.6, 0.2, 0.4)};
  values.branches[2].features = {contrast("colour", 0.3, 0.04, 0.06)};
  const std::string text = written_as("text", report);
  CHECK(has(text, "mixed3a_1x1: nothing clear (strongest: higher frequency, AUC 0.60"));
  CHECK(has(text, "mixed3a_pool: nothing clear (strongest: lower colour, AUC 0.30"));
  CHECK(has(text, "8 against 16 units, p 0.04, q 0.06)"));
  CHECK(has(text, "      nothing clear about frequency\n"));
  CHECK(has(text, "Mann-Whitney, each branch against the others; q over 4 tests"));
  CHECK(has(text,
            "    Features over all branches at once (Kruskal-Wallis; q over 1 test)\n      colour (of linearised "
            "kernels), eta squared 0.25"));
}

TEST_CASE("what one of two branches has more of is not told again as what the other has less of") {
  Report report = two_branch_report();
  GroupSpecialization& values = report.specialization[0].values;
  values.branches[1].features = values.branches[0].features;
  values.branches[1].features[0].test.auc = 0.03;
  std::string text = written_as("text", report);
  CHECK(has(text, "mixed3a_5x5: higher colour"));
  CHECK_FALSE(has(text, "lower colour"));
  CHECK_FALSE(has(text, "mixed3a_1x1: nothing clear (strongest: "));
  for (BranchSpecialization& branch : values.branches) branch.features[0].q = 0.3;
  text = written_as("text", report);
  CHECK(has(text, "nothing clear between the two (strongest: mixed3a_5x5: higher colour"));
}

TEST_CASE("what could fake a claim is said where it applies, and only there") {
  Report report = two_branch_report();
  GroupSpecialization& values = report.specialization[0].values;
  std::string text = written_as("text", report);
  CHECK(has(text, "not built alike: kernels 5x5, 1x1; units 32,"));
  CHECK(has(text, "a pattern may gather where a kernel fits its size"));
  CHECK(has(text, "filters that look little trained: the colours of all 256 lie within 0.19"));
  CHECK_FALSE(has(text, "are not independent, and count as if they were"));
  CHECK_FALSE(has(text, "features that go together"));

  report.groups[0].branches[0].layers = {{"reduce", 0, 16}, {"mixed3a_5x5/conv", 0, 32}};
  report.groups[0].branches[1].layers = {{"mixed3a_1x1/conv", 0, 224}};
  CHECK(has(written_as("text", report), "mixed3a_5x5: 32 units behind 16"));

  report.features.push_back({"", {"reduce", 3}, 16, {{"colour", {}}, {"frequency", {}}}, {{7, 7}}, false});
  report.features.push_back({"", {"mixed3a_1x1/conv", 5}, 224, {{"colour", {}}, {"frequency", {}}}, {{7, 7}}, false});
  for (std::size_t part = 1; part < 3; ++part) {
    for (int unit = 0; unit < report.features[part].units; ++unit) {
      report.features[part].columns[0].values.push_back(unit);
      report.features[part].columns[1].values.push_back(-2 * unit);
    }
  }
  values.branches[0].features.push_back(values.branches[0].features[0]);
  values.branches[0].features[1].feature = "frequency";
  CHECK(has(written_as("text", report), "told twice: colour and frequency (Spearman -1.00 over 240 units)"));

  report.groups[0].branches[1] = report.groups[0].branches[0];
  values.branches[1].units = values.branches[0].units;
  values.kernels_differ = false;
  values.from_random->distance = 0.5;
  values.branches[0].features.pop_back();
  report.groups[0].branches[0].layers = report.groups[0].branches[1].layers = {{"mixed3a_5x5/conv", 0, 32}};
  CHECK_FALSE(has(written_as("text", report), "What could fake this"));
}

TEST_CASE("filters that look untrained are noted where nothing is claimed, too") {
  Report report = two_branch_report();
  for (BranchSpecialization& branch : report.specialization[0].values.branches) {
    branch.enrichment.clear();
    branch.factors.clear();
    for (FeatureContrast& contrast : branch.features) contrast.q = 0.9;
  }
  const std::string text = written_as("text", report);
  CHECK(has(text, "    Note: filters that look little trained"));
  CHECK_FALSE(has(text, "What could fake this"));
  CHECK_FALSE(has(text, "families were chosen"));
}

TEST_CASE("what was looked for and not found is said") {
  const std::string text = written_as("text", empty_report());
  CHECK(has(text, "Branches: no fork meets again"));
  CHECK(has(text, "Factors: none"));
  CHECK(has(text, "Specialization: nothing to test"));

  Report report = two_branch_report();
  report.factors[0].meaning.clear();
  for (BranchSpecialization& branch : report.specialization[0].values.branches) {
    for (FamilyEnrichment& cell : branch.enrichment) cell.q = 0.9;
    for (FeatureContrast& contrast : branch.features) contrast.q = 0.9;
  }
  const std::string nothing = written_as("text", report);
  CHECK(has(nothing, "no factor passes as a feature"));
  CHECK(has(nothing, "mixed3a_5x5: nothing clear (strongest: 900 of 900 Curves"));
  CHECK(has(nothing, "nothing clear between the two (strongest: mixed3a_5x5: higher colour"));
}

TEST_CASE("what is cut is counted, and where the rest is") {
  Report report = two_branch_report();
  for (int i = 2; i < 30; ++i) {
    report.groups.push_back(report.groups[1]);
    report.groups.back().id = report.groups.back().repeats = "g" + std::to_string(i);
  }
  for (int i = 0; i < 20; ++i) {
    report.groups[0].branches.push_back(report.groups[0].branches[1]);
    report.streams.push_back(report.streams[0]);
    report.factors.push_back(report.factors[0]);
    report.notes.push_back(report.notes[0]);
    report.specialization[0].values.branches[0].enrichment.push_back(
        report.specialization[0].values.branches[0].enrichment[0]);
  }
  const std::string text = written_as("text", report);
  CHECK(has(text, "... and 6 groups more; --format json lists them all"));
  CHECK(has(text, "... and 14 branches more"));
  CHECK(has(text, "... and 15 streams more"));
  CHECK(has(text, "... and 15 pairs more"));
  CHECK(has(text, "... and 12 claims more"));
  CHECK(has(text, "... and 12 notes more"));
}

TEST_CASE("groups in which something gathers come before those in which nothing does") {
  Report report = two_branch_report();
  ReportSpecialization silent = report.specialization[0];
  silent.group = "g1";
  silent.values.branches = {{}, {}};
  silent.values.wiring = {};
  silent.wired_from = {};
  report.specialization.insert(report.specialization.begin(), silent);
  const std::string text = written_as("text", report);
  CHECK(text.find("  mixed3a: score") < text.find("  block: score"));
}

TEST_CASE("hostile names do not leave their place") {
  const std::string text = written_as("text", hostile_report());
  CHECK(widest_line(text) <= 100);
  CHECK(text == [&] {
    std::istringstream lines(text);
    std::string clean;
    for (std::string line; std::getline(lines, line);) clean += printable(line) + "\n";
    return clean;
  }());
  CHECK(text.size() < 10'000);
}

TEST_CASE("layers that are read through one matrix are told once") {
  Report report = two_branch_report();
  report.factors[0].meaning.clear();
  report.factors.push_back(report.factors[0]);
  report.factors[1].from.name = "conv0";
  const std::string text = written_as("text", report);
  CHECK(has(text, "between 2 pairs of layers"));
  CHECK(has(text, "conv1 and 1 more -> conv2"));
  CHECK_FALSE(has(text, "conv0"));
}

TEST_CASE("a factor beyond the cost limit, or one that was not tested, says so") {
  const auto tested_by = [](FactorNullMethod method) {
    Report report = two_branch_report();
    MatrixFactors factors = *report.factors[0].factors;
    factors.null.method = method;
    report.factors[0].factors = std::make_shared<const MatrixFactors>(factors);
    return written_as("text", report);
  };
  CHECK(has(tested_by(FactorNullMethod::tracy_widom), "1 of the first 3 beyond chance (Tracy-Widom edge)"));
  CHECK(has(tested_by(FactorNullMethod::none), "(not tested)"));
}
