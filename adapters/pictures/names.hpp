// Names of a model, made fit for pictures and pages. A name may hold any byte.
//
//   shown()        control characters and overrides of the writing direction become spaces, what is not UTF-8 or not
//                  allowed in XML becomes U+FFFD; the rest stays: other scripts, emoji, quotes, tags as text
//   as_xml() ...   what was shown, quoted for the place where it goes
#pragma once

#include <string>
#include <string_view>

namespace ramus {

std::string shown(std::string_view name);

// "model.onnx" of "folder/model.onnx", shown.
std::string shown_file(std::string_view path);

// Width in em (1: the font's size), estimated from above for the usual sans-serif fonts, wide ones included.
double width_in_em(std::string_view shown);
inline constexpr double kBold = 1.14;  // how much wider bold letters are

// The end of a shown text, after an ellipsis, where it is wider than `room` pixels at a font of `size` pixels.
std::string fitted(std::string_view shown, double room, double size);
// And its beginning, before one: of sentences, which begin with what matters.
std::string fitted_from_start(std::string_view shown, double room, double size);

// At most `most` code points, and how many there are in all.
std::string at_most(std::string_view shown, std::size_t most);

std::string as_xml(std::string_view shown);      // text and attribute values
std::string as_dot(std::string_view shown);      // with the quotes around it
std::string as_mermaid(std::string_view shown);  // with the quotes around it; entities for all that is not plain

// Inside a sentence of Markdown: nothing in it becomes a tag, a link, a mention or the number of an issue.
std::string as_markdown(std::string_view shown);
// A name as a code span, in which GitHub links nothing; `room`: code points. In a cell of a table as well.
std::string as_code(std::string_view shown, std::size_t room = 60);

}  // namespace ramus
