// What the report says of networks that nobody here built, against numbers from elsewhere.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "plugin/analyze.hpp"
#include "tests/support.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return (std::stringstream() << file.rdbuf()).str();
}

Report report_on(const std::filesystem::path& path, const AnalyzeOptions& options = {}) {
  auto model = WireModel::open(path.string());
  REQUIRE_MESSAGE(model.has_value(), path);
  auto report = analyze(**model, options, Host{});
  REQUIRE_MESSAGE(report.has_value(), path);
  return std::move(*report);
}

AnalyzeOptions structure_only() { return {.passes = {"branch-tree"}}; }

// "concat 4 closed" of every group, counted.
std::map<std::string, int> tally(const Report& report) {
  std::map<std::string, int> counts;
  for (const ReportGroup& group : report.groups) {
    ++counts[group.kind + " " + std::to_string(group.branches.size()) + (group.closed ? "" : " open")];
  }
  return counts;
}

using Tally = std::map<std::string, int>;

const ReportGroup& group_named(const Report& report, std::string_view name) {
  for (const ReportGroup& group : report.groups) {
    if (group.name == name) return group;
  }
  FAIL("no group " << name);
  return report.groups.front();
}

// "mixed3a_1x1 0-64, mixed3a_3x3 64-192 …"
std::string units_of(const ReportGroup& group) {
  std::string text;
  for (const ReportBranch& branch : group.branches) {
    text += (text.empty() ? "" : ", ") + branch.name;
    if (branch.units) text += " " + std::to_string(branch.units->begin) + "-" + std::to_string(branch.units->end);
  }
  return text;
}

const ReportFactors& factors_from(const Report& report, std::string_view id) {
  for (const ReportFactors& factors : report.factors) {
    if (factors.id == id) return factors;
  }
  FAIL("no wiring " << id);
  return report.factors.front();
}

// |r| of a factor with colour.
double colour_of(const ReportFactors& factors, std::size_t factor) {
  for (const FactorMeaning& meaning : factors.meaning) {
    if (meaning.factor == factor && meaning.feature == "colour") return std::abs(meaning.pearson);
  }
  return -1;
}

const char* const kInception = "models/inceptionv1_google_to_mixed3b.onnx";
const char* const kFirstWiring = "conv2d0_pre_relu/conv->conv2d1_pre_relu/conv";

}  // namespace

TEST_CASE("InceptionV1: two modules of four named branches with their units") {
  const auto path = shared_file(kInception);
  if (!path) return;
  const Report report = report_on(*path, structure_only());
  CHECK(tally(report) == Tally{{"concat 4", 2}});
  CHECK(units_of(group_named(report, "mixed3a")) ==
        "mixed3a_1x1 0-64, mixed3a_3x3 64-192, mixed3a_5x5 192-224, mixed3a_pool_reduce 224-256");
  CHECK(units_of(group_named(report, "mixed3b")) ==
        "mixed3b_1x1 0-128, mixed3b_3x3 128-320, mixed3b_5x5 320-416, mixed3b_pool_reduce 416-480");
}

