#include "plugin/onnx/skeleton.hpp"

#include <utility>

#include "graph/element_type.hpp"
#include "plugin/onnx/length_rewriter.hpp"
#include "plugin/onnx/tensor_fields.hpp"
#include "plugin/onnx/wire_fields.hpp"

namespace ramus {

using namespace onnx_wire;

namespace {

bool is_payload(std::uint32_t field) {
  switch (field) {
    case tensor::float_data:
    case tensor::int32_data:
    case tensor::string_data:
    case tensor::int64_data:
    case tensor::raw_data:
    case tensor::double_data:
    case tensor::uint64_data:
      return true;
    default:
      return false;
  }
}

// The shortest value of a payload field that still counts as one. Eight bytes of raw data are whole elements of every
// type: onnx 1.12 copies a broken element past the end of its buffer (ParseData in tensor_proto_util.cc).
std::string stand_in(std::uint32_t field) {
  std::string out;
  switch (field) {
    case tensor::float_data:
      append_bytes_field(out, field, std::string(4, '\0'));
      break;
    case tensor::raw_data:
    case tensor::double_data:
      append_bytes_field(out, field, std::string(8, '\0'));
      break;
    case tensor::string_data:
      append_bytes_field(out, field, "");
      break;
    default:
      append_bytes_field(out, field, std::string(1, '\0'));
      break;
  }
  return out;
}

bool is_doc_string(Message kind, std::uint32_t field) {
  switch (kind) {
    case Message::model:
      return field == model::doc_string;
    case Message::graph:
      return field == graph::doc_string;
    case Message::node:
      return field == node::doc_string;
    case Message::attribute:
      return field == attribute::doc_string;
    case Message::tensor:
      return field == tensor::doc_string;
    case Message::value_info:
      return field == value_info::doc_string;
    case Message::function:
      return field == function::doc_string;
    default:
      return false;
  }
}

// Whether the payload may stay: it is short, and raw data is as long as dims and type say.
bool may_stay(Bytes message, std::size_t most_dims, std::int64_t most_elements) {
  if (message.size() > kLargestKeptPayload) return false;
  auto fields = read_tensor_fields(message, most_dims);
  if (!fields || fields->is_external) return false;
  if (!fields->raw || fields->raw->empty()) return true;
  const auto elements = checked_elements(fields->dims, most_elements);
  if (!elements || fields->data_type < 1 || fields->data_type > kLastElementType) return false;
  const auto bits = static_cast<std::uint64_t>(bits_of(static_cast<ElementType>(fields->data_type)));
  return bits != 0 && (static_cast<std::uint64_t>(*elements) * bits + 7) / 8 == fields->raw->size();
}

class SkeletonWriter {
 public:
  explicit SkeletonWriter(const WireModel& model)
      : limits_(model.limits()), edits_(model.bytes()), deepest_(deepest_message(model.limits().nesting)) {}

  Edits run(Bytes model) {
    edit(Message::model, model);
    return std::move(edits_);
  }

 private:
  std::int64_t edit(Message kind, Bytes message) {
    if (kind == Message::tensor) return edit_tensor(message);
    std::int64_t grown = 0;
    Cursor cursor(message);
    Field field;
    while (cursor.next(field)) {
      if (field.type != WireType::length_delimited) continue;
      const bool is_metadata = field.number == metadata_field(kind) && metadata_field(kind) != 0;
      if (is_metadata || is_doc_string(kind, field.number) ||
          (kind == Message::model && field.number == model::training_info)) {
        grown += edits_.replace(field.whole, {});
        continue;
      }
      const bool is_long_string =
          kind == Message::attribute && field.number == attribute::s && field.value.size() > kLargestKeptPayload;
      if (is_long_string) {
        std::string shortened;
        append_bytes_field(shortened, attribute::s, "?");
        grown += edits_.replace(field.whole, std::move(shortened));
        continue;
      }
      const Message child = child_message(kind, field.number);
      if (child == Message::none || depth_ == deepest_) continue;
      ++depth_;
      grown += edit_message(edits_, field, [&] { return edit(child, field.value); });
      --depth_;
    }
    return grown;
  }

  std::int64_t edit_tensor(Bytes message) {
    const bool keeps = may_stay(message, limits_.rank, limits_.tensor_elements);
    std::int64_t grown = 0;
    std::uint32_t standing = 0;  // payload field whose stand-in is written already
    bool is_external = false;
    Cursor cursor(message);
    Field field;
    while (cursor.next(field)) {
      const bool is_reference = field.is_bytes(tensor::external_data) || field.is_varint(tensor::data_location);
      is_external = is_external || field.is_varint(tensor::data_location);
      const bool is_dropped =
          is_reference || field.is_bytes(tensor::doc_string) || field.is_bytes(tensor::metadata_props);
      if (is_dropped) grown += edits_.replace(field.whole, {});
      if (is_dropped || keeps || !is_payload(field.number)) continue;
      std::string replacement = standing == field.number ? std::string() : stand_in(field.number);
      standing = field.number;
      grown += edits_.replace(field.whole, std::move(replacement));
    }
    if (is_external && standing == 0 && !keeps) {
      grown += edits_.insert(message.data() + message.size(), stand_in(tensor::raw_data));
    }
    return grown;
  }

  const Limits& limits_;
  Edits edits_;
  std::size_t depth_ = 0, deepest_;
};

}  // namespace

Result<std::string> write_skeleton(const WireModel& model) {
  const std::string where = printable(model.label());
  try {
    std::string out;
    SkeletonWriter(model).run(model.bytes()).write([&](Bytes bytes) {
      out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return true;
    });
    return out;
  } catch (const WireFault& fault) {
    return invalid_input(where + ": " + describe(fault, model.bytes()));
  } catch (const WidthFault& fault) {
    return invalid_input(where + ": the length at byte " + std::to_string(fault.at - model.bytes().data()) +
                         " is padded beyond what protobuf reads");
  }
}

}  // namespace ramus
