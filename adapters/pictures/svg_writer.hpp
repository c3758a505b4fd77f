// SVG elements, one after the other, in pixels. What is given as text is cleaned, cut to its room and quoted here.
//
// Classes are those of the style sheet in svg.cpp: ink, muted, on (text on a coloured box), strong; bg, card, trunk, line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ramus {

enum class Anchor { start, middle, end };

struct TextStyle {
  std::string_view classes = "ink";
  double size = 11;
  Anchor anchor = Anchor::start;
  bool keeps_end = true;  // of what does not fit: names end in what tells them apart
};

class SvgWriter {
 public:
  // What is drawn until the end of the group has this title, shown under the pointer and read to who cannot see.
  void begin_titled(const std::vector<std::string>& lines);
  void end_titled();

  // `fill`, `stroke`: colours; empty: the class decides.
  void rectangle(double x, double y, double width, double height, double radius, std::string_view classes,
                 std::string_view fill = {}, std::string_view stroke = {});
  void circle(double x, double y, double radius, std::string_view classes, std::string_view fill = {},
              std::string_view stroke = {});
  void line(double x1, double y1, double x2, double y2, std::string_view classes, std::string_view stroke = {},
            bool has_arrow = false);
  // From above to below, leaving and arriving vertically.
  void curve(double x1, double y1, double x2, double y2, std::string_view classes, std::string_view stroke = {});

  // On the base line `y`, within `room` from `x` to the side that the anchor says; in the middle, half of it on both.
  void text(double x, double y, double room, std::string_view text, const TextStyle& style = {});
  // A name and, right behind it in the style `muted`, a note; what does not fit is cut from the name.
  void text_with_note(double x, double y, double room, std::string_view name, std::string_view note,
                      const TextStyle& style);
  // From below to above, its middle at (x, y).
  void upright_text(double x, double y, double room, std::string_view text, const TextStyle& style);

  std::string take() { return std::move(body_); }

 private:
  void place_text(double x, double y, double room, std::string_view inside, bool is_plain, const TextStyle& style);

  std::string body_;
};

// "12.5": at most one digit after the point.
std::string number_of(double pixels);

}  // namespace ramus