TEST_CASE("InceptionV1: every cell of the enrichment table is that of exact arithmetic") {
  const auto path = shared_file(kInception), labels = shared_file("data/labels_inceptionv1.json"),
             golden = shared_file("data/enrichment_golden.json");
  if (!path || !labels || !golden) return;
  AnalyzeOptions options{.passes = {"specialization"}};
  options.labels = read_labels(text_of(*labels), labels->string()).value();
  const Report report = report_on(*path, options);
  std::map<std::tuple<std::string, std::string, std::string>, const FamilyEnrichment*> found;
  for (const ReportSpecialization& group : report.specialization) {
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      for (const FamilyEnrichment& cell : group.values.branches[b].enrichment) {
        found[{cell.layer, GroupIndex(report).find(group.group)->branches[b].name, cell.family}] = &cell;
      }
    }
  }
  std::size_t compared = 0;
  for (const auto& cell : nlohmann::json::parse(text_of(*golden))) {
    const auto place = found.find({cell["layer"], cell["branch"], cell["family"]});
    REQUIRE_MESSAGE(place != found.end(), cell.dump());
    CHECK(place->second->cell.hits == cell["hits"]);
    CHECK(place->second->cell.family == cell["family_size"]);
    CHECK(place->second->cell.branch == cell["branch_size"]);
    CHECK(place->second->cell.population == cell["population"]);
    CHECK(place->second->test.p == doctest::Approx(cell["p"].get<double>()).epsilon(1e-10));
    ++compared;
  }
  CHECK(compared == found.size());
  CHECK(found.at({"mixed3a", "mixed3a_5x5", "BW vs Color"})->test.p ==
        doctest::Approx(2.4847210327344655e-09).epsilon(1e-10));
  CHECK(found.at({"mixed3b", "mixed3b_5x5", "Curve Related"})->test.p ==
        doctest::Approx(1.6794181448967342e-23).epsilon(1e-10));
  for (const ReportSpecialization& group : report.specialization) {
    REQUIRE(group.values.score.has_value());
    CHECK(group.values.score->score > group.values.score->null_mean);
    CHECK(group.values.score->p < 0.01);
    CHECK(group.values.kernels_differ);
  }
}

TEST_CASE("InceptionV1: the first factor of conv2d0 -> conv2d1 is colour") {
  const auto path = shared_file(kInception);
  if (!path) return;
  const Report report = report_on(*path, {.passes = {"factors"}});
  const ReportFactors& factors = factors_from(report, kFirstWiring);
  CHECK(factors.rows == 64);
  CHECK(factors.columns == 64);
  CHECK(colour_of(factors, 0) == doctest::Approx(0.85).epsilon(0.006));
  CHECK(name_of_factor(factors.meaning, 0) == "colour");
  CHECK(factors.raw.one_signed);
  CHECK(factors.raw.strongest[1] == "colour");
  CHECK(std::abs(factors.raw.correlation[1]) == doctest::Approx(0.84).epsilon(0.006));

  const Report centred = report_on(*path, {.passes = {"factors"}, .settings = {"factors.normalise=none"}});
  CHECK(colour_of(factors_from(centred, kFirstWiring), 0) == doctest::Approx(0.86).epsilon(0.006));
}

// METHODS 6: |r| of the first input-side vector with colour, measured with NumPy.
TEST_CASE(
    "the first factor of small networks is colour where units are normalised, and outgoing norm where they are not") {
  constexpr struct {
    const char* model;
    const char* wiring;
    double raw;  // of the second vector of M itself; 0: outgoing norm is the stronger
    double normalised;
  } kRows[] = {
      {"squeezenet.onnx", "convolution->convolution1", 0.84, 0.80},
      {"trained/plain_inette_s1.onnx", "/conv1/Conv->/conv2/Conv", 0.66, 0.74},
      {"trained/resnet_post_cifar.onnx", "/stem/Conv->/blocks.0/conv1/Conv", 0, 0.52},
      {"inceptionv1_google_to_mixed3b.onnx", "conv2d1_pre_relu/conv->conv2d2_pre_relu/conv", 0.735, 0.76},
  };
  for (const auto& row : kRows) {
    CAPTURE(row.model);
    const auto path = shared_file(std::string("models/") + row.model);
    if (!path) return;
    const Report report = report_on(*path, {.passes = {"factors"}, .settings = {"factors.permutations=0"}});
    const ReportFactors& factors = factors_from(report, row.wiring);
    CHECK(colour_of(factors, 0) == doctest::Approx(row.normalised).epsilon(0.007));
    if (row.raw > 0) {
      CHECK(std::abs(factors.raw.correlation[1]) == doctest::Approx(row.raw).epsilon(0.007));
    } else {
      CHECK(factors.raw.strongest[0] == "fan_out_norm");
    }
    if (row.model == std::string("trained/plain_inette_s1.onnx")) {  // what fails without normalisation
      CHECK(factors.centred.strongest[0] == "fan_out_norm");
      CHECK(std::abs(factors.centred.correlation[0]) > 0.97);
    }
  }
}

