#include "adapters/report/json.hpp"

#include <doctest/doctest.h>

#include "tests/adapters/report/made_reports.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

ReportJson parsed(const Report& report) { return ReportJson::parse(written_as("json", report)); }

std::string at(const ReportJson& json, const char* pointer) {
  return json.at(ReportJson::json_pointer(pointer)).dump();
}

}  // namespace

TEST_CASE("an empty report has all its parts") {
  const ReportJson json = parsed(empty_report());
  CHECK(json.size() == 13);
  for (const char* const part :
       {"groups", "streams", "factors", "latent", "features", "specialization", "modularity", "notes"}) {
    CHECK(json.at(part) == ReportJson::array());
  }
}

TEST_CASE("the parts of a report") {
  const ReportJson json = parsed(two_branch_report());
  CHECK(at(json, "/schema") == R"("ramus.report/1")");
  CHECK(at(json, "/tool") == R"({"name":"ramus","version":"1.2.3"})");
  CHECK(at(json, "/options") == R"({"factors.k":"8","seed":"0"})");
  CHECK(at(json, "/model/opset") == R"({"ai.onnx":17,"com.microsoft":1})");
  CHECK(at(json, "/notes/1") == R"({"where":"","code":"checker","text":"was not asked"})");
}

TEST_CASE("a group, its fork, join and branches") {
  const ReportJson json = parsed(two_branch_report());
  CHECK(at(json, "/groups/0/join") == R"({"node":"mixed3a","index":9,"op":"Concat","axis":1,"along":"channels"})");
  CHECK(at(json, "/groups/0/fork") == R"({"value":"pool2","node":"pool2/pool","index":2})");
  CHECK(at(json, "/groups/0/parent") == "null");
  CHECK(at(json, "/groups/0/crossing") == R"(["mask"])");
  CHECK(at(json, "/groups/0/branches/0/nodes") == R"(["mixed3a_5x5/conv","mixed3a_5x5/relu"])");
  CHECK(at(json, "/groups/0/branches/0/node_indices") == "[3,4]");
  CHECK(at(json, "/groups/0/branches/0/units") == R"({"layer":"mixed3a","begin":0,"end":32})");
  CHECK(at(json, "/groups/0/branches/0/kernel") == "[5,5]");
  CHECK(at(json, "/groups/1/graph") == R"("12/then_branch")");
  CHECK(at(json, "/groups/1/fork") == R"({"value":""})");
  CHECK(at(json, "/groups/1/parent_branch") == R"("g0.b1")");
  CHECK_FALSE(json.at("groups").at(1).at("branches").at(0).contains("units"));
}

TEST_CASE("loadings have six digits, the first two vectors and every significant one") {
  Report report = two_branch_report();
  CHECK(at(parsed(report), "/factors/0/right") == "[[0.123457,-0.5,-0.5,-0.5],[-0.5,-0.5,-0.5,-0.5]]");
  CHECK(at(parsed(report), "/factors/0/left/0") == "[0.333333,0.333333]");
  MatrixFactors more = *report.factors[0].factors;
  more.null.significant = 3;
  report.factors[0].factors = std::make_shared<const MatrixFactors>(more);
  CHECK(parsed(report)["factors"][0]["left"].size() == 3);
}

TEST_CASE("vectors of one matrix are written once") {
  Report report = two_branch_report();
  report.factors.push_back(report.factors[0]);
  report.factors[1].id = "conv0->conv2";
  const ReportJson second = parsed(report)["factors"][1];
  CHECK(second["same_as"] == "conv1->conv2");
  CHECK(second["sigma"].size() == 3);
  CHECK_FALSE(second.contains("left"));
  const Report read = read_report_json(written_as("json", report)).value();
  CHECK(read.factors[1].factors == read.factors[0].factors);
}

TEST_CASE("units that belong to no factor are left out") {
  const ReportJson json = parsed(two_branch_report());
  CHECK(json["factors"][0]["assignment"]["from"].size() == 3);
  CHECK(at(json, "/factors/0/assignment/to") == R"([{"unit":1,"factor":0,"pole":-1,"confidence":0.25}])");
}

TEST_CASE("a partial correlation that nothing is left of is null") {
  const ReportJson json = parsed(two_branch_report());
  CHECK(at(json, "/factors/0/meaning/0/partial") == "0.5");
  CHECK(at(json, "/factors/0/meaning/1/partial") == "null");
  CHECK(at(json, "/factors/0/beside/raw/meaning") == R"([null,{"feature":"colour","pearson":0.84}])");
}

TEST_CASE("features say whether their kernels are linearised, and how large these are") {
  const ReportJson json = parsed(two_branch_report());
  CHECK(at(json, "/features/0/linearised") == "true");
  CHECK(at(json, "/features/0/field") == "[15,11]");
}

TEST_CASE("numbers come back as they were, and p that underflows has a logarithm") {
  const ReportJson json = parsed(two_branch_report());
  const ReportJson& cells = json["specialization"][0]["branches"][0]["enrichment"];
  CHECK(cells[0]["p"].get<double>() == 2.4847210327344655e-09);
  CHECK(json["factors"][0]["total_energy"].get<double>() == 16.0 / 3);
  CHECK(cells[1]["p"].get<double>() == 0);
  CHECK(cells[1]["log_p"].get<double>() == -1000);
}

TEST_CASE("a group without a score says null, not 0") {
  Report report = two_branch_report();
  report.specialization[0].values.score.reset();
  const ReportJson json = parsed(report);
  for (const char* const field : {"score", "basis", "p", "null_mean", "units"}) {
    CHECK(json["specialization"][0][field].is_null());
  }
  CHECK(json["specialization"][0]["branches"][0]["score"].is_null());
}

TEST_CASE("hostile names stay text") {
  const std::string text = written_as("json", hostile_report());
  CHECK(
      std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }));
  const ReportJson json = ReportJson::parse(text);
  const auto producer = json["model"]["producer"].get<std::string>();
  CHECK(producer.find("\"a\"\\\n\t\x1B[31m") == 0);
  CHECK(producer.find("\xEF\xBF\xBD") != std::string::npos);  // for the bytes that are not UTF-8
  CHECK(json["groups"][0]["join"]["node"].get<std::string>() == std::string(10'000, 'n'));
}

TEST_CASE("a writer that stops is told so") {
  const auto status = write_json(empty_report(), [](std::string_view) { return false; });
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().kind == ErrorKind::cancelled);
}
