#include <fmt/format.h>

#include <algorithm>

#include "adapters/pictures/factor_plot.hpp"
#include "adapters/pictures/map_drawing.hpp"
#include "adapters/pictures/names.hpp"
#include "adapters/pictures/pictures.hpp"
#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr double kMargin = 20, kHeading = 58, kGap = 36;
constexpr double kPageWidth = 1060;  // up to which the factors stand beside the map

constexpr std::string_view kStyle = R"(
text{font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif;white-space:pre}tspan{unicode-bidi:isolate}.note{font-weight:normal}
.bg{fill:#ffffff}.ink{fill:#1f2328}.muted{fill:#59636e}.on{fill:#1f2328}.strong{font-weight:bold}
.card{fill:#eef1f4;stroke:#d1d9e0}.more{fill:none;stroke:#818b98;stroke-dasharray:3 3}
.frame{fill:none;stroke:#818b98;stroke-dasharray:6 4}.join{fill:#ffffff;stroke:#59636e;stroke-width:1.5}
.dot{fill:#59636e}.trunk{fill:none;stroke:#818b98;stroke-width:2}.stream{fill:none;stroke:#59636e;stroke-width:5}
.unit{stroke:#ffffff;stroke-width:.6;fill-opacity:.9}.plain{fill:#7d8590}
.edge{fill:none;stroke-width:3}.tint{fill-opacity:.16;stroke-width:1.5}.stack{fill-opacity:.55;stroke:#ffffff}
.axis{fill:none;stroke:#d1d9e0}.head{fill:#59636e}.bar{fill:#0969da}.faint{fill:#c4ccd4}
@media(prefers-color-scheme:dark){.bg{fill:#0d1117}.ink{fill:#e6edf3}.muted{fill:#9198a1}
.card{fill:#212830;stroke:#3d444d}.join{fill:#0d1117;stroke:#9198a1}.dot,.head{fill:#9198a1}
.trunk{stroke:#656c76}.stream{stroke:#9198a1}.stack,.unit{stroke:#0d1117}.axis{stroke:#3d444d}.bar{fill:#4493f8}
.faint{fill:#3d444d}}
)";

struct PlacedMap {
  std::string title;
  MapBox box;
};

std::string summary_of(const ReportModel& model) {
  return fmt::format("{}, {} parameters{}", plural(model.nodes, "node", "nodes"),
                     human(static_cast<double>(model.parameters)),
                     model.producer.empty() ? "" : ", by " + model.producer);
}

class Picture {
 public:
  explicit Picture(const Report& report)
      : report_(report), findings_(report), sections_(outline_of(report, findings_)) {
    for (const MapSection& section : sections_) maps_.push_back({title_of(section), lay_out(section.items)});
  }

  std::string run() {
    double map_width = 0;
    for (const PlacedMap& map : maps_) map_width = std::max(map_width, map.box.width);
    const FactorPlot factors = factor_plot_of(report_);
    heading_ = has_claims() ? kHeading + 17 : kHeading;
    const double beside = kMargin + map_width + kGap + kFactorWidth + kMargin;
    const bool is_beside = factors.entry != nullptr && beside <= kPageWidth;
    const double maps_end = draw_maps(kMargin + (is_beside ? 0 : std::max(0.0, (kFactorWidth - map_width) / 2)));
    double width = 2 * kMargin + std::max(map_width, 480.0), height = maps_end;
    if (factors.entry != nullptr && is_beside) {
      const double end = draw_factors(factors, kMargin + map_width + kGap, heading_);
      width = beside;
      height = std::max(height, end);
    } else if (factors.entry != nullptr) {
      height = draw_factors(factors, kMargin, maps_end + kGap);
      width = std::max(width, kFactorWidth + 2 * kMargin);
    }
    return page(width, height + kMargin);
  }

 private:
  double draw_maps(double x) {
    double y = heading_;
    for (const PlacedMap& map : maps_) {
      if (!map.title.empty()) {
        svg_.text(x, y + 14, std::max(map.box.width, 300.0), map.title, {"muted", 12});
        y += 24;
      }
      draw_map(map.box, x, y, svg_);
      y += map.box.height + 2 * kMapEnds + 12;
    }
    return y;
  }

  bool has_claims() const {
    return std::any_of(report_.specialization.begin(), report_.specialization.end(), [](const auto& entry) {
      return std::any_of(entry.values.branches.begin(), entry.values.branches.end(),
                         [](const BranchSpecialization& branch) { return strongest_result(branch).has_value(); });
    });
  }

  double draw_factors(const FactorPlot& factors, double x, double y) {
    return draw_factor_plot(report_, factors, x, y, svg_);
  }

  std::string page(double width, double height) {
    SvgWriter heading;
    heading.rectangle(0, 0, width, height, 0, "bg");
    heading.begin_titled({report_.model.path, report_.model.digest});
    const std::string name = shown_file(report_.model.path);
    heading.text(kMargin, 28, width - 2 * kMargin, name, {"ink strong", 16});
    heading.end_titled();
    heading.text(kMargin, 46, width - 2 * kMargin, summary_of(report_.model), {"muted", 12, Anchor::start, false});
    if (heading_ > kHeading) {
      heading.text(kMargin, 63, width - 2 * kMargin, "Bold: what gathers in a branch beyond chance (q at most 0.05)",
                   {"muted", 12, Anchor::start, false});
    }
    const std::string size = fmt::format("{} {}", number_of(width), number_of(height));
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {}\" role=\"img\">\n",
        number_of(width), number_of(height), size);
    out += fmt::format("<title>Branches of {}</title>\n<style>{}</style>\n", as_xml(at_most(name, 200)), kStyle);
    out +=
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"5\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\" "
        "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n";
    return out + heading.take() + svg_.take() + "</svg>\n";
  }

  const Report& report_;
  const BranchFindings findings_;
  const std::vector<MapSection> sections_;
  std::vector<PlacedMap> maps_;
  double heading_ = kHeading;  // height
  SvgWriter svg_;
};

}  // namespace

Status write_svg(const Report& report, const TextSink& sink) { return write_whole(Picture(report).run(), sink); }

}  // namespace ramus
