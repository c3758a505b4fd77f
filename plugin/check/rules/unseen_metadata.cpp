// Metadata that a reader which goes by the file's IR version does not see.
#include <fmt/format.h>

#include "plugin/check/rules/rules.hpp"
#include "plugin/onnx/metadata_census.hpp"

namespace ramus {
namespace {

std::string list_of(const MetadataCensus& census) {
  std::string text;
  const auto add = [&](std::size_t count, const char* one, const char* many) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, count == 1 ? one : many);
  };
  add(census.graphs, "graph", "graphs");
  add(census.nodes, "node", "nodes");
  add(census.values, "value", "values");
  add(census.tensors, "tensor", "tensors");
  add(census.functions, "function", "functions");
  return text;
}

Result<std::vector<Finding>> run(const RuleContext& context) {
  auto census = count_metadata(context.model);
  if (!census) return propagate(std::move(census.error()));
  std::vector<Finding> findings;
  const std::int64_t version = context.model.info().ir_version;
  if (version < kFirstMetadataIrVersion && census->messages() > 0) {
    Finding& finding = findings.emplace_back();
    finding.severity = kUnseenMetadata.severity;
    finding.message = fmt::format(
        "{} hold metadata_props, which IR version {} does not have and version {} brought: a strict reader drops them. "
        "Raise ir_version, or keep the entries in a file beside the model",
        list_of(*census), version, kFirstMetadataIrVersion);
    finding.facts = {{"messages", static_cast<std::int64_t>(census->messages())}, {"ir_version", version}};
  }
  if (census->repeated_keys > 0) {
    Finding& finding = findings.emplace_back();
    finding.severity = kUnseenMetadata.severity;
    finding.message =
        fmt::format("{} metadata entries repeat a key of the same object; which of them a reader keeps is not defined",
                    census->repeated_keys);
    finding.facts = {{"repeated_keys", static_cast<std::int64_t>(census->repeated_keys)}};
  }
  return findings;
}

}  // namespace

const Rule kUnseenMetadata{
    "RMS203",
    "unseen-metadata",
    Severity::note,
    "metadata that a strict reader does not see",
    "Graphs, nodes, values, tensors and functions may hold metadata_props from IR version 10 on. In a file that "
    "declares an older version they are unknown fields: lenient readers show them, strict ones drop them, and so do "
    "tools that write the model again. Keys should be distinct within one object; of two entries with one key some "
    "readers keep the first and some the last.\n\n"
    "Entries of Ramus itself count as well: annotate models of an older version only for readers that are known to "
    "look.",
    {},
    {},
    false,
    run,
};

}  // namespace ramus
