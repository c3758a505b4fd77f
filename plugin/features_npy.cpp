#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>

#include "plugin/user_features.hpp"

namespace ramus {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLargestHeader = 1 << 16;
constexpr std::uint64_t kMostColumns = 1 << 12;

tl::unexpected<Error> usage(const std::string& what) { return failure(ErrorKind::usage, what); }

struct Header {
  std::string type;  // "<f4"
  bool fortran = false;
  std::vector<std::uint64_t> shape;
};

// The Python literal {'descr': '<f4', 'fortran_order': False, 'shape': (64, 3), }, keys in any order.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : rest_(text) {}

  std::optional<Header> read() {
    Header header;
    int seen = 0;
    if (!take("{")) return std::nullopt;
    while (!take("}")) {
      const auto key = quoted();
      if (!key || !take(":")) return std::nullopt;
      bool good = false;
      if (*key == "descr") {
        const auto type = quoted();
        good = type.has_value();
        if (good) header.type = *type;
      } else if (*key == "fortran_order") {
        header.fortran = take("True");
        good = header.fortran || take("False");
      } else if (*key == "shape") {
        good = shape(header.shape);
      }
      if (!good) return std::nullopt;
      ++seen;
      take(",");
    }
    return seen == 3 ? std::optional(header) : std::nullopt;
  }

 private:
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

  bool take(std::string_view word) {
    skip_spaces();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::optional<std::string> quoted() {
    skip_spaces();
    const std::size_t end = rest_.empty() || rest_[0] != '\'' ? std::string_view::npos : rest_.find('\'', 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  bool shape(std::vector<std::uint64_t>& dims) {
    if (!take("(")) return false;
    while (!take(")")) {
      const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
      if (digits == 0 || digits > 18 || dims.size() == 8) return false;
      dims.push_back(std::stoull(std::string(rest_.substr(0, digits))));
      rest_.remove_prefix(digits);
      take(",");
      skip_spaces();
    }
    return true;
  }

  std::string_view rest_;
};

template <class T>
T value_at(const char* bytes, bool swap) {
  std::array<char, sizeof(T)> raw;
  std::memcpy(raw.data(), bytes, sizeof(T));
  if (swap) std::reverse(raw.begin(), raw.end());
  return std::bit_cast<T>(raw);
}

using Decoder = double (*)(const char* bytes, bool swap);

template <class T>
double decode(const char* bytes, bool swap) {
  return static_cast<double>(value_at<T>(bytes, swap));
}

struct NumberType {
  std::string_view name;  // without the byte order
  std::size_t size;
  Decoder decode;
};

constexpr NumberType kTypes[] = {
    {"f4", 4, decode<float>},         {"f8", 8, decode<double>},        {"i1", 1, decode<std::int8_t>},
    {"i2", 2, decode<std::int16_t>},  {"i4", 4, decode<std::int32_t>},  {"i8", 8, decode<std::int64_t>},
    {"u1", 1, decode<std::uint8_t>},  {"u2", 2, decode<std::uint16_t>}, {"u4", 4, decode<std::uint32_t>},
    {"u8", 8, decode<std::uint64_t>}, {"b1", 1, decode<std::uint8_t>},
};

const NumberType* type_named(std::string_view descr) {
  const bool has_order = descr.size() == 3 && std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
  for (const NumberType& type : kTypes) {
    if (has_order && type.name == descr.substr(1)) return &type;
  }
  return nullptr;
}

// Splits the bytes into header and data.
std::optional<std::string_view> take_header(std::string_view& bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < 10) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t version = byte(6), start = version == 1 ? 10 : 12;
  if (version < 1 || version > 3 || bytes.size() < start) return std::nullopt;
  const std::size_t length =
      version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > kLargestHeader || length > bytes.size() - start) return std::nullopt;
  const std::string_view header = bytes.substr(start, length);
  bytes.remove_prefix(start + length);
  return header;
}

std::string stem_of(const std::string& path) {
  const std::string file = path.substr(path.find_last_of('/') + 1);
  return file.substr(0, file.rfind(".npy"));
}

}  // namespace

Result<std::vector<UserFeature>> read_features_npy(std::string_view bytes, const std::string& name,
                                                   const std::string& layer) {
  const auto text = take_header(bytes);
  const auto header = text ? HeaderReader(*text).read() : std::nullopt;
  if (!header) return usage(name + ": is not a NumPy array of numbers (.npy)");
  const NumberType* type = type_named(header->type);
  if (type == nullptr) {
    return usage(name + ": holds '" + header->type + "'; save whole numbers, float32 or float64");
  }
  const std::size_t rank = header->shape.size();
  if (rank != 1 && rank != 2) return usage(name + ": has " + std::to_string(rank) + " axes; must be units x features");
  const std::uint64_t units = header->shape[0], columns = rank == 2 ? header->shape[1] : 1;
  if (columns == 0 || columns > kMostColumns || units > bytes.size() / type->size / columns ||
      units * columns * type->size != bytes.size()) {
    return usage(name + ": claims " + std::to_string(units) + " x " + std::to_string(columns) + " numbers of " +
                 std::to_string(type->size) + " bytes, and holds " + std::to_string(bytes.size()) + " bytes");
  }
  const bool swap = type->size > 1 && (header->type[0] == '>') != (std::endian::native == std::endian::big) &&
                    (header->type[0] == '>' || header->type[0] == '<');
  std::vector<UserFeature> all;
  for (std::uint64_t column = 0; column < columns; ++column) {
    UserFeature feature{name, layer, stem_of(name), {}};
    if (columns > 1) feature.name += "." + std::to_string(column);
    for (std::uint64_t unit = 0; unit < units; ++unit) {
      const std::uint64_t place = header->fortran ? column * units + unit : unit * columns + column;
      const double value = type->decode(bytes.data() + place * type->size, swap);
      if (!std::isfinite(value)) {
        return usage(name + ": feature '" + feature.name + "': unit " + std::to_string(unit) +
                     ": must be a finite number");
      }
      feature.values.push_back(value);
    }
    all.push_back(std::move(feature));
  }
  return all;
}

}  // namespace ramus