TEST_CASE("the structure of light models is that of their architectures") {
  const auto inception = shared_file("models/light_inception_v1.onnx"),
             squeezenet = shared_file("models/light_squeezenet.onnx"),
             resnet = shared_file("models/light_resnet50.onnx");
  if (!inception || !squeezenet || !resnet) return;
  CHECK(tally(report_on(*inception, structure_only())) == Tally{{"concat 4", 9}});
  CHECK(tally(report_on(*squeezenet, structure_only())) == Tally{{"concat 2", 8}});
  const Report residual = report_on(*resnet, structure_only());
  CHECK(tally(residual) == Tally{{"residual 2", 16}});
  int projections = 0;
  for (const ReportGroup& group : residual.groups) {
    for (const ReportBranch& branch : group.branches) projections += branch.projection ? 1 : 0;
  }
  CHECK(projections == 4);
}

TEST_CASE("ResNet-18 in 87 local functions: 8 blocks, 3 with projection, in one stream") {
  const auto path = shared_file("models/resnet18_dynamo_functions.onnx");
  if (!path) return;
  const Report report = report_on(*path, {.passes = {"residual-streams"}});
  CHECK(tally(report) == Tally{{"residual 2", 8}});
  int projections = 0, skips = 0;
  for (const ReportGroup& group : report.groups) {
    for (const ReportBranch& branch : group.branches) {
      projections += branch.projection ? 1 : 0;
      skips += branch.skip ? 1 : 0;
      if (!branch.skip && !branch.projection) CHECK(branch.layers.size() == 2);
    }
  }
  CHECK(projections == 3);
  CHECK(skips == 5);
  REQUIRE(report.streams.size() == 1);
  CHECK(report.streams[0].paths == "256");
}

TEST_CASE("quantised models have the structure of their architectures") {
  const auto mobilenet = shared_file("models/mobilenetv2_int8_qdq.onnx"),
             shufflenet = shared_file("models/shufflenet_v2_int8.onnx");
  if (!mobilenet || !shufflenet) return;
  const Report residual = report_on(*mobilenet, {.passes = {"residual-streams"}});
  CHECK(tally(residual) == Tally{{"residual 2", 10}});
  for (const ReportStream& stream : residual.streams) {
    for (const ReportStreamBlock& block : stream.blocks) CHECK(block.link == "exact");
  }
  // Three stages of 4, 8 and 4 units; the first of each halves the image and splits nothing.
  const Report units = report_on(*shufflenet, structure_only());
  CHECK(tally(units) == Tally{{"concat 2", 3}, {"split 2", 13}});
  int skips = 0;
  for (const ReportGroup& group : units.groups) {
    for (const ReportBranch& branch : group.branches) {
      skips += branch.skip ? 1 : 0;
      if (!branch.skip) CHECK((branch.layers.size() == 3 || (group.kind == "concat" && branch.layers.size() == 2)));
    }
  }
  CHECK(skips == 13);
  CHECK(units_of(units.groups[0]).find(" 0-58, ") != std::string::npos);
}

TEST_CASE("a model without its external data has a structure, but no factors") {
  const auto path = shared_file("models/phi4mm_speech_graph.onnx");
  if (!path) return;
  auto model = WireModel::open(path->string());
  REQUIRE(model.has_value());
  const auto report = analyze(**model, structure_only(), Host{});
  REQUIRE(report.has_value());
  CHECK(!report->groups.empty());
  CHECK(std::count_if(report->notes.begin(), report->notes.end(),
                      [](const Note& note) { return note.code == "external-data-missing"; }) == 1);
  const auto refused = analyze(**model, {}, Host{});
  REQUIRE(!refused.has_value());
  CHECK(refused.error().kind == ErrorKind::invalid_input);
}

