#include "adapters/report/html.hpp"

#include <doctest/doctest.h>

#include "adapters/report/base64.hpp"
#include "tests/adapters/report/made_reports.hpp"

using namespace ramus;
using namespace ramus::testing;

namespace {

std::string base64(std::string_view text) {
  return to_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string at(const ReportJson& json, const char* pointer) {
  return json.at(ReportJson::json_pointer(pointer)).dump();
}

}  // namespace

TEST_CASE("base64: the examples of RFC 4648") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("\xFF\xFE\xFD") == "//79");
}

TEST_CASE("the data of a page: the report, its text, and lists as bytes between least and largest") {
  const ReportJson data = html_data(two_branch_report());
  CHECK(at(data, "/report/schema") == R"("ramus.report/1")");
  CHECK(data.at("text").get<std::string>() == written_as("text", two_branch_report()));
  CHECK(at(data, "/left_out") == "0");
  CHECK(at(data, "/report/factors/0/right/0/low") == "-0.5");
  CHECK(at(data, "/report/factors/0/right/0/high") == "0.123457");
  CHECK(at(data, "/report/factors/0/right/0/bytes") == "\"" + base64(std::string_view("\xFF\0\0\0", 4)) + "\"");
  // Factor 0, poles +, +, -, none; confidences 0.75, 0.5, 1.
  CHECK(at(data, "/report/factors/0/assignment/from") ==
        "\"" + base64(std::string_view("\x01\xBF\x01\x80\x00\xFF\xFF\x00", 8)) + "\"");
  CHECK_FALSE(data.at("report").at("latent").at(0).contains("assignment"));
}

TEST_CASE("the data of a page: pictures of kernels stand beside the report") {
  Report report = two_branch_report();
  report.features.at(0).pictures = {1, 1, {255, 128, 1}};
  const ReportJson data = html_data(report);
  CHECK(at(data, "/pictures/0/pixels") == "\"" + base64("\xFF\x80\x01") + "\"");
  CHECK(html_data(two_branch_report()).at("pictures").empty());
}

TEST_CASE("no name ends the element that holds the data") {
  Report report = hostile_report();
  report.model.path = "</script><img src=x onerror=alert(1)><!--&lt;";
  report.groups.at(0).name = "<!--<script>";
  const std::string safe = html_safe(html_data(report));
  CHECK(safe.find('<') == std::string::npos);
  CHECK(safe.find('>') == std::string::npos);
  CHECK(safe.find('&') == std::string::npos);
  CHECK(ReportJson::parse(safe).at("report").at("model").at("path") == report.model.path);
}

TEST_CASE("a report as a page, or what is missing for it") {
  std::string text;
  const Status written = write_html(hostile_report(), [&](std::string_view piece) {
    text += piece;
    return true;
  });
  if (report_page().empty()) {
    REQUIRE_FALSE(written);
    CHECK(written.error().kind == ErrorKind::usage);
    CHECK(written.error().message.find("-DRAMUS_PAGE=FILE") != std::string::npos);
    return;
  }
  REQUIRE(written);
  CHECK(text.starts_with("<!DOCTYPE html>"));
  CHECK(text.find("default-src 'none'; script-src 'sha256-") != std::string::npos);
  CHECK(text.find("ramus.report/1") != std::string::npos);
  const auto refused = write_html(empty_report(), [](std::string_view) { return false; });
  CHECK(refused.error().kind == ErrorKind::cancelled);
}
