#include "adapters/report/comparison.hpp"
#include "adapters/report/comparison_sections.hpp"

namespace ramus {
namespace {

void write_model(const Comparison& comparison, std::size_t m, TextPage& page) {
  const ReportModel& model = comparison.models[m];
  const ModelProfile& profile = comparison.profiles[m];
  page.line("{}: {}: {} nodes, {} parameters, {}{}", letter_of(m), shortened(model.path, 200), model.nodes,
            human(static_cast<double>(model.parameters)), plural(profile.groups.size(), "group", "groups"),
            profile.streams.empty() ? "" : ", " + plural(profile.streams.size(), "stream", "streams"));
}

}  // namespace

std::string letter_of(std::size_t model) {
  return model < 26 ? std::string(1, static_cast<char>('A' + model)) : "model " + std::to_string(model);
}

std::string name_within(const ProfiledGroup& group, std::size_t branch) {
  return name_within(group.name, group.branches[branch].name);
}

Status write_comparison_text(const Comparison& comparison, const TextSink& sink) {
  TextPage page;
  for (std::size_t m = 0; m < comparison.models.size(); ++m) write_model(comparison, m, page);
  for (std::size_t m = 1; m < comparison.models.size(); ++m) {
    write_structural_difference(comparison, m, page);
    write_recurrence(comparison, m, page);
  }
  write_profile_tables(comparison, page);
  return write_whole(page.take(), sink);
}

}  // namespace ramus
