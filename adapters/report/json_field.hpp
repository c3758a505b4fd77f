// A place in a report that is being read. It knows its path, so that an error says where it is:
// "groups[3].join.node: is missing".
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ramus {

// Thrown by Field and caught by the function that reads the whole text, nowhere else.
struct WrongField {
  std::string what;
};

class Field {
 public:
  using Json = nlohmann::ordered_json;

  // `json` outlives the field.
  explicit Field(const Json& json, std::string path = {}) : json_(json), path_(std::move(path)) {}

  Field operator[](const char* key) const;
  bool has(const char* key) const;  // and it is not null
  bool is_null() const { return json_.is_null(); }

  std::string text() const;
  bool flag() const;
  std::int64_t integer() const;
  std::int64_t count() const;   // a whole number, not negative
  std::uint32_t index() const;  // one below 2^32
  double number() const;
  double share() const;  // a number in [0, 1]

  // `read` of every element of a list.
  template <class Read>
  auto list(Read read) const {
    std::vector<decltype(read(*this))> out;
    const Json::array_t& elements = array();
    out.reserve(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) out.push_back(read(element(i)));
    return out;
  }
  std::vector<std::string> texts() const;
  std::vector<double> numbers() const;  // no path is built for each of them
  template <class Read>
  auto map(Read read) const {
    std::map<std::string, decltype(read(*this))> out;
    for (const auto& [key, value] : object()) out.emplace(key, read(Field(value, name(key))));
    return out;
  }
  const Json::object_t& object() const;

  [[noreturn]] void fail(const std::string& what) const;

 private:
  const Json::array_t& array() const;
  Field element(std::size_t i) const { return Field(json_[i], path_ + "[" + std::to_string(i) + "]"); }
  std::string name(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

  const Json& json_;
  std::string path_;
};

// Parses text that may be hostile: throws WrongField where it is not JSON, nests deeper than a report does, or has an
// object with more keys than any of a report's.
Field::Json parse_report(std::string_view text);

}  // namespace ramus
