// spdlog, ending in the host's callback and nowhere else: no default logger is touched, nothing is registered.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <memory>

namespace ramus {

using LogCallback = std::function<void(spdlog::level::level_enum level, const char* text)>;

// A logger of its own, not in spdlog's registry. The callback gets one line without newline, one call at a time.
std::shared_ptr<spdlog::logger> make_logger(LogCallback callback, spdlog::level::level_enum level);

}  // namespace ramus
