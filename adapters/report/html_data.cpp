// What the page gets of a report. Lists of one number per unit would make it ten times as large, and are looked at, not
// computed with: they become bytes between their least and their largest value.
//
//   packed       {"low": -0.31, "high": 0.42, "bytes": base64}: byte b is low + b / 255 * (high - low)
//   assignment   base64, two bytes per unit: 2 * factor + (pole > 0), or 255 for none; confidence * 255
//
// Loadings and features of the layers nearest to the image come first; beyond `kMostPacked` bytes they are left out, and
// "left_out" counts them.
#include <algorithm>
#include <cmath>

#include "adapters/report/base64.hpp"
#include "adapters/report/html.hpp"
#include "adapters/report/text.hpp"
#include "plugin/digits.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostPacked = 600'000;  // bytes, all lists together

double four_digits(double value) { return to_digits(value, 4); }

void shorten(ReportJson& list) {
  for (ReportJson& value : list) value = four_digits(value);
}

class DataBuilder {
 public:
  explicit DataBuilder(const Report& report) : report_(report), json_(to_json(report)) {}

  ReportJson run() {
    leave_out();
    pack_factors();
    pack_features();
    ReportJson data;
    data["report"] = std::move(json_);
    data["text"] = text();
    data["pictures"] = pictures();
    data["left_out"] = left_out_;
    return data;
  }

 private:
  void leave_out() {
    for (ReportJson& graph : json_["graphs"]) {
      for (ReportJson& node : graph["nodes"]) node = {{"op", node["op"]}, {"index", node["index"]}};
    }
    for (ReportJson& latent : json_["latent"]) latent.erase("assignment");
    for (ReportJson& entry : json_["modularity"]) entry.erase("layers");
    for (ReportJson& stream : json_["streams"]) {
      for (ReportJson& pair : stream["composition"]) {
        for (const char* const name : {"size", "size_centred", "subspaces"}) pair.erase(name);
        for (const char* const name : {"score", "baseline", "excess", "z"}) pair[name] = four_digits(pair[name]);
      }
    }
  }

  // Nothing where no room is left.
  ReportJson packed(const ReportJson& list) {
    const auto values = list.get<std::vector<double>>();
    if (packed_ + values.size() > kMostPacked) {
      ++left_out_;
      return nullptr;
    }
    packed_ += values.size();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (values.empty()) return {{"low", 0}, {"high", 0}, {"bytes", ""}};
    const double span = *high - *low;
    std::vector<std::uint8_t> bytes;
    for (const double value : values) {
      const double share = span > 0 ? (value - *low) / span : 0;
      bytes.push_back(static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0))));
    }
    return {{"low", *low}, {"high", *high}, {"bytes", to_base64(bytes)}};
  }

  void pack_factors() {
    for (std::size_t i = 0; i < report_.factors.size(); ++i) {
      ReportJson& entry = json_["factors"][i];
      for (const char* const name :
           {"silent", "beside", "from_index", "to_index", "from_weight", "total_energy", "residual"}) {
        entry.erase(name);
      }
      for (const char* const name : {"sigma", "energy", "p"}) shorten(entry[name]);
      if (entry["null"].contains("upper")) shorten(entry["null"]["upper"]);
      ReportJson named = ReportJson::array();  // most features name nothing
      for (ReportJson& meaning : entry["meaning"]) {
        if (meaning["named"]) named.push_back(std::move(meaning));
      }
      entry["meaning"] = std::move(named);
      if (!entry.contains("left")) continue;
      for (const char* const side : {"left", "right"}) {
        for (ReportJson& vector : entry[side]) vector = packed(vector);
      }
      const MatrixFactors& factors = *report_.factors[i].factors;
      entry["assignment"] = {{"from", assignment(factors.inputs)}, {"to", assignment(factors.outputs)}};
    }
  }

  // Empty where no unit belongs to a factor.
  std::string assignment(const std::vector<UnitAssignment>& units) {
    std::vector<std::uint8_t> bytes;
    if (std::none_of(units.begin(), units.end(), [](const UnitAssignment& unit) { return unit.factor >= 0; }))
      return {};
    packed_ += 2 * units.size();
    for (const UnitAssignment& unit : units) {
      const bool known = unit.factor >= 0 && unit.factor < 127;
      bytes.push_back(known ? static_cast<std::uint8_t>(2 * unit.factor + (unit.pole > 0 ? 1 : 0)) : 255);
      bytes.push_back(static_cast<std::uint8_t>(std::lround(255 * std::clamp(unit.confidence, 0.0, 1.0))));
    }
    return to_base64(bytes);
  }

  void pack_features() {
    for (std::size_t i = 0; i < report_.features.size(); ++i) {
      ReportJson& entry = json_["features"][i];
      for (const FeatureColumn& column : report_.features[i].columns) {
        entry[column.name] = packed(entry[column.name]);
        if (entry[column.name].is_null()) entry.erase(column.name);
      }
    }
  }

  std::string text() const {
    std::string text;
    const auto written = write_text(report_, [&](std::string_view piece) {
      text += piece;
      return true;
    });
    return written ? text : std::string();
  }

  ReportJson pictures() const {
    ReportJson list = ReportJson::array();
    for (const ReportFeatures& entry : report_.features) {
      if (entry.pictures.pixels.empty()) continue;
      ReportJson json{{"layer", entry.layer.name}};
      if (!entry.graph.empty()) json["graph"] = entry.graph;
      json["height"] = entry.pictures.height;
      json["width"] = entry.pictures.width;
      json["pixels"] = to_base64(entry.pictures.pixels);
      list.push_back(std::move(json));
    }
    return list;
  }

  const Report& report_;
  ReportJson json_;
  std::size_t packed_ = 0;    // bytes
  std::size_t left_out_ = 0;  // lists
};

}  // namespace

ReportJson html_data(const Report& report) { return DataBuilder(report).run(); }

}  // namespace ramus
