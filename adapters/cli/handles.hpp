// Owners of the C interface's objects, and its errors as exceptions that main turns into one line.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "plugin/ramus.h"

namespace ramus::cli {

// What the command exits with (INTERFACES: exit status).
enum class Exit { done = 0, found = 1, usage = 2, invalid_input = 3, internal = 4, interrupted = 130 };

struct Failure : std::runtime_error {
  Failure(Exit status, const std::string& message) : std::runtime_error(message), exit(status) {}
  Exit exit;
};

inline void check(ramus_status status, const ramus_error& error) {
  switch (status) {
    case RAMUS_OK:
      return;
    case RAMUS_USAGE:
      throw Failure(Exit::usage, error.message);
    case RAMUS_INVALID_INPUT:
      throw Failure(Exit::invalid_input, error.message);
    case RAMUS_CANCELLED:
      throw Failure(Exit::interrupted, error.message);
    default:
      throw Failure(Exit::internal, error.message);
  }
}

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};

using Session = std::unique_ptr<ramus_session, Destroy<ramus_session_destroy>>;
using Model = std::unique_ptr<ramus_model, Destroy<ramus_model_destroy>>;
using CheckerHandle = std::unique_ptr<ramus_checker, Destroy<ramus_checker_destroy>>;
using ComparisonHandle = std::unique_ptr<ramus_comparison, Destroy<ramus_comparison_destroy>>;
using ReportHandle = std::unique_ptr<ramus_report, Destroy<ramus_report_destroy>>;

}  // namespace ramus::cli
