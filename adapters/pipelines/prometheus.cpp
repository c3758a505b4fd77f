#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>

#include "adapters/pipelines/pipelines.hpp"
#include "adapters/report/plain_text.hpp"
#include "plugin/digits.hpp"
#include "plugin/node_facts.hpp"

namespace ramus {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

// Names that were given once already get a number.
class DistinctNames {
 public:
  std::string next(const std::string& name) {
    const std::string shown = printable(name);
    std::string distinct = shown;
    for (int i = 2; !given_.insert(distinct).second; ++i) distinct = fmt::format("{} #{}", shown, i);
    return distinct;
  }

 private:
  std::set<std::string> given_;
};

using Labels = std::vector<std::pair<std::string_view, std::string>>;

// One metric: what it is, then its series. Nothing where there is none.
class Metric {
 public:
  Metric(std::string_view name, std::string_view help, const Labels& common)
      : name_(name), common_(common), text_(fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help)) {}

  void add(const Labels& labels, double value) {
    text_ += name_;
    char before = '{';
    for (const Labels* list : {&common_, &labels}) {
      for (const auto& [label, text] : *list) {
        text_ += fmt::format("{}{}=\"{}\"", before, label, escaped(text));
        before = ',';
      }
    }
    const bool is_count = std::trunc(value) == value;
    text_ += fmt::format("}} {}\n", is_count ? value : to_digits(value, 6));
    is_empty_ = false;
  }

  void append_to(std::string& text) const {
    if (!is_empty_) text += text_;
  }

 private:
  const std::string name_;
  const Labels& common_;
  std::string text_;
  bool is_empty_ = true;
};

class Exposition {
 public:
  explicit Exposition(const Report& report)
      : report_(report), findings_(report), common_{{"model", printable(report.model.path)}} {
    DistinctNames groups;
    for (const ReportGroup& group : report.groups) {
      names_.push_back({groups.next(group.name), {}});
      DistinctNames branches;
      for (const ReportBranch& branch : group.branches) names_.back().branches.push_back(branches.next(branch.name));
    }
  }

  std::string text() {
    of_model();
    of_groups();
    of_branches();
    of_streams();
    return std::move(text_);
  }

 private:
  struct Names {
    std::string group;
    std::vector<std::string> branches;
  };

  template <class Fill>
  void metric(std::string_view name, std::string_view help, Fill fill) {
    Metric metric(name, help, common_);
    fill(metric);
    metric.append_to(text_);
  }

  // `number` of a group's place; nothing where it is nullopt.
  template <class Number>
  void by_group(std::string_view name, std::string_view help, Number number) {
    metric(name, help, [&](Metric& metric) {
      for (std::size_t g = 0; g < report_.groups.size(); ++g) {
        const std::optional<double> value = number(report_.groups[g]);
        if (value) metric.add({{"group", names_[g].group}, {"kind", report_.groups[g].kind}}, *value);
      }
    });
  }

  template <class Number>
  void by_branch(std::string_view name, std::string_view help, Number number) {
    metric(name, help, [&](Metric& metric) {
      for (std::size_t g = 0; g < report_.groups.size(); ++g) {
        const ReportGroup& group = report_.groups[g];
        for (std::size_t b = 0; b < group.branches.size(); ++b) {
          const std::optional<double> value = number(group, b);
          if (value)
            metric.add({{"group", names_[g].group}, {"branch", names_[g].branches[b]}, {"kind", group.kind}}, *value);
        }
      }
    });
  }

  template <class Number>
  void by_feature(std::string_view name, std::string_view help, Number number) {
    metric(name, help, [&](Metric& metric) {
      for (std::size_t g = 0; g < report_.groups.size(); ++g) {
        const ReportGroup& group = report_.groups[g];
        const ReportSpecialization* entry = findings_.specialization_of(group);
        for (std::size_t b = 0; entry != nullptr && b < group.branches.size(); ++b) {
          DistinctNames features;
          for (const FeatureContrast& contrast : entry->values.branches[b].features) {
            metric.add({{"group", names_[g].group},
                        {"branch", names_[g].branches[b]},
                        {"kind", group.kind},
                        {"feature", features.next(contrast.feature)}},
                       number(contrast));
          }
        }
      }
    });
  }

