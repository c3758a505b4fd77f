#include "passes/attention_heads.hpp"

#include <doctest/doctest.h>

#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::string ranges_of(const Graph& graph, const std::vector<UnitRange>& ranges) {
  std::string text;
  for (const UnitRange& range : ranges) {
    text += " " + graph[range.layer].name + " " + std::to_string(range.begin) + "-" + std::to_string(range.end);
  }
  return text;
}

// "x -> head0 q 0-4 k 0-4 v 0-4 into o 0-4 -> o", one line per branch after the fork and the join.
std::string heads_of(const std::string& text) {
  const Analysed analysed = analyse(text, {.passes = {"branch-tree"}});
  const Graph& graph = *analysed.graph;
  std::string all;
  for (const BranchTree::Entry& entry : analysed.findings.tree->entries) {
    const BranchGroup& group = analysed.findings.groups[entry.group];
    if (group.kind != BranchKind::heads) continue;
    const Dataflow& flow = analysed.analyses->dataflow();
    all += (all.empty() ? "" : "\n") +
           (flow.is_value(group.fork) ? graph[flow.value(group.fork)].name : std::string("source")) + " -> " +
           graph[group.join].name + (group.closed ? "" : " open:");
    for (const ValueId value : group.crossing) all += " " + graph[value].name;
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      all += "\n" + entry.branch_names[b] + ranges_of(graph, group.branches[b].layers) + " into" +
             ranges_of(graph, group.branches[b].inputs);
    }
  }
  return all;
}

const char* const kProjections =
    "q = MatMul(n, Wq:float[8,8]); k = MatMul(n, Wk:float[8,8]); v = MatMul(n, Wv:float[8,8]);"
    "q1 = Reshape(q, R:int64[4]={0,-1,2,4}); qh = Transpose[perm=[0,2,1,3]](q1);"
    "k1 = Reshape(k, R); kt = Transpose[perm=[0,2,3,1]](k1); v1 = Reshape(v, R); vh = Transpose[perm=[0,2,1,3]](v1);";
const char* const kOutput =
    "t = Transpose[perm=[0,2,1,3]](c); m = Reshape(t, M:int64[3]={0,-1,8}); o = MatMul(m, Wo:float[8,8]);";

// A block as transformers have it: x + attention(norm(x)).
std::string block(const std::string& scores) {
  return std::string("n = LayerNormalization(x, g:float[8]);") + kProjections + scores + "c = MatMul(p, vh);" +
         kOutput + "y = Add(x, o)";
}

const std::string kPlain =
    "x:[?,?,8] -> y : " + block("s = MatMul(qh, kt); d = Mul(s, h:float[]={1}); p = Softmax(d);");
const std::string kMasked = "x:[?,?,8], mask -> y : " + block("s = MatMul(qh, kt); a = Add(s, mask); p = Softmax(a);");

}  // namespace

TEST_CASE("each head has its units in three projections, and its inputs in the fourth") {
  CHECK(heads_of(kPlain) ==
        "n -> o\n"
        "o/head0 q 0-4 k 0-4 v 0-4 into o 0-4\n"
        "o/head1 q 4-8 k 4-8 v 4-8 into o 4-8");
}

TEST_CASE("heads lie in the arm of the residual, and nothing else is found there") {
  CHECK(groups_of(kPlain) ==
        "residual x -> [] [n q k v q1 qh k1 kt v1 vh s p c t m o] -> y\n"
        "  heads n -> [q k v q1 qh k1 kt v1 vh s p c t m o] [q k v q1 qh k1 kt v1 vh s p c t m o] -> o");
}

TEST_CASE("a mask keeps the heads open, and its Add is no residual") {
  CHECK(heads_of(kMasked).substr(0, 19) == "n -> o open: mask\no");
  CHECK(groups_of(kMasked).find("-> a") == std::string::npos);
}

TEST_CASE("a head counts its share of the parameters") {
  const Analysed analysed = analyse(kPlain, {.passes = {"attention-heads"}});
  REQUIRE(analysed.findings.groups.size() == 1);
  CHECK(analysed.findings.groups[0].branches[1].parameters == (4 * 64 + 1) / 2);  // four matrices and a scale
}

