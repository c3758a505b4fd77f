#include "plugin/onnx/splice.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "plugin/onnx/inferred_types.hpp"
#include "plugin/onnx/length_rewriter.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus {

using namespace onnx_wire;

namespace {

using Entries = std::vector<MetadataEntry>;

std::string serialize(const Entries* entries, std::uint32_t number) {
  std::string out;
  if (entries == nullptr) return out;
  for (const MetadataEntry& item : *entries) {
    std::string message;
    append_bytes_field(message, entry::key, item.key);
    append_bytes_field(message, entry::value, item.value);
    append_bytes_field(out, number, message);
  }
  return out;
}

bool is_our_key(std::string_view key) { return key.substr(0, kMetadataPrefix.size()) == kMetadataPrefix; }

// The keys of a node's entries that we wrote for other tools, and of those that others wrote.
struct ForeignKeys {
  std::set<std::string> ours, theirs;
};

ForeignKeys foreign_keys(Bytes node) {
  ForeignKeys keys;
  Cursor cursor(node);
  Field field;
  while (cursor.next(field)) {
    if (field.number != metadata_field(Message::node) || field.type != WireType::length_delimited) continue;
    const std::string_view key = find_text(field.value, entry::key);
    if (!is_our_key(key)) keys.theirs.emplace(key);
    if (key != kWrittenKey) continue;
    std::string_view list = find_text(field.value, entry::value);
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(';'), list.size());
      keys.ours.emplace(list.substr(0, end));
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }
  for (const std::string& key : keys.ours) keys.theirs.erase(key);
  return keys;
}

// What goes into a node that holds entries of others: theirs stay, and ours of foreign keys are listed.
Entries beside(const Entries& added, const std::set<std::string>& theirs, TakenKeys& taken) {
  Entries entries;
  std::string written;
  for (const MetadataEntry& item : added) {
    const bool is_foreign = !is_our_key(item.key);
    if (is_foreign && theirs.count(item.key) != 0) {
      ++taken[item.key];
      continue;
    }
    if (is_foreign) written += (written.empty() ? "" : ";") + item.key;
    entries.push_back(item);
  }
  if (!written.empty()) entries.push_back({std::string(kWrittenKey), std::move(written)});
  return entries;
}

// Which annotations have not met their object yet, as text for the error.
class Unmet {
 public:
  explicit Unmet(const ModelAnnotations* annotations) {
    if (annotations == nullptr) return;
    for (const auto& [path, graph] : annotations->graphs) {
      names_.insert(of_graph(path));
      for (const auto& [node, entries] : graph.nodes) names_.insert(of_node(path, node));
      for (const auto& [tensor, entries] : graph.tensors) names_.insert(of_tensor(path, tensor));
    }
  }
  void met(const std::string& name) { names_.erase(name); }
  const std::string* first() const { return names_.empty() ? nullptr : &*names_.begin(); }

  static std::string of_graph(const std::string& path) { return "graph " + in_quotes(path); }
  static std::string of_node(const std::string& path, std::uint32_t node) {
    return "node " + std::to_string(node) + " of " + of_graph(path);
  }
  static std::string of_tensor(const std::string& path, const std::string& tensor) {
    return "initializer " + in_quotes(tensor) + " of " + of_graph(path);
  }

 private:
  std::set<std::string> names_;
};

// Walks all messages that may hold metadata, drops our old entries and adds the new ones.
class Splicer {
 public:
  Splicer(const WireModel& model, const ModelAnnotations* annotations, Unmet* unmet)
      : model_(model.bytes()),
        annotations_(annotations),
        unmet_(unmet),
        edits_(model.bytes()),
        deepest_(deepest_message(model.limits().nesting)) {}

  Edits run() {
    const Entries* added = annotations_ == nullptr ? nullptr : &annotations_->model;
    if (annotations_ != nullptr && annotations_->raise_ir_version) raise_ir_version_ = true;
    edit(Message::model, model_, added, "", annotations_ != nullptr);
    return std::move(edits_);
  }
  const TakenKeys& taken() const { return taken_; }

 private:
  // `path`: of the graph that this message is or belongs to. `is_open`: annotations may apply (not in functions).
  std::int64_t edit(Message kind, Bytes message, const Entries* added, const std::string& path, bool is_open) {
    const std::uint32_t metadata = metadata_field(kind);
    const ForeignKeys foreign = kind == Message::node ? foreign_keys(message) : ForeignKeys{};
    std::int64_t grown = 0;
    std::uint32_t place = 0;  // among the nodes of a graph, or the graphs of an attribute
    Cursor cursor(message);
    Field field;
    while (cursor.next(field)) {
      if (kind == Message::model && field.is_varint(model::ir_version)) {
        grown += edit_ir_version(field);
        continue;
      }
      if (field.type != WireType::length_delimited) continue;
      if (field.number == metadata && metadata != 0) {
        const std::string_view key = find_text(field.value, entry::key);
        if (is_our_key(key) || foreign.ours.count(std::string(key)) != 0) grown += edits_.replace(field.whole, {});
        continue;
      }
      const Message child = child_message(kind, field.number);
      if (child == Message::none || depth_ == deepest_) continue;
      ++depth_;
      grown +=
          edit_message(edits_, field, [&] { return edit_child(kind, message, child, field, place, path, is_open); });
      --depth_;
      if (child == Message::node || (kind == Message::attribute && field.number == attribute::graphs)) ++place;
    }
    Entries filtered;
    if (kind == Message::node && added != nullptr) {
      filtered = beside(*added, foreign.theirs, taken_);
      added = &filtered;
    }
    std::string appended = serialize(added, metadata);
    if (!appended.empty()) grown += edits_.insert(message.data() + message.size(), std::move(appended));
    return grown;
  }

