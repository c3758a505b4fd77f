#include "plugin/user_features.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>

using namespace ramus;

namespace {

std::string npy(const std::string& descr, const std::string& fortran, const std::string& shape, std::string data,
                char version = 1) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
  header += std::string(63 - (header.size() + 10) % 64, ' ') + "\n";
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  const std::size_t size = header.size();
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(size >> (8 * i));
  return bytes + header + data;
}

template <class T>
std::string raw(const std::vector<T>& numbers, bool swap = false) {
  std::string bytes;
  for (const T number : numbers) {
    std::string one(sizeof(T), '\0');
    std::memcpy(one.data(), &number, sizeof(T));
    bytes += swap ? std::string(one.rbegin(), one.rend()) : one;
  }
  return bytes;
}

std::string error_of(const std::string& bytes) {
  const auto read = read_features_npy(bytes, "w.npy", "conv1");
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().kind == ErrorKind::usage);
  return read.error().message;
}

std::string json_error_of(const std::string& text) {
  const auto read = read_features_json(text, "f.json");
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().kind == ErrorKind::usage);
  return read.error().message;
}

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("an array of units x features is a feature for each column, whatever its layout") {
  const auto read =
      read_features_npy(npy("<f4", "False", "(2, 3)", raw<float>({1, 2, 3, 4, 5, 6})), "a/w.npy", "conv1");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK((*read)[1].name == "w.1");
  CHECK((*read)[1].layer == "conv1");
  CHECK((*read)[1].values == Numbers{2, 5});
  const auto column = [](const std::string& bytes) { return read_features_npy(bytes, "w.npy", "l").value()[0].values; };
  CHECK(column(npy("<f8", "True", "(2, 2)", raw<double>({1, 2, 3, 4}))) == Numbers{1, 2});
  CHECK(column(npy(">f8", "False", "(2,)", raw<double>({1.5, -2}, true))) == Numbers{1.5, -2});
  CHECK(column(npy("|i1", "False", "(2,)", raw<std::int8_t>({-1, 2}))) == Numbers{-1, 2});
  CHECK(column(npy(">u2", "False", "(2,)", raw<std::uint16_t>({258, 2}, true), 2)) == Numbers{258, 2});
  CHECK(read_features_npy(npy("<i8", "False", "(1,)", raw<std::int64_t>({7}), 3), "w.npy", "l").value()[0].name == "w");
}

TEST_CASE("an array that is not what it claims is one line") {
  const std::string four = raw<float>({1, 2, 3, 4});
  CHECK(error_of("") == "w.npy: is not a NumPy array of numbers (.npy)");
  CHECK(error_of("PK\3\4") == "w.npy: is not a NumPy array of numbers (.npy)");
  CHECK(error_of(npy("<f4", "Maybe", "(4,)", four)) == "w.npy: is not a NumPy array of numbers (.npy)");
  CHECK(error_of(npy("<f4", "False", "(4, -1)", four)) == "w.npy: is not a NumPy array of numbers (.npy)");
  CHECK(error_of(npy("<f4", "False", "(99999999999999999999,)", four)) ==
        "w.npy: is not a NumPy array of numbers (.npy)");
  CHECK(error_of(npy("|O", "False", "(4,)", four)) == "w.npy: holds '|O'; save whole numbers, float32 or float64");
  CHECK(error_of(npy("<c8", "False", "(4,)", four)) == "w.npy: holds '<c8'; save whole numbers, float32 or float64");
  CHECK(error_of(npy("<f4", "False", "(5,)", four)) == "w.npy: claims 5 x 1 numbers of 4 bytes, and holds 16 bytes");
  CHECK(error_of(npy("<f4", "False", "(4611686018427387904, 4)", four)) ==
        "w.npy: is not a NumPy array of numbers (.npy)");
  CHECK(error_of(npy("<f4", "False", "(461168601842738790, 4)", four)) ==
        "w.npy: claims 461168601842738790 x 4 numbers of 4 bytes, and holds 16 bytes");
  CHECK(error_of(npy("<f4", "False", "(4, 0)", "")) == "w.npy: claims 4 x 0 numbers of 4 bytes, and holds 0 bytes");
  CHECK(error_of(npy("<f4", "False", "()", four)) == "w.npy: has 0 axes; must be units x features");
  CHECK(error_of(npy("<f4", "False", "(2,1,2)", four)) == "w.npy: has 3 axes; must be units x features");
  CHECK(error_of(npy("<f8", "False", "(2,)", raw<double>({1, std::numeric_limits<double>::quiet_NaN()}))) ==
        "w.npy: feature 'w': unit 1: must be a finite number");
}

TEST_CASE("any prefix of an array is an error, never a crash") {
  const std::string whole = npy("<f4", "False", "(4,)", raw<float>({1, 2, 3, 4}));
  for (std::size_t size = 0; size < whole.size(); ++size) error_of(whole.substr(0, size));
  for (std::size_t place = 0; place < 70; ++place) {
    std::string changed = whole;
    changed[place] = static_cast<char>(changed[place] + 1);
    (void)read_features_npy(changed, "w.npy", "l");
  }
}

TEST_CASE("features as JSON") {
  const auto read = read_features_json(R"({"conv1": {"curvature": [1, 2.5], "age": [3, 4]}})", "f.json");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].name == "curvature");
  CHECK((*read)[0].values == Numbers{1, 2.5});
  CHECK(json_error_of("{") == "f.json: is not JSON");
  CHECK(json_error_of("[]") == "f.json: must be an object of layers");
  CHECK(json_error_of(R"({"conv1": [1]})") == "f.json: layer 'conv1': must be an object of features");
  CHECK(json_error_of(R"({"conv1": {"w": 1}})") ==
        "f.json: layer 'conv1': feature 'w': must be a list of one number for each unit");
  CHECK(json_error_of(R"({"conv1": {"w": [1, null]}})") ==
        "f.json: layer 'conv1': feature 'w': unit 1: must be a finite number");
  CHECK(json_error_of(R"({"conv1": {"w": [1e999]}})") == "f.json: is not JSON");
}
