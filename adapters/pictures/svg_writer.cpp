#include "adapters/pictures/svg_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "adapters/pictures/names.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostTitle = 1000;  // code points of one line of a title
constexpr double kBesideName = 8;         // between a name and its note
constexpr double kLeastName = 80;         // kept of a name beside a long note

std::string paint(std::string_view classes, std::string_view fill, std::string_view stroke) {
  std::string out;
  if (!classes.empty()) out += fmt::format(" class=\"{}\"", classes);
  if (!fill.empty()) out += fmt::format(" fill=\"{}\"", fill);
  if (!stroke.empty()) out += fmt::format(" stroke=\"{}\"", stroke);
  return out;
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

std::string number_of(double pixels) {
  if (!std::isfinite(pixels)) return "0";  // a report may hold numbers of any size
  const double rounded = std::round(pixels * 10) / 10;
  return fmt::format("{:.{}f}", rounded == 0 ? 0 : rounded, rounded == std::floor(rounded) ? 0 : 1);
}

void SvgWriter::begin_titled(const std::vector<std::string>& lines) {
  body_ += "<g><title>";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    body_ += (i == 0 ? "" : "\n") + as_xml(at_most(shown(lines[i]), kMostTitle));
  }
  body_ += "</title>\n";
}

void SvgWriter::end_titled() { body_ += "</g>\n"; }

void SvgWriter::rectangle(double x, double y, double width, double height, double radius, std::string_view classes,
                          std::string_view fill, std::string_view stroke) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"{}/>\n", number_of(x), number_of(y),
                       number_of(width), number_of(height), number_of(radius), paint(classes, fill, stroke));
}

void SvgWriter::circle(double x, double y, double radius, std::string_view classes, std::string_view fill,
                       std::string_view stroke) {
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n", number_of(x), number_of(y), number_of(radius),
                       paint(classes, fill, stroke));
}

void SvgWriter::line(double x1, double y1, double x2, double y2, std::string_view classes, std::string_view stroke,
                     bool has_arrow) {
  body_ += fmt::format("<path d=\"M{} {}L{} {}\"{}{}/>\n", number_of(x1), number_of(y1), number_of(x2), number_of(y2),
                       paint(classes, {}, stroke), has_arrow ? " marker-end=\"url(#arrow)\"" : "");
}

void SvgWriter::curve(double x1, double y1, double x2, double y2, std::string_view classes, std::string_view stroke) {
  const double middle = (y1 + y2) / 2;
  body_ += fmt::format("<path d=\"M{} {}C{} {} {} {} {} {}\"{}/>\n", number_of(x1), number_of(y1), number_of(x1),
                       number_of(middle), number_of(x2), number_of(middle), number_of(x2), number_of(y2),
                       paint(classes, {}, stroke));
}

void SvgWriter::text(double x, double y, double room, std::string_view text, const TextStyle& style) {
  const std::string cleaned = shown(text);
  const double size = style.size * (style.classes.find("strong") == std::string_view::npos ? 1 : kBold);
  const std::string cut = style.keeps_end ? fitted(cleaned, room, size) : fitted_from_start(cleaned, room, size);
  if (!cut.empty()) place_text(x, y, room, as_xml(cut), is_plain(cleaned), style);
}

void SvgWriter::text_with_note(double x, double y, double room, std::string_view name, std::string_view note,
                               const TextStyle& style) {
  const double note_size = style.size - 1;
  const std::string cleaned = shown(name);
  const double least = std::min(width_in_em(cleaned) * style.size * kBold, kLeastName);
  const std::string cut_note = fitted_from_start(shown(note), room - kBesideName - least, note_size);
  const double rest = room - kBesideName - width_in_em(cut_note) * note_size;
  const std::string cut = fitted(cleaned, rest, style.size * kBold);
  place_text(x, y, room,
             fmt::format("<tspan>{}</tspan><tspan dx=\"{}\" font-size=\"{}\" class=\"muted note\">{}</tspan>",
                         as_xml(cut), number_of(kBesideName), number_of(note_size), as_xml(cut_note)),
             is_plain(cleaned), style);
}

// Letters of other scripts have widths that no table here knows: such a text is drawn in a window of its room.
void SvgWriter::place_text(double x, double y, double room, std::string_view inside, bool is_plain,
                           const TextStyle& style) {
  const double left = style.anchor == Anchor::start ? x : style.anchor == Anchor::middle ? x - room / 2 : x - room;
  if (!is_plain) {
    body_ += fmt::format("<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">", number_of(left),
                         number_of(y - style.size), number_of(room), number_of(style.size * 1.4));
    x -= left;
    y = style.size;
  }
  const std::string_view anchor = style.anchor == Anchor::start    ? ""
                                  : style.anchor == Anchor::middle ? " text-anchor=\"middle\""
                                                                   : " text-anchor=\"end\"";
  body_ += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" class=\"{}\"{}>{}</text>{}\n", number_of(x),
                       number_of(y), number_of(style.size), style.classes, anchor, inside, is_plain ? "" : "</svg>");
}

void SvgWriter::upright_text(double x, double y, double room, std::string_view text, const TextStyle& style) {
  body_ += fmt::format("<g transform=\"translate({} {}) rotate(-90)\">", number_of(x), number_of(y));
  this->text(0, 0, room, text, style);
  body_ += "</g>\n";
}

}  // namespace ramus
