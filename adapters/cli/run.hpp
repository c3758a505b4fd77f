// One run of the command: a session whose log and progress go to standard error, and that an interrupt cancels.
#pragma once

#include <optional>
#include <string>

#include "adapters/cli/commands.hpp"
#include "adapters/cli/handles.hpp"
#include "adapters/cli/progress_bar.hpp"

namespace ramus::cli {

class Run {
 public:
  explicit Run(const CommonArguments& common, std::int32_t usual_log_level = RAMUS_LOG_WARNING);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  ramus_session* session() const { return session_.get(); }
  ProgressBar& bar() { return bar_; }

  // What standard input holds, read once.
  const std::string& standard_input();

  // "-": standard input.
  Model open(const std::string& path);

 private:
  ProgressBar bar_;
  Session session_;
  std::optional<std::string> standard_input_;
};

}  // namespace ramus::cli
