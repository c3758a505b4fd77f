#include "passes/parallel_form.hpp"

#include <doctest/doctest.h>

#include "graph/text_form.hpp"
#include "tests/passes/run_passes.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

struct Rewritten {
  std::string text;  // of the parallel form
  std::string cuts;  // "r (Relu)" …
  Graph graph;
};

Rewritten parallel(const std::string& nodes, std::int64_t opset = 17, const Limits& limits = {}) {
  const Analysed analysed = analyse("x:float[1,8,4,4] -> y : " + nodes, {.passes = {"residual-streams"}});
  const Graph& graph = *analysed.graph;
  const ParallelForm form =
      make_parallel_form(graph, analysed.findings.streams, analysed.findings.groups, opset, limits);
  std::string cuts;
  for (const ParallelStream& stream : form.streams) {
    for (const StreamCut& cut : stream.cuts) {
      cuts += (cuts.empty() ? "" : ", ") + graph[cut.node].name + " (" + cut.because + ")";
    }
  }
  Graph made = apply(graph, form.patch).value();
  std::string text = to_text(made);
  return {std::move(text), std::move(cuts), std::move(made)};
}

// "v:[1,8,4,4] = op; " with its type.
std::string value(const std::string& name, const std::string& op) { return name + ":float[1,8,4,4] = " + op + "; "; }

std::string block(const std::string& name, const std::string& read, const std::string& trunk) {
  return value(name, "Conv(" + read + ", W" + name + ":float[8,8,3,3])") +
         value("s" + name, "Add(" + trunk + ", " + name + ")");
}

}  // namespace

TEST_CASE("every read point of a stream gets one sum of all that was written before it") {
  const Rewritten form =
      parallel(block("a", "x", "x") + block("b", "sa", "sa") + block("c", "sb", "sb") + "y = Tanh(sc)");
  CHECK(form.text ==
        "a = Conv(x, Wa)\nsa = Add(x, a)\nb = Conv(sa, Wb)\nsb = Sum(x, a, b)\nc = Conv(sb, Wc)\n"
        "sc = Sum(x, a, b, c)\ny = Tanh(sc)\n");
  CHECK(form.cuts.empty());
  CHECK(form.graph[*form.graph.find_node("sb")].origins == std::vector<std::uint32_t>{3});
}

TEST_CASE("a ReLU after the sum cuts the stream, and what it writes begins a new segment") {
  const Rewritten form = parallel(block("a", "x", "x") + block("b", "sa", "sa") + value("r", "Relu(sb)") +
                                  block("c", "r", "r") + block("d", "sc", "sc") + "y = Tanh(sd)");
  CHECK(form.cuts == "r (Relu)");
  CHECK(form.text.find("sb = Sum(x, a, b)\nr = Relu(sb)\n") != std::string::npos);
  CHECK(form.text.find("sc = Add(r, c)\n") != std::string::npos);
  CHECK(form.text.find("sd = Sum(r, c, d)\n") != std::string::npos);
}

TEST_CASE("a projection is applied to each term, its bias once") {
  const Rewritten form =
      parallel(block("a", "x", "x") + value("b", "Conv(sa, Wb:float[8,8,3,3])") + value("q", "Relu(b)") +
               value("p", "Conv(sa, P:float[8,8,1,1], B:float[8])") + value("sb", "Add(q, p)") + "y = Tanh(sb)");
  CHECK(form.cuts.empty());
  CHECK(form.text ==
        "a = Conv(x, Wa)\nsa = Add(x, a)\nb = Conv(sa, Wb)\nq = Relu(b)\np/term0 = Conv(x, P, B)\n"
        "p/term1 = Conv(a, P)\nsb = Sum(p/term0, p/term1, q)\ny = Tanh(sb)\n");
}

TEST_CASE("a norm on the trunk counts its shift once") {
  const Rewritten form = parallel(block("a", "x", "x") +
                                  value("n", "BatchNormalization(sa, S:float[8], B:float[8], M:float[8], V:float[8])") +
                                  block("b", "n", "n") + "y = Tanh(sb)");
  CHECK(form.cuts.empty());
  CHECK(form.text ==
        "a = Conv(x, Wa)\nn/term0 = BatchNormalization(x, S, B, M, V)\n"
        "n/term1 = BatchNormalization(a, S, B/zeros, B/zeros, V)\nn = Sum(n/term0, n/term1)\n"
        "b = Conv(n, Wb)\nsb = Sum(n/term0, n/term1, b)\ny = Tanh(sb)\n");
  const Node& rest = form.graph[*form.graph.find_node("n/term1")];
  CHECK(form.graph.parameter(rest, 2)->decode_float().value() == std::vector<float>(8, 0.0f));
}

