// Names and sentences of a model, made fit for a terminal. A model's name may hold any byte: colours, line breaks, other
// encodings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ramus {

// Control characters (C0, C1, DEL) and line breaks become spaces, what is not UTF-8 becomes U+FFFD.
std::string printable(std::string_view text);

// Code points of printable text; what a terminal shows of most of them.
std::size_t width_of(std::string_view text);

// The end of a name, which tells more than its beginning: "...encoder/layer_7/add". `room` is at least 4.
std::string shortened(std::string_view name, std::size_t room);

// Breaks printable text so that no line is wider than `width` (at least 8): after a comma, else at a space, else inside
// a word. What follows is indented by two more than the text.
std::string wrapped(std::string_view line, std::size_t width);

// "950", "14.0 k", "4.1 M".
std::string human(double value);

// "1 group", "3 groups".
std::string plural(std::size_t count, const std::string& one, const std::string& many);

}  // namespace ramus
