#include "passes/options.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "passes/pass.hpp"

namespace ramus {
namespace {

std::optional<std::int64_t> to_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_allowed(std::string_view values, std::string_view value) {
  if (const std::size_t dots = values.find(".."); dots != std::string_view::npos) {
    const auto low = to_number(values.substr(0, dots)), high = to_number(values.substr(dots + 2));
    const auto number = to_number(value);
    return number && low && high && *low <= *number && *number <= *high;
  }
  for (std::size_t begin = 0; begin <= values.size();) {
    const std::size_t end = std::min(values.find('|', begin), values.size());
    if (values.substr(begin, end - begin) == value) return true;
    begin = end + 1;
  }
  return false;
}

template <class Rows>
std::string names_in(const Rows& rows) {
  std::string names;
  for (const auto& row : rows) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names.empty() ? "none" : names;
}

tl::unexpected<Error> usage(const std::string& what) { return failure(ErrorKind::usage, what); }

}  // namespace

PassOptions::PassOptions(std::span<const PassInfo> passes) : passes_(passes) {
  for (const PassInfo& pass : passes) {
    for (const OptionInfo& option : pass.options) {
      values_.emplace(std::string(pass.name) + "." + std::string(option.name), option.otherwise);
    }
  }
}

Status PassOptions::set(std::string_view setting) {
  const std::size_t equals = setting.find('='), dot = setting.find('.');
  const std::string where = "option '" + std::string(setting) + "'";
  if (equals == std::string_view::npos || dot == std::string_view::npos || dot > equals) {
    return usage(where + ": expected PASS.OPTION=VALUE, for example factors.k=16");
  }
  const std::string_view pass_name = setting.substr(0, dot), option_name = setting.substr(dot + 1, equals - dot - 1);
  const std::string_view value = setting.substr(equals + 1);
  const auto pass =
      std::find_if(passes_.begin(), passes_.end(), [&](const PassInfo& row) { return row.name == pass_name; });
  if (pass == passes_.end()) return usage(where + ": no such pass; there are " + names_in(passes_));
  const auto option = std::find_if(pass->options.begin(), pass->options.end(),
                                   [&](const OptionInfo& row) { return row.name == option_name; });
  if (option == pass->options.end()) return usage(where + ": no such option; there are " + names_in(pass->options));
  if (!is_allowed(option->values, value)) return usage(where + ": must be " + std::string(option->values));
  values_.find(setting.substr(0, equals))->second = value;
  return {};
}

const std::string& PassOptions::text(std::string_view option) const { return values_.find(option)->second; }

std::int64_t PassOptions::number(std::string_view option) const { return to_number(text(option)).value_or(0); }

}  // namespace ramus
