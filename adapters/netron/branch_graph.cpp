#include <fmt/format.h>

#include <array>
#include <map>
#include <set>

#include "adapters/netron/netron.hpp"
#include "adapters/report/json.hpp"
#include "adapters/report/sentences.hpp"

namespace ramus {
namespace {

// What Netron colours a box by; a branch takes the one of its place in its group.
constexpr std::array<const char*, 8> kCategories{"layer", "activation",   "pool",      "normalization",
                                                 "shape", "quantization", "attention", "data"};
constexpr const char* kJoinCategory = "tensor";
constexpr const char* kTrunkCategory = "custom";

// Netron shows of a type what follows its last dot.
std::string without_dots(std::string name) {
  for (std::size_t at; (at = name.find('.')) != std::string::npos;) name.replace(at, 1, "·");
  return name;
}

struct Box {
  std::string name, type;
  std::string category = kTrunkCategory;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::size_t nodes = 0;
};

// The main graph with each outermost branch in one box, each join in one, and what lies between in a row in one.
class BranchGraph {
 public:
  explicit BranchGraph(const Report& report)
      : report_(report), findings_(report), nodes_(report.graphs.empty() ? kNone : report.graphs.front().nodes) {
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      place_.emplace(nodes_[n].name, n);
      for (const std::string& output : nodes_[n].outputs) writer_.emplace(output, n);
    }
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      for (const std::string& input : nodes_[n].inputs) {
        if (const auto written = writer_.find(input); written != writer_.end()) readers_[written->second].push_back(n);
      }
    }
  }

  ReportJson run() {
    box_of_.assign(nodes_.size(), kNoBox);
    for (const ReportGroup* group : findings_.groups_of("")) {
      if (!group->parent) add_group(*group);
    }
    add_trunk();
    connect();
    ReportJson module{{"values", std::move(values_)}, {"inputs", std::move(inputs_)}, {"outputs", ReportJson::array()}};
    module["nodes"] = ReportJson::array();
    for (std::size_t b = 0; b < boxes_.size(); ++b) module["nodes"].push_back(box_to_json(b));
    return {{"signature", "netron:ramus"},
            {"format", "Branches found by Ramus"},
            {"producer", "ramus " + report_.tool_version},
            {"description", fmt::format("{} in {} boxes", report_.model.path, boxes_.size())},
            {"metadata", {{{"name", "digest"}, {"value", report_.model.digest}}}},
            {"modules", {std::move(module)}}};
  }

 private:
  static constexpr std::size_t kNoBox = static_cast<std::size_t>(-1);
  static inline const std::vector<ReportGraphNode> kNone{};

  void put(const ReportNode& node, std::size_t box) {
    const auto place = place_.find(node.name);
    if (place == place_.end() || box_of_[place->second] != kNoBox) return;
    box_of_[place->second] = box;
    ++boxes_[box].nodes;
  }

  void add_group(const ReportGroup& group) {
    const ReportSpecialization* specialization = findings_.specialization_of(group);
    for (std::size_t b = 0; b < group.branches.size(); ++b) {
      const ReportBranch& branch = group.branches[b];
      if (branch.nodes.empty()) continue;
      Box box{branch.name, branch.name, kCategories[b % kCategories.size()], {}, 0};
      box.attributes.emplace_back("group", group.name);
      box.attributes.emplace_back("branch", sentence_of(branch));
      if (specialization != nullptr && b < specialization->values.branches.size()) {
        const BranchSpecialization& values = specialization->values.branches[b];
        if (specialization->values.score) {
          box.attributes.emplace_back("specialization", fmt::format("{:.3g}", values.score));
        }
        if (const auto strongest = strongest_result(values)) {
          box.attributes.emplace_back("gathers", sentence_of(*strongest));
        }
      }
      boxes_.push_back(std::move(box));
      for (const ReportNode& node : branch.nodes) put(node, boxes_.size() - 1);
    }
    if (!group.join) return;
    boxes_.push_back({group.name, group.join_op, kJoinCategory, {{"branches", sentence_of(group, specialization)}}, 0});
    put(*group.join, boxes_.size() - 1);
  }

