#include "adapters/report/text_page.hpp"

#include <algorithm>
#include <vector>

namespace ramus {
namespace {

constexpr std::size_t kColumns = 100;

}  // namespace

void TextPage::add(const std::string& line) { text_ += wrapped(printable(line), kColumns) + "\n"; }

void TextPage::more(std::string_view indent, std::size_t all, std::size_t shown, const std::string& one,
                    const std::string& many) {
  if (all > shown) line("{}... and {} more; --format json lists them all", indent, plural(all - shown, one, many));
}

std::string feature_text(const std::string& feature, bool linearised) {
  return shortened(feature, 44) + (linearised ? " (of linearised kernels)" : "");
}

std::string listed(std::size_t count, std::size_t most, const std::function<std::string(std::size_t)>& part) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(count, most); ++i) parts.push_back(part(i));
  if (count > most) parts.push_back(fmt::format("{} more", count - most));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string name_within(std::string_view group, const std::string& branch) {
  const bool repeats =
      branch.size() > group.size() + 1 && std::string_view(branch).starts_with(group) && branch[group.size()] == '/';
  return shortened(repeats ? branch.substr(group.size() + 1) : branch, 44);
}

}  // namespace ramus