TEST_CASE("AlexNet: two branches from conv1 to conv2, and from conv3 to conv5") {
  const auto path = shared_file("models/light_bvlc_alexnet.onnx");
  if (!path) return;
  const Report report = report_on(*path, structure_only());
  CHECK(tally(report) == Tally{{"grouped 2", 2}});
  const auto layers = [&](std::size_t group, std::size_t branch) {
    std::string text;
    for (const ReportRange& range : report.groups[group].branches[branch].layers) {
      text += range.layer + " " + std::to_string(range.begin) + "-" + std::to_string(range.end) + " ";
    }
    return text;
  };
  CHECK(layers(0, 0) == "n0 0-48 n4 0-128 ");
  CHECK(layers(0, 1) == "n0 48-96 n4 128-256 ");
  CHECK(layers(1, 0) == "n8 0-192 n10 0-192 n12 0-128 ");
  CHECK(report.groups[0].leaking);
}

TEST_CASE("the shipped example: colour in one branch, grey in the other") {
  const Report report = report_on(example_file("models/two_branch_tin32bn_s3.onnx"));
  CHECK(tally(report) == Tally{{"concat 2", 1}});
  CHECK(units_of(report.groups[0]) == "branches.0 0-32, branches.1 32-64");
  REQUIRE(report.specialization.size() == 1);
  const auto& contrasts = report.specialization[0].values.branches[1].features;
  const auto colour = std::find_if(contrasts.begin(), contrasts.end(),
                                   [](const FeatureContrast& contrast) { return contrast.feature == "colour"; });
  REQUIRE(colour != contrasts.end());
  CHECK(colour->mean == doctest::Approx(0.23).epsilon(0.03));
  CHECK(colour->mean_elsewhere == doctest::Approx(0.85).epsilon(0.01));
  CHECK(colour->test.auc == doctest::Approx(0.035).epsilon(0.02));
  CHECK(colour->test.p == doctest::Approx(3.2e-7).epsilon(0.02));
}

TEST_CASE("explicit branches and the grouped form of one net give the same contrasts") {
  const auto grouped = shared_file("models/trained/two_branch_tin32bn_s3_grouped.onnx");
  if (!grouped) return;
  const Report two = report_on(example_file("models/two_branch_tin32bn_s3.onnx")), one = report_on(*grouped);
  REQUIRE(one.specialization.size() == 1);
  for (std::size_t b = 0; b < 2; ++b) {
    const auto &of_two = two.specialization[0].values.branches[b].features,
               &of_one = one.specialization[0].values.branches[b].features;
    REQUIRE(of_two.size() == of_one.size());
    for (std::size_t f = 0; f < of_two.size(); ++f) {
      CHECK(of_two[f].test.p == of_one[f].test.p);
      CHECK(of_two[f].mean == doctest::Approx(of_one[f].mean));
    }
  }
}

namespace {

// "3 x 4 heads: MatMul_47 0-16 64-80 128-144 into MatMul_67 0-16": how many groups, and the first head of the first.
std::string heads_of(const Report& report) {
  std::string text;
  int groups = 0;
  for (const ReportGroup& group : report.groups) {
    if (group.kind != "heads" || ++groups > 1) continue;
    text = std::to_string(group.branches.size()) + " heads:";
    std::string layer;
    const auto add = [&](const ReportRange& range) {
      if (range.layer != layer) text += " " + range.layer;
      layer = range.layer;
      text += " " + std::to_string(range.begin) + "-" + std::to_string(range.end);
    };
    for (const ReportRange& range : group.branches[0].layers) add(range);
    text += " into";
    for (const ReportRange& range : group.branches[0].inputs) add(range);
  }
  return std::to_string(groups) + " x " + text;
}

}  // namespace