  // A node on the trunk joins the box of the only node that it reads, where nobody else reads that.
  void add_trunk() {
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      if (box_of_[n] != kNoBox) continue;
      std::vector<std::size_t> written;
      for (const std::string& input : nodes_[n].inputs) {
        const auto writer = writer_.find(input);
        if (writer != writer_.end()) written.push_back(writer->second);
      }
      const std::size_t before = written.size() == 1 ? written.front() : kNoBox;
      if (before < n && box_of_[before] != kNoBox && boxes_[box_of_[before]].category == kTrunkCategory &&
          readers_[before].size() == 1) {
        box_of_[n] = box_of_[before];
      } else {
        box_of_[n] = boxes_.size();
        boxes_.push_back({nodes_[n].name, "", kTrunkCategory, {}, 0});
      }
      Box& box = boxes_[box_of_[n]];
      if (box.nodes++ < kMostOps) box.type += (box.type.empty() ? "" : " ") + nodes_[n].op;
      if (box.nodes == kMostOps + 1) box.type += " and more";
    }
  }

  void connect() {
    reads_.resize(boxes_.size());
    writes_.resize(boxes_.size());
    std::set<std::pair<std::size_t, std::size_t>> seen;  // box, value
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      for (std::size_t input = 0; input < nodes_[n].inputs.size(); ++input) {
        const std::string& value = nodes_[n].inputs[input];
        const auto written = writer_.find(value);
        const bool is_outside = written == writer_.end();
        if (value.empty() || (is_outside && input > 0)) continue;  // weights stay inside
        if (!is_outside && box_of_[written->second] == box_of_[n]) continue;
        const auto [known, is_new] = value_.emplace(value, value_.size());
        if (is_new) {
          values_.push_back({{"name", value}});
          if (is_outside) {
            inputs_.push_back({{"name", value}, {"value", {known->second}}});
          } else {
            writes_[box_of_[written->second]].push_back(known->second);
          }
        }
        if (seen.emplace(box_of_[n], known->second).second) reads_[box_of_[n]].push_back(known->second);
      }
    }
  }

  ReportJson box_to_json(std::size_t b) const {
    const Box& box = boxes_[b];
    ReportJson json{{"name", box.name}, {"type", {{"name", without_dots(box.type)}, {"category", box.category}}}};
    const auto arguments = [](const std::vector<std::size_t>& values, const char* name) {
      ReportJson list = ReportJson::array();
      for (const std::size_t value : values) list.push_back({{"name", name}, {"value", {value}}});
      return list;
    };
    json["inputs"] = arguments(reads_[b], "in");
    json["outputs"] = arguments(writes_[b], "out");
    json["attributes"] = ReportJson::array();
    json["attributes"].push_back({{"name", "nodes"}, {"type", "int64"}, {"value", box.nodes}});
    for (const auto& [name, value] : box.attributes) {
      json["attributes"].push_back({{"name", name}, {"type", "string"}, {"value", value}});
    }
    return json;
  }

  static constexpr std::size_t kMostOps = 4;  // that a box of the trunk names

  const Report& report_;
  const BranchFindings findings_;
  const std::vector<ReportGraphNode>& nodes_;
  std::map<std::string, std::size_t> place_, writer_;        // by name of the node; by value
  std::map<std::size_t, std::vector<std::size_t>> readers_;  // nodes, by node
  std::vector<std::size_t> box_of_;                          // by node
  std::vector<Box> boxes_;
  std::map<std::string, std::size_t> value_;
  std::vector<std::vector<std::size_t>> reads_, writes_;  // values, by box
  ReportJson values_ = ReportJson::array(), inputs_ = ReportJson::array();
};

}  // namespace

Status write_netron_branch_graph(const Report& report, const TextSink& sink) {
  return write_indented(BranchGraph(report).run(), sink);
}

}  // namespace ramus