  std::int64_t edit_child(Message kind, Bytes message, Message child, const Field& field, std::uint32_t place,
                          const std::string& path, bool is_open) {
    if (!is_open || kind == Message::sparse_tensor || child == Message::function || child == Message::training_info ||
        child == Message::value_info || child == Message::sparse_tensor) {
      return edit(child, field.value, nullptr, path, false);
    }
    switch (child) {
      case Message::graph: {
        if (kind == Message::model) return edit_graph(field.value, path);
        std::string label(find_text(message, attribute::name));
        if (field.number == attribute::graphs) label.append("[").append(std::to_string(place)).append("]");
        return edit_graph(field.value, path + "/" + label);
      }
      case Message::node:
        return edit_node(field.value, path, place);
      case Message::tensor:
        return edit_tensor(field.value, path, kind == Message::graph);
      default:
        return edit(child, field.value, nullptr, path, true);
    }
  }

  const GraphAnnotations* find(const std::string& path) const {
    const auto found = annotations_->graphs.find(path);
    return found == annotations_->graphs.end() ? nullptr : &found->second;
  }

  std::int64_t edit_graph(Bytes message, const std::string& path) {
    const GraphAnnotations* const graph = find(path);
    if (graph != nullptr) unmet_->met(Unmet::of_graph(path));
    return edit(Message::graph, message, graph == nullptr ? nullptr : &graph->graph, path, true);
  }

  std::int64_t edit_node(Bytes message, const std::string& path, std::uint32_t place) {
    const Entries* added = nullptr;
    if (const GraphAnnotations* const graph = find(path)) {
      if (const auto found = graph->nodes.find(place); found != graph->nodes.end()) {
        added = &found->second;
        unmet_->met(Unmet::of_node(path, place));
      }
    }
    const std::string own_path = (path.empty() ? "" : path + "/") + std::to_string(place);
    return edit(Message::node, message, added, own_path, true);
  }

  std::int64_t edit_tensor(Bytes message, const std::string& path, bool is_initializer) {
    const GraphAnnotations* const graph = is_initializer ? find(path) : nullptr;
    const Entries* added = nullptr;
    if (graph != nullptr && !graph->tensors.empty()) {
      const std::string name(find_text(message, tensor::name));
      if (const auto found = graph->tensors.find(name); found != graph->tensors.end()) {
        added = &found->second;
        unmet_->met(Unmet::of_tensor(path, name));
      }
    }
    return edit(Message::tensor, message, added, path, false);
  }

  std::int64_t edit_ir_version(const Field& field) {
    constexpr std::int64_t kFirstWithMetadata = 10;
    if (!raise_ir_version_ || field.integer() >= kFirstWithMetadata) return 0;
    std::string raised;
    append_varint(raised, kFirstWithMetadata, field.value.size());
    return edits_.replace(field.value, std::move(raised));
  }

  Bytes model_;
  const ModelAnnotations* annotations_;
  Unmet* unmet_;
  Edits edits_;
  TakenKeys taken_;
  bool raise_ir_version_ = false;
  std::size_t depth_ = 0, deepest_;
};

Result<TakenKeys> splice(const WireModel& model, const ModelAnnotations* annotations, const ByteSink& sink) {
  const std::string where = printable(model.label());
  try {
    Unmet unmet(annotations);
    Splicer splicer(model, annotations, &unmet);
    const Edits edits = splicer.run();
    if (const std::string* const missing = unmet.first()) {
      return failure(ErrorKind::usage, where + ": there is no " + *missing + " to annotate");
    }
    if (!edits.write(sink)) return failure(ErrorKind::cancelled, where + ": writing was stopped");
    return splicer.taken();
  } catch (const WireFault& fault) {
    return invalid_input(where + ": " + describe(fault, model.bytes()));
  } catch (const WidthFault& fault) {
    return invalid_input(where + ": the length at byte " + std::to_string(fault.at - model.bytes().data()) +
                         " is padded so far that it cannot grow; rewrite the model with any ONNX tool first");
  }
}

}  // namespace

Result<TakenKeys> annotate(const WireModel& model, const ModelAnnotations& annotations, const ByteSink& sink) {
  return splice(model, &annotations, sink);
}

Status strip(const WireModel& model, const ByteSink& sink) {
  auto spliced = splice(model, nullptr, sink);
  if (!spliced) return propagate(std::move(spliced.error()));
  return {};
}

}  // namespace ramus
