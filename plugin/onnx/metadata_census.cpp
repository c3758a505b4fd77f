#include "plugin/onnx/metadata_census.hpp"

#include <set>
#include <string_view>

#include "plugin/onnx/wire_cursor.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus {

using namespace onnx_wire;

namespace {

class Census {
 public:
  explicit Census(const Limits& limits) : deepest_(deepest_message(limits.nesting)) {}

  void visit(Message kind, Bytes message, std::size_t depth) {
    if (depth > deepest_) return;
    std::set<std::string_view> keys;
    bool has_entries = false;
    Cursor cursor(message);
    Field field;
    while (cursor.next(field)) {
      if (field.type != WireType::length_delimited) continue;
      if (field.number == metadata_field(kind)) {
        has_entries = true;
        counts_.repeated_keys += keys.insert(find_text(field.value, entry::key)).second ? 0 : 1;
      } else if (const Message child = child_message(kind, field.number); child != Message::none) {
        visit(child, field.value, depth + 1);
      }
    }
    if (has_entries) count(kind);
  }

  const MetadataCensus& counts() const { return counts_; }

 private:
  void count(Message kind) {
    switch (kind) {
      case Message::graph:
        ++counts_.graphs;
        break;
      case Message::node:
        ++counts_.nodes;
        break;
      case Message::value_info:
        ++counts_.values;
        break;
      case Message::tensor:
        ++counts_.tensors;
        break;
      case Message::function:
        ++counts_.functions;
        break;
      default:
        break;
    }
  }

  std::size_t deepest_;
  MetadataCensus counts_;
};

}  // namespace

Result<MetadataCensus> count_metadata(const WireModel& model) {
  try {
    Census census(model.limits());
    census.visit(Message::model, model.bytes(), 0);
    return census.counts();
  } catch (const WireFault& fault) {
    return invalid_input(model.label() + ": " + describe(fault, model.bytes()));
  }
}

}  // namespace ramus
