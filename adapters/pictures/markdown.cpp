#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "adapters/pictures/markdown_page.hpp"
#include "adapters/pictures/mermaid.hpp"
#include "adapters/pictures/names.hpp"
#include "adapters/pictures/pictures.hpp"
#include "adapters/report/plain_text.hpp"
#include "adapters/report/sentences.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostGroups = 40;  // in the table; repeats are counted
constexpr std::size_t kMostBranches = 8;
constexpr std::size_t kMostStreams = 6;

class Page {
 public:
  explicit Page(const Report& report) : report_(report), findings_(report) {}

  std::string run() {
    model();
    map();
    branches();
    streams();
    page_ += factors_as_markdown(report_);
    page_ += claims_as_markdown(report_);
    notes();
    page_ += fmt::format("\nWritten by ramus {} from {} ({}).\n", as_markdown(shown(report_.tool_version)),
                         as_code(shown(report_.model.path)), as_code(shown(report_.model.digest), 80));
    return std::move(page_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    page_ += fmt::format(format, std::forward<Arguments>(arguments)...) + "\n";
  }

  void model() {
    const ReportModel& model = report_.model;
    line("# Branches of {}\n", as_code(shown_file(model.path)));
    std::string opsets;
    for (const auto& [domain, version] : model.opset) {
      opsets += fmt::format(", {} {}", as_code(shown(domain), 40), version);
    }
    line("{}, {} parameters{}{}", plural(model.nodes, "node", "nodes"), human(static_cast<double>(model.parameters)),
         opsets, model.producer.empty() ? "" : ", by " + as_code(shown(model.producer)));
    std::map<std::string, std::size_t> kinds;
    for (const ReportGroup& group : report_.groups) ++kinds[group.kind];
    std::string counts;
    for (const auto& [kind, count] : kinds) {
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, as_markdown(shown(kind)));
    }
    line("\n{}{}", plural(report_.groups.size(), "group of branches", "groups of branches"),
         counts.empty() ? "" : " (" + counts + ")");
  }

  void map() {
    const auto sections = outline_of(report_, findings_);
    const std::string diagram = mermaid_from(diagram_of(sections));
    if (report_.groups.empty()) return;
    line("\n## Map\n");
    if (diagram.empty()) {
      line("The map is too large for a diagram on a page; `ramus export` draws it with `--to svg`.");
    } else {
      page_ += "```mermaid\n" + diagram + "```\n";
    }
  }

  // Those built alike are told once, with their number.
  void branches() {
    if (report_.groups.empty()) return;
    line("\n## Branches\n");
    line("| group | kind | branch | units | layers | kernel | parameters | MACs | what gathers there |");
    line("| --- | --- | --- | --: | --: | --- | --: | --: | --- |");
    std::size_t told = 0, groups = 0;
    for (const ReportGroup& group : report_.groups) {
      if (!group.repeats.empty() && group.repeats != group.id && findings_.specialization_of(group) == nullptr)
        continue;
      ++groups;
      if (told == kMostGroups) continue;
      ++told;
      this->group(group);
    }
    if (groups > told) line("\n... and {} more; the report lists them all", plural(groups - told, "group", "groups"));
  }

  void group(const ReportGroup& group) {
    const ReportSpecialization* tested = findings_.specialization_of(group);
    for (std::size_t b = 0; b < std::min(group.branches.size(), kMostBranches); ++b) {
      const ReportBranch& branch = group.branches[b];
      std::string first = "|  |  |";
      if (b == 0) {
        first = fmt::format("| {} | {} of {}{} |", as_code(shown(group.name)), as_markdown(shown(group.kind)),
                            group.branches.size(),
                            group.times > 1 && tested == nullptr ? fmt::format(", {} times", group.times) : "");
      }
      std::string gathers;
      if (tested != nullptr && b < tested->values.branches.size()) {
        const auto strongest = strongest_result(tested->values.branches[b]);
        gathers = strongest ? as_markdown(shown(sentence_of(*strongest))) : "nothing clear";
      }
      const std::int64_t units = branch.units ? branch.units->end - branch.units->begin : 0;
      line("{} {}{} | {} | {} | {} | {} | {} | {} |", first, as_code(shown(branch.name)), branch.skip ? " skip" : "",
           units > 0 ? std::to_string(units) : "", branch.layers.size(),
           branch.kernel ? fmt::format("{}x{}", (*branch.kernel)[0], (*branch.kernel)[1]) : "",
           branch.parameters > 0 ? human(static_cast<double>(branch.parameters)) : "",
           branch.macs > 0 ? human(static_cast<double>(branch.macs)) : "", gathers);
    }
    if (group.branches.size() > kMostBranches) {
      line("|  |  | and {} more |  |  |  |  |  |  |", group.branches.size() - kMostBranches);
    }
  }

  void streams() {
    if (report_.streams.empty()) return;
    line("\n## Residual streams\n");
    line("| stream | blocks | paths | links |");
    line("| --- | --: | --: | --- |");
    for (std::size_t s = 0; s < std::min(report_.streams.size(), kMostStreams); ++s) {
      const ReportStream& stream = report_.streams[s];
      std::map<std::string, std::size_t> links;
      for (const ReportStreamBlock& block : stream.blocks) ++links[block.link];
      std::string told;
      for (const auto& [link, count] : links) {
        told += fmt::format("{}{} {}", told.empty() ? "" : ", ", count, as_markdown(shown(link)));
      }
      line("| {} | {} | {} | {} |", as_code(shown(stream.name)), stream.blocks.size(),
           stream.paths.size() < 16 ? as_markdown(shown(stream.paths))
                                    : fmt::format("about 10^{}", stream.paths.size() - 1),
           told);
    }
    if (report_.streams.size() > kMostStreams) {
      line("\n... and {} more", plural(report_.streams.size() - kMostStreams, "stream", "streams"));
    }
  }

  void notes() {
    constexpr std::size_t kMostNotes = 10;
    if (report_.notes.empty()) return;
    line("\n## Notes\n");
    for (std::size_t i = 0; i < std::min(report_.notes.size(), kMostNotes); ++i) {
      const Note& note = report_.notes[i];
      const std::string where = note.where.empty() ? "the model" : as_code(shown(note.where));
      line("- {}: {}", where, as_markdown(shortened(shown(note.text), 400)));
    }
    if (report_.notes.size() > kMostNotes) {
      line("- ... and {} more", plural(report_.notes.size() - kMostNotes, "note", "notes"));
    }
  }

  const Report& report_;
  const BranchFindings findings_;
  std::string page_;
};

}  // namespace

Status write_markdown(const Report& report, const TextSink& sink) { return write_whole(Page(report).run(), sink); }

}  // namespace ramus
