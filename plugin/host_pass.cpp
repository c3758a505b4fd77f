#include "plugin/host_pass.hpp"

#include <algorithm>

#include "passes/registry.hpp"
#include "plugin/analyze.hpp"
#include "plugin/build_report.hpp"

namespace ramus {
namespace {

template <class Rows>
bool has_name(const Rows& rows, std::string_view name) {
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
}

bool is_wanted(const AnalyzeOptions& options, const std::string& name) {
  const std::vector<std::string>& wanted = options.passes;
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

}  // namespace

bool is_kebab_case(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (name.empty() || !is_letter(name.front()) || name.back() == '-') return false;
  for (std::size_t i = 1; i < name.size(); ++i) {
    const bool is_hyphen = name[i] == '-' && name[i - 1] != '-';
    if (!is_letter(name[i]) && !(name[i] >= '0' && name[i] <= '9') && !is_hyphen) return false;
  }
  return true;
}

Status check_names(std::span<const HostPass> host_passes) {
  for (std::size_t i = 0; i < host_passes.size(); ++i) {
    const std::string& name = host_passes[i].name;
    const char* wrong = !is_kebab_case(name)                         ? "names of passes are like 'wide-joins'"
                        : has_name(all_passes(), name)               ? "Ramus has a pass of that name"
                        : has_name(host_passes.subspan(i + 1), name) ? "the host has two passes of that name"
                                                                     : nullptr;
    if (wrong != nullptr) return failure(ErrorKind::usage, "pass '" + name + "': " + wrong);
  }
  return {};
}

Result<std::vector<std::string>> passes_of_the_table(const std::vector<std::string>& passes,
                                                     std::span<const HostPass> host_passes) {
  std::vector<std::string> out;
  for (const std::string& name : passes) {
    const bool is_the_hosts = has_name(host_passes, name);
    if (!is_the_hosts && !has_name(all_passes(), name)) {
      std::string known;
      for (const PassInfo& row : all_passes()) known += (known.empty() ? "" : ", ") + std::string(row.name);
      for (const HostPass& pass : host_passes) known += ", " + pass.name;
      return failure(ErrorKind::usage, "pass '" + name + "': no such pass; there are " + known);
    }
    out.push_back(is_the_hosts ? "branch-tree" : name);
  }
  return out;
}

Status run_host_passes(const AnalyzeOptions& options, std::span<const AnalysedGraph> graphs, const Host& host,
                       Report& report) {
  std::string names;
  for (const HostPass& pass : options.host_passes) {
    if (!is_wanted(options, pass.name)) continue;
    names += (names.empty() ? "" : ",") + pass.name;
    host.log("pass " + pass.name + (pass.summary.empty() ? "" : ": " + pass.summary));
    host.progress(pass.name, 0, 0);
    for (std::size_t i = 0; i < graphs.size(); ++i) {
      if (host.cancelled()) return failure(ErrorKind::cancelled, "cancelled before pass '" + pass.name + "'");
      auto notes = pass.run(graphs[i], report.graphs[i], report);
      if (!notes) return propagate(std::move(notes.error()), "pass '" + pass.name + "'");
      for (Note& note : *notes) {
        report.notes.push_back({std::move(note.where), pass.name + "." + note.code, std::move(note.text)});
      }
    }
  }
  if (!names.empty()) report.options["host_passes"] = std::move(names);
  return {};
}

}  // namespace ramus
