// From the structs, lists and writers of a C host to ours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/c_boundary.hpp"
#include "plugin/c_objects.hpp"
#include "plugin/onnx/splice.hpp"
#include "plugin/report_formats.hpp"

namespace ramus {

// Errors (usage): a list, or a string in it, that is NULL.
Result<std::vector<std::string>> strings(const char* const* list, std::size_t count, const char* what);

// NULL: the defaults. Errors (usage): what the header forbids; what cannot be read of labels and features.
Result<AnalyzeOptions> options_from(const ramus_analyze_options* given, const ramus_session& session);
Result<std::vector<AnalyzeOptions>> options_from(const ramus_compare_options* given, const ramus_session& session);

ByteSink byte_sink(ramus_writer writer, void* user);
TextSink text_sink(ramus_writer writer, void* user);

// In the format of that name, from a table of formats.
template <class Thing, class Formats>
Status write_as(std::string_view format, const Thing& thing, const Formats& formats, const TextSink& sink) {
  std::string known;
  for (const auto& row : formats) {
    if (row.name == format) return row.write(thing, sink);
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  return failure(ErrorKind::usage, "format '" + std::string(format) + "': there are " + known);
}

}  // namespace ramus
