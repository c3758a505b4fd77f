#include "adapters/report/json_field.hpp"

namespace ramus {
namespace {

constexpr std::size_t kDeepest = 32;    // a report nests 9 deep
constexpr std::size_t kMostKeys = 512;  // of one object, whose keys are searched one by one; a report's have 31 at most

// Counts what is open while the text is read, before anything is built of it.
class Bounds : public nlohmann::json_sax<Field::Json> {
 public:
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t&) override {
    if (++keys_.back() > kMostKeys) throw WrongField{"an object has more than " + std::to_string(kMostKeys) + " keys"};
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    if (dynamic_cast<const nlohmann::detail::out_of_range*>(&error) != nullptr) {
      throw WrongField{"is not JSON: a number is too large"};
    }
    throw WrongField{"is not JSON (byte " + std::to_string(byte) + ")"};
  }

 private:
  bool open() {
    if (keys_.size() > kDeepest) throw WrongField{"lists and objects nest too deeply"};
    keys_.push_back(0);
    return true;
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::size_t> keys_{0};  // of what is open
};

}  // namespace

Field Field::operator[](const char* key) const {
  const auto found = json_.is_object() ? json_.find(key) : json_.end();
  if (!json_.is_object() || found == json_.end()) Field(json_, name(key)).fail("is missing");
  return Field(*found, name(key));
}

bool Field::has(const char* key) const {
  if (!json_.is_object()) return false;
  const auto found = json_.find(key);
  return found != json_.end() && !found->is_null();
}

std::string Field::text() const {
  if (!json_.is_string()) fail("must be a string");
  return json_.get<std::string>();
}

bool Field::flag() const {
  if (!json_.is_boolean()) fail("must be true or false");
  return json_.get<bool>();
}

std::int64_t Field::integer() const {
  if (!json_.is_number_integer()) fail("must be a whole number");
  if (json_.is_number_unsigned() && json_.get<std::uint64_t>() >> 63 != 0) fail("is too large");
  return json_.get<std::int64_t>();
}

std::int64_t Field::count() const {
  const std::int64_t value = integer();
  if (value < 0) fail("must not be negative");
  return value;
}

std::uint32_t Field::index() const {
  const std::int64_t value = count();
  if (value >> 32 != 0) fail("is too large");
  return static_cast<std::uint32_t>(value);
}

double Field::number() const {
  if (!json_.is_number()) fail("must be a number");
  return json_.get<double>();
}

double Field::share() const {
  const double value = number();
  if (value < 0 || value > 1) fail("must lie in [0, 1]");
  return value;
}

std::vector<std::string> Field::texts() const {
  return list([](const Field& field) { return field.text(); });
}

std::vector<double> Field::numbers() const {
  std::vector<double> out;
  const Json::array_t& elements = array();
  out.reserve(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!elements[i].is_number()) element(i).fail("must be a number");
    out.push_back(elements[i].get<double>());
  }
  return out;
}

const Field::Json::array_t& Field::array() const {
  if (!json_.is_array()) fail("must be a list");
  return json_.get_ref<const Json::array_t&>();
}

const Field::Json::object_t& Field::object() const {
  if (!json_.is_object()) fail("must be an object");
  return json_.get_ref<const Json::object_t&>();
}

void Field::fail(const std::string& what) const { throw WrongField{(path_.empty() ? "" : path_ + ": ") + what}; }

Field::Json parse_report(std::string_view text) {
  Bounds bounds;
  Field::Json::sax_parse(text.begin(), text.end(), &bounds);
  return Field::Json::parse(text.begin(), text.end());
}

}  // namespace ramus
