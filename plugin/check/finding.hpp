// What a check found: one sentence about one place of a model, with the numbers and the paths behind it.
//
//   RMS001 warning  node 'Add_12': the output 'y' also gets the input 'x' past the trunk: x -> AvgPool -> Conv -> y
//
// Names are those of the report, so they may hold any byte; formats escape them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ramus {

enum class Severity : std::uint8_t { note, warning, error };  // ascending
std::string_view name_of(Severity severity);
std::optional<Severity> severity_from(std::string_view name);  // nullopt: no such severity

enum class PlaceKind : std::uint8_t { model, node, value, initializer, group, branch, stream, wiring, settings };
std::string_view name_of(PlaceKind kind);

struct Place {
  PlaceKind kind = PlaceKind::model;
  std::string graph;  // path of the body that holds it, as in the report; empty: the main graph
  std::string name;   // empty for the model
  friend bool operator==(const Place&, const Place&) = default;
};

// A walk through the graph, from a value over nodes and values to where it ends.
struct PlacePath {
  std::string title;  // "past the trunk"
  std::vector<Place> steps;
};

struct Fact {
  std::string name;  // snake_case: "parameters"
  std::variant<std::int64_t, double, std::string> value;
};

struct Finding {
  std::string code;  // of the rule
  Severity severity = Severity::note;
  std::string message;  // one or a few sentences; the place stands beside it, not in it
  Place place;
  std::vector<Place> related;    // other places that the message speaks of
  std::vector<PlacePath> paths;  // the one to look at first stands first
  std::vector<Fact> facts;       // the message's numbers, for programs
  // The same for what is built alike at the same place, whatever its names and weights; two findings of one model differ.
  std::string fingerprint = {};
};

}  // namespace ramus
