#include "plugin/log_sink.hpp"

#include <spdlog/sinks/base_sink.h>

#include <mutex>
#include <string>

namespace ramus {
namespace {

class CallbackSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CallbackSink(LogCallback callback) : callback_(std::move(callback)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string text(message.payload.data(), message.payload.size());
    callback_(message.level, text.c_str());
  }
  void flush_() override {}

  LogCallback callback_;
};

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(LogCallback callback, spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>("ramus", std::make_shared<CallbackSink>(std::move(callback)));
  logger->set_level(level);
  logger->set_error_handler([](const std::string&) {});  // a library has no place to complain of its own log
  return logger;
}

}  // namespace ramus
