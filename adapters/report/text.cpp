#include "adapters/report/text.hpp"

#include <algorithm>

#include "adapters/report/text_sections.hpp"

namespace ramus {
namespace {

constexpr std::size_t kMostNotes = 10;

void write_model(const ReportModel& model, TextPage& page) {
  std::string opsets;
  for (const auto& [domain, version] : model.opset) {
    opsets += fmt::format("{}{} {}", opsets.empty() ? "" : ", ", shortened(domain, 40), version);
  }
  page.line("{}: {} nodes, {} parameters{}{}", shortened(model.path, 200), model.nodes,
            human(static_cast<double>(model.parameters)), opsets.empty() ? "" : ", " + opsets,
            model.producer.empty() ? "" : ", by " + shortened(model.producer, 60));
}

void write_notes(const std::vector<Note>& notes, TextPage& page) {
  if (notes.empty()) return;
  page.gap();
  page.line("Notes");
  for (std::size_t i = 0; i < std::min(notes.size(), kMostNotes); ++i) {
    const Note& note = notes[i];
    page.line("  {}{}", note.where.empty() ? "" : shortened(note.where, 60) + ": ", shortened(note.text, 400));
  }
  page.more("  ", notes.size(), kMostNotes, "note", "notes");
}

}  // namespace

Status write_text(const Report& report, const TextSink& sink) {
  TextPage page;
  write_model(report.model, page);
  write_groups(report, page);
  write_streams(report, page);
  write_factors(report, page);
  write_latent_branches(report, page);
  write_specialization(report, page);
  write_modularity(report, page);
  write_notes(report.notes, page);
  return write_whole(page.take(), sink);
}

}  // namespace ramus
