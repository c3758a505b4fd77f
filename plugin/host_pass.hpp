// Passes that a host brings with it: they run after those of the table, over each graph of a model, and see what the
// report says of that graph. What they find are notes.
//
//   AnalyzeOptions.host_passes: wide-joins ──run(graph, report)──▶ Report.notes: {where, "wide-joins.width", text}
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "graph/note.hpp"
#include "graph/result.hpp"

namespace ramus {

struct AnalysedGraph;
struct AnalyzeOptions;
struct Host;
struct Report;
struct ReportGraph;

struct HostPass {
  std::string name;     // as those of the table: kebab-case
  std::string summary;  // one line, for the log; may be empty
  // `nodes`: the part of the report that lists the nodes of `graph`. Codes of the notes are without the pass's name.
  std::function<Result<std::vector<Note>>(const AnalysedGraph& graph, const ReportGraph& nodes, const Report& report)>
      run;
};

// Lower-case words and digits with single hyphens between them, a letter first.
bool is_kebab_case(std::string_view name);

// Errors (usage): a name that is not in kebab-case, that a pass of the table has, or that stands twice.
Status check_names(std::span<const HostPass> host_passes);

// What the table has to run for `passes`, in which names of the host's passes may stand: each needs branch-tree, since it
// sees the groups. Empty for empty: all. Errors (usage): a pass that neither the table nor the host has.
Result<std::vector<std::string>> passes_of_the_table(const std::vector<std::string>& passes,
                                                     std::span<const HostPass> host_passes);

// Runs those of options.host_passes that options.passes asks for, in their order, each over all graphs: adds their notes
// to the report, and their names to its options. `report` lists the nodes of `graphs`, in their order. Errors: what a
// pass answers, beginning with its name; cancelled.
Status run_host_passes(const AnalyzeOptions& options, std::span<const AnalysedGraph> graphs, const Host& host,
                       Report& report);

}  // namespace ramus
