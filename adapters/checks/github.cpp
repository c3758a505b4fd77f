// Workflow commands, which GitHub draws beside the file. About ten of each level and step are drawn, so the most severe
// come first.
//
//   ::warning file=models/a.onnx,line=1,title=RMS001 input-to-output-bypass::node 'Add_12': the output also gets ...
#include <fmt/format.h>

#include <algorithm>

#include "adapters/checks/checks.hpp"
#include "adapters/checks/finding_text.hpp"
#include "adapters/pictures/names.hpp"

namespace ramus {
namespace {

struct Annotation {
  Severity severity = Severity::error;
  std::string file, title, message;
};

// Of a message; a property ends at a colon or a comma as well.
std::string escaped(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

Annotation annotation_of(const Finding& finding, const std::string& file) {
  std::string message = sentence_of(finding);
  for (const PlacePath& path : finding.paths) message += "\n" + text_of(path);
  return {finding.severity, shown(file), title_of(finding.code), std::move(message)};
}

std::string_view level_of(Severity severity) { return severity == Severity::note ? "notice" : name_of(severity); }

}  // namespace

Status write_github(const Checks& checks, const TextSink& sink) {
  std::vector<Annotation> annotations;
  for (const CheckedModel& model : checks.models) {
    if (model.failure) {
      annotations.push_back({Severity::error, shown(model.path), "could not be checked", failure_of(model)});
    }
    for (const Finding& finding : model.findings) annotations.push_back(annotation_of(finding, model.path));
  }
  for (const Finding& finding : checks.of_settings) {
    annotations.push_back(annotation_of(finding, finding.place.name));
  }
  std::stable_sort(annotations.begin(), annotations.end(),
                   [](const Annotation& a, const Annotation& b) { return a.severity > b.severity; });
  std::string text;
  for (const Annotation& annotation : annotations) {
    text +=
        fmt::format("::{} file={},line=1,title={}::{}\n", level_of(annotation.severity), escaped(annotation.file, true),
                    escaped(annotation.title, true), escaped(annotation.message, false));
  }
  return write_whole(text + totals_of(checks) + "\n", sink);
}

}  // namespace ramus
