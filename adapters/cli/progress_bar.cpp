#include "adapters/cli/progress_bar.hpp"

#include <algorithm>
#include <cstdio>

namespace ramus::cli {
namespace {

constexpr int kWidth = 30;
constexpr auto kInterval = std::chrono::milliseconds(80);

}  // namespace

void ProgressBar::show(const char* phase, std::uint64_t done, std::uint64_t total) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && phase_ == phase && now - last_ < kInterval) return;
  last_ = now;
  phase_ = phase;
  drawn_ = true;
  const double share = total == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const std::string bar(static_cast<std::size_t>(share * kWidth), '#');
  std::fprintf(stderr, "\r\033[K%-18s [%-*s] %3.0f %%", phase, kWidth, bar.c_str(), share * 100);
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\033[K", stderr);
}

}  // namespace ramus::cli
