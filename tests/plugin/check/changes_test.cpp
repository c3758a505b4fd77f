// Rules RMS301 and RMS302: what is built differently since a model was approved.
#include <fmt/format.h>

#include "tests/plugin/check/checked_models.hpp"

#ifdef RAMUS_WITH_ONNX

using namespace ramus;
using namespace ramus::testing;

namespace {

// Weights of these shapes, as constants.
std::string weight(const std::string& name, const std::string& dims, int elements) {
  std::string values;
  for (int i = 0; i < elements; ++i) values += (i == 0 ? "" : ", ") + fmt::format("{}.5", i % 7);
  return fmt::format("  {} = Constant <value = float[{}] {{{}}}> ()\n", name, dims, values);
}

std::string graph(const std::string& nodes) {
  return "<ir_version: 8, opset_import: [\"\" : 13]>\nagraph (float[1,4,8,8] x) => (float[1,c,h,w] y)\n{\n" + nodes +
         "}";
}

// Two or three arms side by side; the kernel of the second one is k x k.
std::string arms(int kernel, bool third, const std::string& prefix = "") {
  const int pad = kernel / 2;
  std::string text = weight("K1", "2,4,1,1", 8) +
                     weight("K3", fmt::format("2,4,{},{}", kernel, kernel), 8 * kernel * kernel) +
                     weight("K5", "2,4,3,3", 72);
  text += fmt::format("  {0}a = Conv(x, K1)\n  {0}b = Conv<pads=[{1},{1},{1},{1}]>(x, K3)\n", prefix, pad);
  if (third) text += fmt::format("  {0}c = Conv<pads=[1,1,1,1]>(x, K5)\n", prefix);
  text += fmt::format("  y = Concat<axis=1>({0}a, {0}b{1})\n", prefix, third ? ", " + prefix + "c" : "");
  return graph(text);
}

std::string blocks(int count, const std::string& operators = "Relu") {
  std::string text = weight("K1", "4,4,1,1", 16) + "  v0 = Conv(x, K1)\n";
  for (int i = 0; i < count; ++i) {
    text += fmt::format("  c{0} = Conv(v{0}, K1)\n  r{0} = {2}(c{0})\n  v{1} = Add(v{0}, r{0})\n", i, i + 1, operators);
  }
  return graph(text + fmt::format("  y = Conv(v{}, K1)\n", count));
}

// Two arms, one of which holds two of its own; without them a layer stands there.
std::string nested(bool is_there) {
  std::string text = weight("K1", "4,4,1,1", 16) + weight("K3", "4,4,3,3", 144) + "  s = Conv(x, K1)\n";
  if (is_there) {
    text +=
        "  a = Conv(s, K1)\n  a1 = Conv<pads=[1,1,1,1]>(a, K3)\n  a2 = Conv<pads=[1,1,1,1]>(a1, K3)\n"
        "  a3 = Concat<axis=1>(a2, a)\n  b = Conv(s, K1)\n  y = Concat<axis=1>(a3, b)\n";
  } else {
    text += "  y = Conv(s, K1)\n";
  }
  return graph(text);
}

}  // namespace

TEST_CASE("a model against itself, and under other names, has not changed") {
  CHECK(found_since(arms(3, true), arms(3, true), {"RMS3"}).empty());
  CHECK(found_since(arms(3, true), arms(3, true, "other_"), {"RMS3"}).empty());
  CHECK(found_since(blocks(4), blocks(4), {"RMS3"}).empty());
}

TEST_CASE("a branch that is gone is named as it was, with what is left") {
  CHECK(
      found_since(arms(3, true), arms(3, false), {"RMS301"}) ==
      "RMS301 warning group '#5:Concat': branch 'c' of group '#6:Concat' (now '#5:Concat') is gone; it has 2 branches "
      "now: 'a', 'b'\n");
}

TEST_CASE("a branch that is new is named as it is") {
  CHECK(found_since(arms(3, false), arms(3, true), {"RMS301"}) ==
        "RMS301 warning branch 'c': branch 'c' of group '#5:Concat' (now '#6:Concat') is new (72 parameters)\n");
}