TEST_CASE("keys of another value, and scores read elsewhere, keep the heads open") {
  CHECK(heads_of(
            "n:[?,?,8], z:[?,?,8] -> o, p : q = MatMul(n, Wq:float[8,8]); k = MatMul(z, Wk:float[8,8]);"
            "v = MatMul(z, Wv:float[8,8]); q1 = Reshape(q, R:int64[4]={0,-1,2,4}); qh = Transpose[perm=[0,2,1,3]](q1);"
            "k1 = Reshape(k, R); kt = Transpose[perm=[0,2,3,1]](k1); v1 = Reshape(v, R);"
            "vh = Transpose[perm=[0,2,1,3]](v1); s = MatMul(qh, kt); p = Softmax(s); c = MatMul(p, vh);" +
            std::string(kOutput)) ==
        "source -> o open: n z p\n"
        "o/head0 q 0-4 k 0-4 v 0-4 into o 0-4\n"
        "o/head1 q 4-8 k 4-8 v 4-8 into o 4-8");
}

TEST_CASE("without a projection after it, heads join in the product with the values") {
  CHECK(heads_of("n:[?,?,8] -> c : " + std::string(kProjections) +
                 "s = MatMul(qh, kt); p = Softmax(s); c = MatMul(p, vh)") ==
        "n -> c\n"
        "c/head0 q 0-4 k 0-4 v 0-4 into\n"
        "c/head1 q 4-8 k 4-8 v 4-8 into");
}

TEST_CASE("one head gives no group, and its products are no branches") {
  CHECK(groups_of(
            "x:[?,?,8] -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,8]); v = MatMul(x, Wv:float[8,8]);"
            "kt = Transpose[perm=[0,2,1]](k); s = MatMul(q, kt); p = Softmax(s); y = MatMul(p, v)") == "");
}

TEST_CASE("an operator of com.microsoft is a join and a layer in one") {
  CHECK(heads_of("x:[?,?,8] -> y : a = com.microsoft::Attention[num_heads=2](x, W:float[8,24]); y = MatMul(a, "
                 "Wo:float[8,8])") ==
        "x -> y\n"
        "y/head0 a 0-4 a 8-12 a 16-20 into y 0-4\n"
        "y/head1 a 4-8 a 12-16 a 20-24 into y 4-8");
}

TEST_CASE("units that are no ranges are left out with a note") {
  const Analysed analysed = analyse(
      "x:[?,?,8] -> y : q = MatMul(x, Wq:float[8,8]); k = MatMul(x, Wk:float[8,8]); v = MatMul(x, Wv:float[8,8]);"
      "q1 = Reshape(q, R:int64[4]={0,0,4,2}); qh = Transpose[perm=[0,3,1,2]](q1); k1 = Reshape(k, "
      "S:int64[4]={0,0,2,4});"
      "kt = Transpose[perm=[0,2,3,1]](k1); v1 = Reshape(v, S); vh = Transpose[perm=[0,2,1,3]](v1);"
      "s = MatMul(qh, kt); p = Softmax(s); y = MatMul(p, vh)",
      {.passes = {"attention-heads"}});
  REQUIRE(analysed.findings.groups.size() == 1);
  CHECK(analysed.findings.groups[0].branches[0].layers.size() == 2);
  REQUIRE(analysed.findings.notes.size() == 1);
  CHECK(analysed.findings.notes[0].text == "query: the units of one head do not lie side by side");
}

TEST_CASE("a softmax over the heads mixes them, so there are none") {
  CHECK(groups_of("x:[?,?,8] -> y : " + block("s:[?,2,?,?] = MatMul(qh, kt); p = Softmax[axis=1](s);")).find("heads") ==
        std::string::npos);
}

TEST_CASE("a mask, or a cache of keys, from elsewhere leaves the residual around attention what it is: open") {
  CHECK(groups_of(kMasked).substr(0, 16) == "residual x -> []");
  CHECK(groups_of(kMasked).find("-> y open") != std::string::npos);
  const Analysed analysed = analyse(
      "x:[?,?,8], mask, past -> y, present : n = LayerNormalization(x, g:float[8]);"
      "a, present = com.microsoft::Attention[num_heads=2](n, W:float[8,24], b:float[24], mask, past);"
      "o = MatMul(a, Wo:float[8,8]); y = Add(x, o)",
      {.passes = {"branch-tree"}});
  CHECK(groups_of(analysed) ==
        "residual x -> [] [n a o] -> y open\n  heads n -> [a o] [a o] -> o open\n"
        "outputs source -> [o y] [] -> outputs open");
  CHECK(analysed.findings.groups[0].crossing.size() == 3);
}

TEST_CASE("a mask that is made of the residual's own value is inside") {
  CHECK(groups_of("x:[?,?,8] -> y : f = ReduceSum[axes=[2]](x); mask = Unsqueeze(f, u:int64[1]={1});" +
                  block("s = MatMul(qh, kt); a = Add(s, mask); p = Softmax(a);"))
            .find("residual x -> [] [f mask n q k v q1 qh k1 kt v1 vh s a ") == 0);
}
