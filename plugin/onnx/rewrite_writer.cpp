#include "plugin/onnx/rewrite_writer.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "plugin/onnx/length_rewriter.hpp"
#include "plugin/onnx/node_encoder.hpp"
#include "plugin/onnx/rewrite_plan.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus {

using namespace onnx_wire;

namespace {

constexpr std::int64_t kFirstPlainInitializers = 4;    // IR version from which an initializer need not be a graph input
constexpr std::uint32_t kQuantizationAnnotation = 14;  // GraphProto's, since IR version 5

class RewriteWriter {
 public:
  RewriteWriter(const WireModel& model, const Graph& original, const Graph& rewritten, RewritePlan plan)
      : model_(model), original_(original), rewritten_(rewritten), plan_(std::move(plan)), edits_(model.bytes()) {}

  Result<std::vector<std::byte>> run() {
    if (auto status = prepare(); !status) return propagate(std::move(status.error()));
    Cursor cursor(model_.bytes());
    Field field;
    while (cursor.next(field)) {
      if (field.is_bytes(model::graph)) edit_message(edits_, field, [&] { return edit_graph(field.value); });
    }
    std::vector<std::byte> out;
    out.reserve(model_.bytes().size());
    edits_.write([&](Bytes bytes) {
      out.insert(out.end(), bytes.begin(), bytes.end());
      return true;
    });
    return out;
  }

 private:
  bool initializers_are_inputs() const { return model_.info().ir_version < kFirstPlainInitializers; }

  Status prepare() {
    const std::size_t count = model_.main_graph().nodes.size();
    before_.resize(count + 1);
    stays_.assign(count, false);
    if (auto status = prepare_constants(); !status) return status;
    const bool in_file_order = keeps_file_order();
    std::size_t next = 0;  // what is added stands before this node of the file
    for (const PlannedNode& planned : plan_.nodes) {
      if (planned.place && in_file_order) {
        stays_[*planned.place] = true;
        next = *planned.place + 1;
        if (is_renamed(planned)) renamed_.emplace(*planned.place, message_of(planned));
      } else {
        append_bytes_field(before_[next], graph::node, message_of(planned));
      }
    }
    return {};
  }

  Status prepare_constants() {
    for (const PlannedInitializer& constant : plan_.constants) {
      std::optional<std::string> tensor;
      if (constant.constant) {
        tensor = rename_constant(model_.main_graph().nodes[*constant.constant].message, constant.name);
      }
      if (!tensor) tensor = encode_tensor(*constant.weight, constant.name);
      if (!tensor) return failure(ErrorKind::internal, "constant '" + constant.name + "' cannot be written");
      if (initializers_are_inputs()) {
        append_bytes_field(before_[0], graph::node, encode_constant(*tensor, constant.name));
      } else {
        append_bytes_field(appended_, graph::initializer, *tensor);
      }
    }
    return {};
  }

  bool keeps_file_order() const {
    std::optional<std::uint32_t> last;
    for (const PlannedNode& planned : plan_.nodes) {
      if (!planned.place) continue;
      if (last && *planned.place < *last) return false;
      last = planned.place;
    }
    return true;
  }

  std::vector<std::string> inputs_of(const Graph& graph, const Node& node) const {
    std::vector<std::string> names;
    for (const ValueId input : node.inputs) names.push_back(input.exists() ? graph[input].name : "");
    return names;
  }

  bool is_renamed(const PlannedNode& planned) const {
    if (!planned.rewritten.exists()) return false;
    return inputs_of(original_, original_.nodes()[*planned.place]) !=
           inputs_of(rewritten_, rewritten_[planned.rewritten]);
  }

  std::string message_of(const PlannedNode& planned) const {
    if (!planned.place) return encode_node(rewritten_, rewritten_[planned.rewritten]);
    const Bytes message = model_.main_graph().nodes[*planned.place].message;
    if (is_renamed(planned)) return rename_inputs(message, inputs_of(rewritten_, rewritten_[planned.rewritten]));
    return std::string(reinterpret_cast<const char*>(message.data()), message.size());
  }

