// JUnit's XML as Jenkins and GitLab read it: a suite for each model, a test for each rule that ran on it. A test fails by
// findings at or above the severity that the command fails on; what is milder, ignored or in the baseline stands in its
// output.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/checks/checks.hpp"
#include "adapters/checks/finding_text.hpp"
#include "adapters/pictures/names.hpp"
#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

struct Suite {
  std::string tests;  // XML
  std::size_t count = 0, failures = 0, errors = 0;
};

std::string lines_of(const Finding& finding, const std::string& before) {
  std::string text = before + sentence_of(finding) + "\n";
  for (const PlacePath& path : finding.paths) text += "  " + text_of(path) + "\n";
  return text;
}

// The findings of one rule in one model.
class Test {
 public:
  explicit Test(Severity fail_on) : fail_on_(fail_on) {}

  void add(const Finding& finding) {
    const std::string severity = std::string(name_of(finding.severity)) + ": ";
    if (finding.severity < fail_on_) {
      output_ += lines_of(finding, severity);
      return;
    }
    if (failures_++ == 0) first_ = sentence_of(finding);
    worst_ = std::max(worst_, finding.severity);
    lines_ += lines_of(finding, severity);
  }
  void add_silent(const Finding& finding, const std::string& why) { output_ += lines_of(finding, why + ": "); }

  void write(const std::string& suite, const std::string& name, Suite& out) const {
    ++out.count;
    out.tests += fmt::format("  <testcase classname=\"{}\" name=\"{}\"", as_xml(suite), as_xml(name));
    if (failures_ == 0 && output_.empty()) {
      out.tests += "/>\n";
      return;
    }
    out.tests += ">\n";
    if (failures_ > 0) {
      ++out.failures;
      const std::string more = failures_ > 1 ? " (and " + plural(failures_ - 1, "more", "more") + ")" : "";
      out.tests += fmt::format("   <failure type=\"{}\" message=\"{}\">{}</failure>\n", name_of(worst_),
                               as_xml(first_ + more), as_xml(lines_));
    }
    if (!output_.empty()) out.tests += fmt::format("   <system-out>{}</system-out>\n", as_xml(output_));
    out.tests += "  </testcase>\n";
  }

 private:
  const Severity fail_on_;
  std::size_t failures_ = 0;
  Severity worst_ = Severity::note;
  std::string first_, lines_, output_;
};

Suite suite_of(const CheckedModel& model, Severity fail_on) {
  Suite suite;
  const std::string path = shown(model.path);
  if (model.failure) {
    suite.count = suite.errors = 1;
    suite.tests = fmt::format(
        "  <testcase classname=\"{}\" name=\"can be checked\">\n   <error message=\"{}\"/>\n  </testcase>\n",
        as_xml(path), as_xml(failure_of(model)));
    return suite;
  }
  for (const std::string& code : model.rules) {
    Test test(fail_on);
    for (const Finding& finding : model.findings) {
      if (finding.code == code) test.add(finding);
    }
    for (const IgnoredFinding& ignored : model.ignored) {
      if (ignored.finding.code == code) test.add_silent(ignored.finding, "ignored (" + shown(ignored.reason) + ")");
    }
    for (const Finding& finding : model.accepted) {
      if (finding.code == code) test.add_silent(finding, "in the baseline");
    }
    test.write(path, title_of(code), suite);
  }
  return suite;
}

std::string counts(const Suite& suite) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", suite.count, suite.failures, suite.errors);
}

}  // namespace

Status write_junit(const Checks& checks, const TextSink& sink) {
  Suite all;  // whose tests are suites
  const auto add = [&](const std::string& name, const Suite& suite) {
    all.count += suite.count;
    all.failures += suite.failures;
    all.errors += suite.errors;
    all.tests += fmt::format(" <testsuite name=\"{}\" {} skipped=\"0\">\n{} </testsuite>\n", as_xml(shown(name)),
                             counts(suite), suite.tests);
  };
  for (const CheckedModel& model : checks.models) add(model.path, suite_of(model, checks.fail_on));
  if (!checks.of_settings.empty()) {
    const Finding& first = checks.of_settings.front();
    Test test(checks.fail_on);
    for (const Finding& finding : checks.of_settings) test.add(finding);
    Suite suite;
    test.write(shown(first.place.name), title_of(first.code), suite);
    add(first.place.name, suite);
  }
  return write_whole(
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ramus\" {}>\n{}</testsuites>\n",
                  counts(all), all.tests),
      sink);
}

}  // namespace ramus