TEST_CASE("pooling, scales and shifts on the trunk") {
  CHECK(parallel(block("a", "x", "x") + value("p", "AveragePool(sa)") + block("b", "p", "p") + "y = Tanh(sb)").cuts ==
        "");
  CHECK(parallel(block("a", "x", "x") + value("p", "MaxPool(sa)") + block("b", "p", "p") + "y = Tanh(sb)").cuts ==
        "p (MaxPool)");
  CHECK(parallel(block("a", "x", "x") + value("p", "Pad[mode=\"constant\", value=1.0](sa)") + block("b", "p", "p") +
                 "y = Tanh(sb)")
            .cuts == "p (Pad)");
  const Rewritten scaled = parallel(block("a", "x", "x") + value("m", "Mul(C:float[8,1,1], sa)") +
                                    value("t", "Add(m, D:float[8,1,1])") + block("b", "t", "t") + "y = Tanh(sb)");
  CHECK(scaled.cuts.empty());
  CHECK(scaled.text.find("t/term0 = Add(m/term0, D)\n") != std::string::npos);
  CHECK(scaled.text.find("sb = Sum(t/term0, m/term1, b)\n") != std::string::npos);
}

TEST_CASE("where a term might be broadcast, a linear operator stays in one piece and cuts the stream") {
  const std::string nodes =
      block("a", "x", "x") +
      "p:float[1,8,?,?] = AveragePool(sa); c = Conv(p, C:float[8,8,3,3]);"
      "t:float[1,8,?,?] = Add(p, c); q:float[1,8,?,?] = AveragePool(t); d = Conv(q, D:float[8,8,3,3]);"
      "u:float[1,8,?,?] = Add(q, d); y = Tanh(u)";
  const Rewritten form = parallel(nodes);
  CHECK(form.cuts == "q (AveragePool)");
  CHECK(form.text.find("q = AveragePool(t)\n") != std::string::npos);
}

TEST_CASE("a sum that something else reads keeps its name, also behind a distributed operator") {
  const Rewritten form = parallel(block("a", "x", "x") + value("p", "AveragePool(sa)") + block("b", "p", "p") +
                                  value("l", "Sigmoid(sa)") + "y = Concat(sb, l)");
  CHECK(form.text.find("sa = Add(x, a)\n") != std::string::npos);
  CHECK(form.text.find("l = Sigmoid(sa)\n") != std::string::npos);
  CHECK(form.text.find("p = Sum(p/term0, p/term1)\n") != std::string::npos);
}

TEST_CASE("without a Sum that broadcasts, shapes must be known; without any Sum, nothing is nested less") {
  const std::string nodes = block("a", "x", "x") + block("b", "sa", "sa") + "y = Tanh(sb)";
  CHECK(parallel(nodes, 7).text.find("sb = Sum(x, a, b)\n") != std::string::npos);
  CHECK(parallel(nodes, 5).cuts == "sb (Add, for which opset 5 has no Sum)");
  CHECK(parallel(nodes, 5).text.find("Sum") == std::string::npos);
}

TEST_CASE("the number of terms is limited, and the stream is cut there") {
  std::string nodes, trunk = "x";
  for (int i = 0; i < 200; ++i) {
    const std::string name = "f" + std::to_string(i);
    nodes += block(name, trunk, trunk);
    trunk = "s" + name;
  }
  nodes += "y = Tanh(" + trunk + ")";
  Limits limits;
  limits.sum_terms = 100;
  const Rewritten form = parallel(nodes, 17, limits);
  CHECK(form.cuts.rfind("sf12 (limit of 100 terms), sf17 (limit of 100 terms), sf19 (limit of 100 terms), ", 0) == 0);
  CHECK(form.text.find("sf18 = Add(sf17, f18)\n") != std::string::npos);
  CHECK(parallel(nodes).cuts.empty());
}
