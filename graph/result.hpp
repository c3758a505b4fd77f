// Result<T>: a value, or the reason there is none.
//
// Every layer that passes an error on adds where it was, so that the line a person reads goes from the outside in:
// "model.onnx: node 'conv1': weight 'conv1.W': external data '../x' leaves the model's folder".
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace ramus {

enum class ErrorKind {
  usage,          // the caller asked for something that does not exist; the command exits with 2
  invalid_input,  // the bytes cannot be read, or are not a valid model; the command exits with 3
  cancelled,      // the host asked to stop; the command exits with 4
  internal,       // ours; the command exits with 4
};

struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  // "WHERE: WHAT", one line

  Error within(std::string_view where) && {
    message.insert(0, std::string(where) + ": ");
    return std::move(*this);
  }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> failure(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}
inline tl::unexpected<Error> invalid_input(std::string message) {
  return failure(ErrorKind::invalid_input, std::move(message));
}
inline tl::unexpected<Error> propagate(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> propagate(Error error, std::string_view where) {
  return tl::unexpected<Error>(std::move(error).within(where));
}

}  // namespace ramus
