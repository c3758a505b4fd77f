// A bar on standard error, by bytes of weights:  factors  [#########           ]  45 %
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ramus::cli {

class ProgressBar {
 public:
  explicit ProgressBar(bool shown) : shown_(shown) {}
  ~ProgressBar() { clear(); }

  void show(const char* phase, std::uint64_t done, std::uint64_t total);
  void clear();  // leaves an empty line to write on

 private:
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
  std::string phase_;
};

}  // namespace ramus::cli