// Counted by hand in the printed graphs: softmaxes between two products, and the Reshape that divides the queries.
TEST_CASE("attention heads of real models in their exported forms") {
  const auto vttrack = shared_file("models/vttrack.onnx"), lyt = shared_file("models/lyt_net.onnx"),
             mnist = shared_file("models/self_attention_mnist.onnx"),
             voicevox = shared_file("models/voicevox_spectrogram.onnx"),
             vit = shared_file("models/trained/vit_tiny_cifar.onnx"),
             gpt2 = shared_file("models/tiny_gpt2_beamsearch.onnx"), bert = shared_file("models/tf_bert_qa_tiny.onnx");
  if (!vttrack || !lyt || !mnist || !voicevox || !vit || !gpt2 || !bert) return;
  CHECK(heads_of(report_on(*vttrack, structure_only())) ==
        "3 x 4 heads: MatMul_47 0-16 64-80 128-144 into MatMul_67 0-16");
  CHECK(heads_of(report_on(*lyt, structure_only())) ==
        "3 x 4 heads: #60:MatMul 32-36 16-20 0-4 into "
        "StatefulPartitionedCall/lyt/denoiser/multi_head_self_attention/dense_3/Tensordot/MatMul 0-4");
  CHECK(heads_of(report_on(*mnist, structure_only())) ==
        "1 x 3 heads: Gemm__255 0-12 Gemm__185 0-12 Gemm__220 0-12 into Gemm__56 0-12");
  CHECK(heads_of(report_on(*voicevox, structure_only())) ==
        "2 x 2 heads: m0.MatMul_388 0-24 m0.MatMul_393 0-24 m0.MatMul_398 0-24 into m0.MatMul_497 0-24");
  CHECK(heads_of(report_on(*vit, structure_only())) ==
        "4 x 4 heads: /blocks.0/q/MatMul 0-16 /blocks.0/k/MatMul 0-16 /blocks.0/v/MatMul 0-16 into /blocks.0/o/MatMul "
        "0-16");
  CHECK(heads_of(report_on(*gpt2, structure_only())) ==
        "5 x 4 heads: BeamSearch_gpt2/decoder/GptAttention_0 0-8 32-40 64-72 into "
        "BeamSearch_gpt2/decoder/GptAttention_0_matmul 0-8");
  const Report of_bert = report_on(*bert, structure_only());
  CHECK(heads_of(of_bert).substr(0, 12) == "24 x 2 heads");
  for (const ReportGroup& group : of_bert.groups) {
    if (group.kind != "heads") continue;
    CHECK(group.crossing == std::vector<std::string>{"tf_bert_for_question_answering/bert/mul:0"});
    for (std::int64_t head = 0; head < 2; ++head) {
      const ReportBranch& branch = group.branches[static_cast<std::size_t>(head)];
      CHECK(branch.layers.size() == 3);
      for (const ReportRange& range : branch.layers) CHECK((range.begin == 4 * head && range.end == 4 * head + 4));
      REQUIRE(branch.inputs.size() == 1);
      CHECK(branch.inputs[0].begin == 4 * head);
    }
  }
}

TEST_CASE("residual streams run through attention, masked or not") {
  const auto gpt2 = shared_file("models/tiny_gpt2_beamsearch.onnx"),
             vit = shared_file("models/trained/vit_tiny_cifar.onnx");
  if (!gpt2 || !vit) return;
  const Report masked = report_on(*gpt2, {.passes = {"residual-streams"}}),
               plain = report_on(*vit, {.passes = {"residual-streams"}});
  REQUIRE(masked.streams.size() == 1);
  CHECK(masked.streams[0].paths == "1024");  // five blocks of attention, five of two layers
  REQUIRE(plain.streams.size() == 1);
  CHECK(plain.streams[0].paths == "256");
  CHECK(tally(masked) == Tally{{"residual 2", 5}, {"residual 2 open", 5}, {"heads 4 open", 5}, {"towers 2 open", 1}});
  CHECK(tally(plain) == Tally{{"residual 2", 8}, {"heads 4", 4}});
}

TEST_CASE("every real model is analysed, or refused in one line") {
  const auto folder = shared_file("models");
  if (!folder) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() != ".onnx") continue;
    auto model = WireModel::open(entry.path().string());
    if (!model) {
      CHECK(model.error().message.find('\n') == std::string::npos);
      continue;
    }
    const auto report = analyze(**model, structure_only(), Host{});
    if (!report) CHECK_MESSAGE(report.error().message.find('\n') == std::string::npos, entry.path());
  }
}