  bool may_drop_initializers(Bytes graph_message) const {
    if (model_.info().has_training_info) return false;
    Cursor cursor(graph_message);
    Field field;
    while (cursor.next(field)) {
      if (field.number == kQuantizationAnnotation) return false;
    }
    return true;
  }

  std::int64_t edit_graph(Bytes message) {
    const bool drops_initializers = may_drop_initializers(message);
    std::int64_t grown = 0;
    std::size_t place = 0;
    Cursor cursor(message);
    Field field;
    while (cursor.next(field)) {
      if (field.is_bytes(graph::node)) {
        grown += edit_node(field, place++);
      } else if (field.is_bytes(graph::initializer) && drops_initializers &&
                 plan_.unread_initializers.count(std::string(find_text(field.value, tensor::name))) != 0) {
        grown += edits_.replace(field.whole, {});
      } else if (field.is_bytes(graph::value_info) &&
                 plan_.vanished_values.count(std::string(find_text(field.value, value_info::name))) != 0) {
        grown += edits_.replace(field.whole, {});
      }
    }
    if (!appended_.empty()) grown += edits_.insert(message.data() + message.size(), std::move(appended_));
    return grown;
  }

  std::int64_t edit_node(const Field& field, std::size_t place) {
    std::int64_t grown = 0;
    std::string text = std::move(before_[place]);
    if (const auto renamed = renamed_.find(place); renamed != renamed_.end()) {
      append_bytes_field(text, graph::node, renamed->second);
      grown += edits_.replace(field.whole, std::move(text));
    } else if (!stays_[place]) {
      grown += edits_.replace(field.whole, std::move(text));
    } else if (!text.empty()) {
      grown += edits_.insert(field.whole.data(), std::move(text));
    }
    if (place + 1 == stays_.size() && !before_.back().empty()) {
      grown += edits_.insert(field.whole.data() + field.whole.size(), std::move(before_.back()));
    }
    return grown;
  }

  const WireModel& model_;
  const Graph& original_;
  const Graph& rewritten_;
  RewritePlan plan_;
  Edits edits_;
  std::vector<std::string> before_;             // fields to insert before each node of the file, and after the last
  std::vector<bool> stays_;                     // by place
  std::map<std::size_t, std::string> renamed_;  // nodes whose inputs have other names
  std::string appended_;                        // to the graph
};

bool holds_external_data(Message kind, Bytes message, std::size_t depth) {
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (kind == Message::tensor && field.is_varint(tensor::data_location)) {
      if (field.integer() == tensor::kExternal) return true;
    }
    const Message child = field.type == WireType::length_delimited ? child_message(kind, field.number) : Message::none;
    if (child == Message::none || child == Message::value_info || depth == 0) continue;
    if (holds_external_data(child, field.value, depth - 1)) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<std::byte>> write_rewritten(const WireModel& model, const Graph& original, const Graph& rewritten) {
  const std::string where = printable(model.label());
  try {
    auto plan = plan_rewrite(original, rewritten, model.info().ir_version < kFirstPlainInitializers);
    if (!plan) return propagate(std::move(plan.error()), where);
    auto written = RewriteWriter(model, original, rewritten, std::move(*plan)).run();
    if (!written) return propagate(std::move(written.error()), where);
    return written;
  } catch (const WireFault& fault) {
    return invalid_input(where + ": " + describe(fault, model.bytes()));
  } catch (const WidthFault& fault) {
    return invalid_input(where + ": the length at byte " + std::to_string(fault.at - model.bytes().data()) +
                         " is padded so far that it cannot change; rewrite the model with any ONNX tool first");
  }
}

bool has_external_data(const WireModel& model) {
  try {
    return holds_external_data(Message::model, model.bytes(), deepest_message(model.limits().nesting));
  } catch (const WireFault&) {
    return false;
  }
}

}  // namespace ramus
