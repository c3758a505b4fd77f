// The parts of a SARIF log (OASIS, Static Analysis Results Interchange Format 2.1.0), each in a file of its own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/report/json.hpp"
#include "plugin/check/check.hpp"

namespace ramus {

// A text that viewers show as it is (section 3.11): braces are doubled, since one would begin the name of an argument, and
// no two brackets of it become a link.
ReportJson sarif_message(std::string_view text);

// What is known of each rule (section 3.49), in the order of `codes`.
ReportJson sarif_rules(const std::vector<std::string>& codes);

// Files and places in them. A binary model has no lines; its first line stands for all of it, since viewers want one.
class SarifPlaces {
 public:
  explicit SarifPlaces(const Checks& checks);

  const ReportJson& artifacts() const { return artifacts_; }

  ReportJson file(const std::string& path) const;  // a location
  // The same with the name of a place in the model: "main::Add_12", "If_3/then_branch::Add". In names that hold "::" a
  // backslash stands before each colon.
  ReportJson place(const std::string& path, const Place& place) const;

 private:
  void add(const std::string& path, std::string_view digest, std::string_view role);

  ReportJson artifacts_ = ReportJson::array();
  std::map<std::string, std::size_t> index_;  // by URI, which several spellings of a path share
};

}  // namespace ramus
