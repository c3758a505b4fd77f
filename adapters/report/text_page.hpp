// A page of text under construction: lines of at most 100 columns, and a count of what was cut for brevity.
//
//   page.line("{}: {}", name, many)     "mixed3a: ..."            broken after commas or at spaces, indented by two more
//   page.more("  ", 12, 8, ...)         "  ... and 4 groups more; --format json lists them all"
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/report/plain_text.hpp"

namespace ramus {

inline constexpr double kLevel = 0.05;  // the largest q, or p where there is no q, at which something is claimed

class TextPage {
 public:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    add(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  // Between the parts of the page.
  void gap() { text_ += "\n"; }

  void more(std::string_view indent, std::size_t all, std::size_t shown, const std::string& one,
            const std::string& many);

  std::string take() { return std::move(text_); }

 private:
  void add(const std::string& line);

  std::string text_;
};

// "colour (of linearised kernels)"
std::string feature_text(const std::string& feature, bool linearised);

// "a, b, 3 more": parts 0, 1 ... of `count`, of which `most` are written out.
std::string listed(std::size_t count, std::size_t most, const std::function<std::string(std::size_t)>& part);

// Beneath its group a branch need not repeat the group's name.
std::string name_within(std::string_view group, const std::string& branch);

}  // namespace ramus
