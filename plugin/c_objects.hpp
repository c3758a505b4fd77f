// What is behind the handles of the C interface.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "plugin/analyze.hpp"
#include "plugin/check/check.hpp"
#include "plugin/compare.hpp"
#include "plugin/log_sink.hpp"
#include "plugin/ramus.h"

struct ramus_session {
  std::shared_ptr<spdlog::logger> log;
  ramus_session_config config = RAMUS_SESSION_CONFIG_INIT;
  std::mutex progress_mutex;
  std::atomic<bool> cancelled{false};

  ramus::Host host() {
    ramus::Host host;
    host.cancelled = [this] { return cancelled.load(std::memory_order_relaxed); };
    host.log = [this](std::string_view text) { log->debug("{}", text); };
    if (config.progress != nullptr) {
      host.progress = [this](std::string_view phase, std::uint64_t done, std::uint64_t total) {
        const std::scoped_lock lock(progress_mutex);
        config.progress(config.progress_user, std::string(phase).c_str(), done, total);
      };
    }
    return host;
  }
};

struct ramus_model {
  ramus_session* session;
  std::unique_ptr<ramus::WireModel> wire;
};

struct ramus_report {
  ramus::Report report;
};

struct ramus_comparison {
  ramus::Comparison comparison;
};

struct ramus_checker {
  ramus_session* session;
  ramus::Checker checker;
};
