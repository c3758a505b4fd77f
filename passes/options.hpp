// Options of passes, by the names that `--set PASS.OPTION=VALUE` uses. Values are checked when they are set, so that a
// pass may rely on them.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "graph/result.hpp"

namespace ramus {

struct OptionInfo {
  std::string_view name;
  std::string_view otherwise;  // the default, as text
  std::string_view values;     // "inputs|outputs|both|none", or "1..64" for whole numbers
  std::string_view summary;
};

struct PassInfo;

class PassOptions {
 public:
  // Every option of every pass at its default.
  explicit PassOptions(std::span<const PassInfo> passes);

  // `setting` is "factors.k=16". Errors (usage): no such pass, option or value; each says which there are.
  Status set(std::string_view setting);

  // `option` must be in the table: "factors.k".
  const std::string& text(std::string_view option) const;
  std::int64_t number(std::string_view option) const;

  const std::map<std::string, std::string, std::less<>>& all() const { return values_; }

 private:
  std::span<const PassInfo> passes_;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace ramus