  void of_model() {
    const ReportModel& model = report_.model;
    metric("ramus_model_info", "What was analysed, by which version; always 1.", [&](Metric& metric) {
      metric.add({{"digest", printable(model.digest)}, {"version", printable(report_.tool_version)}}, 1);
    });
    metric("ramus_model_nodes", "Nodes of the main graph, local functions looked into.",
           [&](Metric& metric) { metric.add({}, static_cast<double>(model.nodes)); });
    metric("ramus_model_parameters", "Elements of all weights.",
           [&](Metric& metric) { metric.add({}, static_cast<double>(model.parameters)); });
    std::map<std::string, std::size_t> groups, branches;
    for (const ReportGroup& group : report_.groups) {
      ++groups[printable(group.kind)];
      branches[printable(group.kind)] += group.branches.size();
    }
    for (const auto& [name, help, counts] :
         {std::tuple("ramus_groups", "Groups of branches by kind.", &groups),
          std::tuple("ramus_branches", "Branches by the kind of their group.", &branches)}) {
      const auto& by_kind = *counts;  // a lambda may capture this one
      metric(name, help, [&](Metric& metric) {
        for (const auto& [kind, count] : by_kind) metric.add({{"kind", kind}}, static_cast<double>(count));
      });
    }
  }

  void of_groups() {
    by_group("ramus_group_branches", "Branches of the group.",
             [](const ReportGroup& group) { return std::optional(static_cast<double>(group.branches.size())); });
    const auto score_of = [&](const ReportGroup& group) -> const SpecializationScore* {
      const ReportSpecialization* entry = findings_.specialization_of(group);
      return entry != nullptr && entry->values.score ? &*entry->values.score : nullptr;
    };
    by_group("ramus_group_specialization", "Adjusted mutual information of branches and families or factors, 0 to 1.",
             [&](const ReportGroup& group) -> std::optional<double> {
               const SpecializationScore* score = score_of(group);
               return score == nullptr ? std::nullopt : std::optional(score->score);
             });
    by_group("ramus_group_specialization_standard_error", "Of the same, by leaving out one unit after the other.",
             [&](const ReportGroup& group) -> std::optional<double> {
               const SpecializationScore* score = score_of(group);
               return score == nullptr ? std::nullopt : score->standard_error;
             });
    by_group("ramus_group_specialization_p", "Of the same, one-sided, by permuting units.",
             [&](const ReportGroup& group) -> std::optional<double> {
               const SpecializationScore* score = score_of(group);
               return score == nullptr ? std::nullopt : std::optional(score->p);
             });
  }

  void of_branches() {
    by_branch("ramus_branch_parameters", "Elements of the weights that the branch reads.",
              [](const ReportGroup& group, std::size_t b) {
                return std::optional(static_cast<double>(group.branches[b].parameters));
              });
    by_branch("ramus_branch_macs", "Multiply-accumulates of one sample; 0 where shapes are not known.",
              [](const ReportGroup& group, std::size_t b) {
                return std::optional(static_cast<double>(group.branches[b].macs));
              });
    by_branch("ramus_branch_specialization", "The branch's share of its group's specialization.",
              [&](const ReportGroup& group, std::size_t b) -> std::optional<double> {
                const ReportSpecialization* entry = findings_.specialization_of(group);
                if (entry == nullptr || !entry->values.score) return std::nullopt;
                return entry->values.branches[b].score;
              });
    by_feature("ramus_branch_feature_auc",
               "Chance that a unit of the branch has more of the feature than one of the others.",
               [](const FeatureContrast& contrast) { return contrast.test.auc; });
    by_feature("ramus_branch_feature_q", "Of the same, Mann-Whitney, corrected over the graph (Benjamini-Hochberg).",
               [](const FeatureContrast& contrast) { return contrast.q; });
  }

  void of_streams() {
    metric("ramus_residual_streams", "Residual streams.",
           [&](Metric& metric) { metric.add({}, static_cast<double>(report_.streams.size())); });
    DistinctNames names;
    metric("ramus_stream_blocks", "Residual blocks of the stream.", [&](Metric& metric) {
      for (const ReportStream& stream : report_.streams) {
        metric.add({{"stream", names.next(stream.name)}}, static_cast<double>(stream.blocks.size()));
      }
    });
  }

  const Report& report_;
  const BranchFindings findings_;
  const Labels common_;
  std::vector<Names> names_;  // by group
  std::string text_;
};

}  // namespace

Status write_prometheus(const Report& report, const TextSink& sink) {
  return write_whole(Exposition(report).text(), sink);
}

}  // namespace ramus
