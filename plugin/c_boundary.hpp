// Where C ends and C++ begins: errors and exceptions become a status and one line; structs of any size become whole ones.
#pragma once

#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "graph/result.hpp"
#include "plugin/ramus.h"

namespace ramus {

ramus_status status_of(ErrorKind kind);

// One line of UTF-8 of at most `room` bytes: names in a model may hold any byte, and a message goes to terminals and logs.
std::string one_line(std::string_view message, std::size_t room);

// Writes no further than error->struct_size, and nothing where not even a message of one character would fit.
void fill(ramus_error* error, ramus_status status, std::string_view message);

inline tl::unexpected<Error> usage(std::string message) { return failure(ErrorKind::usage, std::move(message)); }

// Runs the body of an entry point; whatever is thrown below becomes a status.
template <class Body>
ramus_status guarded(ramus_error* error, Body body) noexcept {
  try {
    try {
      Status status = body();
      if (status) return RAMUS_OK;
      const ramus_status code = status_of(status.error().kind);
      fill(error, code, status.error().message);
      return code;
    } catch (const std::bad_alloc&) {
      fill(error, RAMUS_INTERNAL, "not enough memory");
    } catch (const std::exception& exception) {
      fill(error, RAMUS_INTERNAL, std::string("internal: ") + exception.what());
    }
  } catch (...) {  // even the message could not be made
  }
  return RAMUS_INTERNAL;
}

// Whether a struct of `size` bytes may be read by a library that knows `known` of them. Errors (usage), beginning with
// `what`: a size that no version of the struct can have; bytes beyond `known` that are not zero, by which the host asks
// for something that this library cannot do.
Status check_struct_size(const void* given, std::size_t size, std::size_t known, std::size_t alignment,
                         std::string_view what);

// The host's struct laid over the defaults; NULL: the defaults. Errors: those of check_struct_size.
template <class T>
Result<T> sized(const T* given, const T& defaults, std::string_view what) {
  T whole = defaults;
  if (given == nullptr) return whole;
  Status status = check_struct_size(given, given->struct_size, sizeof(T), alignof(T), what);
  if (!status) return propagate(std::move(status.error()));
  std::memcpy(&whole, given, given->struct_size < sizeof(T) ? given->struct_size : sizeof(T));
  return whole;
}

}  // namespace ramus