TEST_CASE("a branch that is built differently says what it was and what it is") {
  CHECK(found_since(arms(5, false), arms(3, false), {"RMS301"}) ==
        "RMS301 warning branch 'b': branch 'b' of group '#5:Concat' is built differently: kernel 5x5 -> 3x3, "
        "parameters 200 "
        "-> 72\n");
}

TEST_CASE("a branch that became like another one is gone, and there is one more of the other") {
  CHECK(found_since(arms(5, true), arms(3, true), {"RMS301"}) ==
        "RMS301 warning group '#6:Concat': branch 'b' of group '#6:Concat' is gone; it has 3 branches now: 'a', 'b', "
        "'c'\n"
        "RMS301 warning branch 'c': branch 'c' of group '#6:Concat' is new (72 parameters)\n");
}

TEST_CASE("blocks that are built alike and gone are one finding with a count; so are those that are new") {
  CHECK(found_since(blocks(9), blocks(2), {"RMS301"}) ==
        "RMS301 warning group '#10:Add': 7 groups that are built alike (residual of 2 branches) are gone: '#10:Add', "
        "'#13:Add', '#16:Add', '#19:Add', '#22:Add', '#25:Add' and 1 more\n");
  CHECK(found_since(blocks(1), blocks(2), {"RMS301"}) ==
        "RMS301 warning group '#7:Add': group '#7:Add' (residual of 2 branches) is new\n");
}

TEST_CASE("what happened to many groups alike is one finding") {
  CHECK(found_since(blocks(3), blocks(3, "Tanh"), {"RMS301"}) ==
        "RMS301 warning branch 'K1': branch 'K1' of group '#4:Add' is built differently: operators Conv Relu -> Conv "
        "Tanh; the "
        "same in 2 groups that are built alike: '#7:Add', '#10:Add'\n");
}

TEST_CASE("groups inside a group that is gone go with it") {
  CHECK(found_since(nested(true), nested(false), {"RMS301"}) ==
        "RMS301 warning group '#8:Concat': group '#8:Concat' (concat of 2 branches) is gone, with 1 group inside\n");
  CHECK(found_since(nested(false), nested(true), {"RMS301"}) ==
        "RMS301 warning group '#8:Concat': group '#8:Concat' (concat of 2 branches) is new, with 1 group inside\n");
}

TEST_CASE("a residual stream says what became of its blocks") {
  CHECK(found_since(blocks(4), blocks(3), {"RMS302"}) ==
        "RMS302 warning stream '#4:Add ... #10:Add': the residual stream '#4:Add ... #13:Add' changed: blocks 4 -> 3, "
        "links 4 "
        "exact -> 3 exact, paths 16 -> 8\n");
  CHECK(found_since(blocks(2), arms(3, true), {"RMS302"}) ==
        "RMS302 warning stream '#4:Add ... #7:Add': the residual stream '#4:Add ... #7:Add' of 2 blocks is gone\n");
  CHECK(found_since(arms(3, true), blocks(2), {"RMS302"}) ==
        "RMS302 warning stream '#4:Add ... #7:Add': the residual stream '#4:Add ... #7:Add' of 2 blocks is new\n");
}

TEST_CASE("findings about changes are no part of the next baseline, and new names change no fingerprint") {
  const auto fingerprint = [](const std::string& before, const std::string& now) {
    const auto first = model_of(model_from_text(before.c_str())), second = model_of(model_from_text(now.c_str()));
    const Checks checks = checked(*second, {"RMS301"}, approved(*first), true);
    REQUIRE(checks.models.at(0).findings.size() == 1);
    CHECK(checks.baseline.models.at(0).findings.empty());
    return checks.models[0].findings[0].fingerprint;
  };
  CHECK(fingerprint(arms(5, false), arms(3, false)) == fingerprint(arms(5, false), arms(3, false, "other_")));
}

#endif
