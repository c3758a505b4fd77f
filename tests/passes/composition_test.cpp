#include "passes/composition.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/passes/residual_blocks.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

bool says(const Findings& findings, const std::string& text) {
  for (const Note& note : findings.notes) {
    if (note.text.find(text) != std::string::npos) return true;
  }
  return false;
}

// "0>1 exact, 0>2 linear: BatchNormalization"
std::string pairs_of(const Findings& findings) {
  std::string text;
  for (const StreamComposition& stream : findings.composition) {
    for (const ComposedPair& pair : stream.pairs) {
      text += (text.empty() ? "" : ", ") + std::to_string(pair.from) + ">" + std::to_string(pair.to) + " " +
              std::string(name_of(pair.link));
      for (std::size_t i = 0; i < pair.via.size(); ++i) text += (i == 0 ? ": " : " ") + pair.via[i];
    }
  }
  return text;
}

}  // namespace

TEST_CASE("a block composes with the one whose units it reads, and not with another") {
  ResidualBlocks blocks;
  blocks.block(0, 4);
  blocks.block(8, 12);
  blocks.block(4, 8);  // reads what block 0 writes
  const Findings found = blocks.findings();
  REQUIRE(found.composition.size() == 1);
  const auto& pairs = found.composition[0].pairs;
  CHECK(pairs_of(found) == "0>1 exact, 0>2 exact, 1>2 exact");
  CHECK(pairs[0].composition.score == 0);
  CHECK(pairs[1].composition.score > 0.4);
  CHECK(pairs[1].composition.baseline == doctest::Approx(0.25));
  CHECK(pairs[1].q < 0.01);
  CHECK(pairs[1].overlap > 2 * pairs[1].overlap_by_chance);
  CHECK(pairs[2].overlap == 0);
  CHECK(pairs[2].composition.score == 0);
}

TEST_CASE("the score is that of the product of the weights") {
  ResidualBlocks blocks;
  blocks.block(0, 2);
  blocks.block(3, 0);
  const Findings found = blocks.findings();
  const auto read = reading(8, 3), write = writing(8, 2);
  double squared = 0, reads = 0, writes = 0;
  for (std::size_t o = 0; o < 8; ++o) {
    for (std::size_t i = 0; i < 8; ++i) {
      double sum = 0;
      for (std::size_t u = 0; u < 16; ++u) sum += double(read[o * 16 + u]) * double(write[u * 8 + i]);
      squared += sum * sum;
    }
  }
  for (const float weight : read) reads += double(weight) * double(weight);
  for (const float weight : write) writes += double(weight) * double(weight);
  REQUIRE(found.composition.size() == 1);
  const Composition& composition = found.composition[0].pairs[0].composition;
  CHECK(composition.size == doctest::Approx(std::sqrt(squared)));
  CHECK(composition.score == doctest::Approx(std::sqrt(squared / (reads * writes))));
}

TEST_CASE("a batch norm on the trunk is folded in, a ReLU is passed and named") {
  const auto with = [](bool relu) {
    ResidualBlocks blocks;
    blocks.block(0, 4);
    std::vector<float> gamma(16, 1);
    std::fill(gamma.begin() + 4, gamma.begin() + 8, 0.0f);  // takes away what block 0 writes
    for (const auto& [name, values] : {std::pair("g", gamma), std::pair("z", std::vector<float>(16, 0)),
                                       std::pair("v", std::vector<float>(16, 1))}) {
      blocks.weight(name, {16}, values);
    }
    if (relu) {
      blocks.between("Relu", "t");
    } else {
      blocks.between("BatchNormalization", "t", {"g", "z", "z", "v"});
    }
    blocks.block(4, 0);
    return blocks.findings();
  };
  const Findings normed = with(false), bent = with(true);
  CHECK(pairs_of(normed) == "0>1 linear: BatchNormalization");
  CHECK(normed.composition[0].pairs[0].composition.score == 0);
  CHECK(pairs_of(bent) == "0>1 approximate: Relu");
  CHECK(bent.composition[0].pairs[0].composition.score > 0.4);
}

TEST_CASE("a write is carried across a projection") {
  ResidualBlocks blocks;
  blocks.block(0, 4);
  std::vector<float> moves(16 * 16, 0);  // from unit u to unit 15 - u
  for (std::size_t u = 0; u < 16; ++u) moves[(15 - u) * 16 + u] = 1;
  blocks.weight("P", {16, 16, 1, 1}, moves);
  blocks.between("Conv", "p", {"P"});
  blocks.block(8, 0);  // what was written to 4 ... 7 is at 8 ... 11 now
  const Findings found = blocks.findings();
  CHECK(pairs_of(found) == "0>1 linear: Conv");
  REQUIRE(found.composition.size() == 1);
  CHECK(found.composition[0].pairs[0].composition.score > 0.4);
}

TEST_CASE("pooling parts a stream, and a stream beyond a limit is left out: both are said") {
  ResidualBlocks blocks;
  blocks.block(0, 4);
  blocks.between("AveragePool", "p");
  blocks.block(4, 0);
  const Findings found = blocks.findings();
  CHECK(found.composition.empty());
  CHECK(says(found, "1 trunk is not composed across: AveragePool"));
  ResidualBlocks many;
  for (int b = 0; b < 4; ++b) many.block(0, 0);
  CHECK(says(many.findings({"composition.pairs=5"}), "1 stream was not composed"));
}

TEST_CASE("heads compose by queries, keys and values") {
  const Analysed analysed = analyse(attention_blocks(2), {.passes = {"composition"}});
  INFO(analysed.findings.notes.size());
  REQUIRE(analysed.findings.composition.size() == 1);
  const auto& pairs = analysed.findings.composition[0].pairs;
  REQUIRE(pairs.size() == 1 + 2 * 2 * 3);
  CHECK(pairs[0].kind == CompositionKind::block);
  CHECK(pairs[1].kind == CompositionKind::query);
  CHECK(pairs[3].kind == CompositionKind::value);
  CHECK(pairs[12].from_head == 1);
  CHECK(pairs[12].to_head == 1);
}
