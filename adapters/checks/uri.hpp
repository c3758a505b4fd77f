// A path as the URI of a file.
#pragma once

#include <string>
#include <string_view>

namespace ramus {

// "models/a b.onnx" becomes "models/a%20b.onnx": relative as it was, without "./" before it. "/tmp/a.onnx" becomes
// "file:///tmp/a.onnx". Whatever bytes the path has, the URI is ASCII, and no part of it reads as a scheme, a query or a
// fragment.
std::string uri_of(std::string_view path);

}  // namespace ramus
