#include "plugin/onnx/tensor_reader.hpp"

#include <optional>
#include <string>

#include "plugin/onnx/tensor_fields.hpp"
#include "plugin/onnx/wire_cursor.hpp"

namespace ramus::onnx_wire {
namespace {

std::uint32_t typed_field_of(ElementType type) {
  switch (type) {
    case ElementType::float32:
    case ElementType::complex64:
      return tensor::float_data;
    case ElementType::float64:
    case ElementType::complex128:
      return tensor::double_data;
    case ElementType::int64:
      return tensor::int64_data;
    case ElementType::uint32:
    case ElementType::uint64:
      return tensor::uint64_data;
    default:
      return tensor::int32_data;
  }
}

std::string_view name_of_field(std::uint32_t field) {
  switch (field) {
    case tensor::float_data:
      return "float_data";
    case tensor::int32_data:
      return "int32_data";
    case tensor::int64_data:
      return "int64_data";
    case tensor::double_data:
      return "double_data";
    default:
      return "uint64_data";
  }
}

std::uint64_t dense_bytes(ElementType type, std::int64_t elements) {
  return (static_cast<std::uint64_t>(elements) * static_cast<std::uint64_t>(bits_of(type)) + 7) / 8;
}

std::string disagreement(std::string_view what, std::uint64_t has, std::string_view unit, std::uint64_t needs) {
  return "its " + std::string(what) + " has " + std::to_string(has) + " " + std::string(unit) +
         ", but the dims and type need " + std::to_string(needs);
}

// Reads one tensor; the functions below each settle one form of payload.
class TensorReader {
 public:
  TensorReader(Bytes message, const TensorContext& context) : message_(message), context_(context) {}

  Result<WeightView> read() {
    auto fields = read_tensor_fields(message_, context_.limits.rank);
    if (!fields) {
      fields_.name = find_text(message_, tensor::name);
      return fail(std::move(fields.error()));
    }
    fields_ = std::move(*fields);
    weight_.name = std::string(fields_.name);
    if (auto status = settle(); !status) return fail(std::move(status.error()));
    return std::move(weight_);
  }

 private:
  tl::unexpected<Error> fail(Error error) const {
    return propagate(std::move(error), "weight " + in_quotes(fields_.name));
  }
  void note(std::string code, std::string text) const {
    context_.notes.push_back(Note{std::string(fields_.name), std::move(code), std::move(text)});
  }

  Status settle() {
    auto elements = checked_elements(fields_.dims, context_.limits.tensor_elements);
    if (!elements) return propagate(std::move(elements.error()));
    elements_ = *elements;
    weight_.dims = std::move(fields_.dims);
    if (auto status = settle_type(); !status || weight_.type == ElementType::undefined) return status;

    std::size_t payloads = (fields_.raw && !fields_.raw->empty() ? 1 : 0) + (fields_.strings != 0 ? 1 : 0);
    for (const TypedPayload& typed : fields_.typed) payloads += typed.chunks != 0 ? 1 : 0;
    if (fields_.is_external) {
      if (payloads != 0) return invalid_input("has both external data and data of its own");
      return settle_external();
    }
    if (payloads > 1) return invalid_input("has two payloads; a tensor has one of raw_data, float_data ...");
    if (fields_.is_segment) {
      note("segment", "a tensor in segments is not put together; its bytes count as missing");
      return {};
    }
    if (weight_.type == ElementType::string) return {};
    if (payloads == 0) return settle_empty();
    return fields_.raw && !fields_.raw->empty() ? settle_raw() : settle_typed();
  }

  Status settle_type() {
    const std::int64_t type = fields_.data_type;
    if (type >= 1 && type <= kLastElementType) {
      weight_.type = static_cast<ElementType>(type);
      return {};
    }
    constexpr std::int64_t kLastKnownIr = 11;
    if (type == 0) return invalid_input("has no element type");
    if (type < 0 || context_.ir_version <= kLastKnownIr) {
      return invalid_input("element type " + std::to_string(type) + " does not exist");
    }
    note("element-type", "element type " + std::to_string(type) + " came after IR version 11 and is not decoded");
    return {};
  }

  Status settle_empty() {
    if (elements_ == 0) {
      weight_.storage = WeightStorage::dense;
    } else {
      note("weight-absent", "the model names this weight but does not hold its " + std::to_string(elements_) +
                                (elements_ == 1 ? " element" : " elements"));
    }
    return {};
  }

  Status settle_raw() {
    const std::uint64_t needed = dense_bytes(weight_.type, elements_);
    if (fields_.raw->size() != needed) {
      return invalid_input(disagreement("raw_data", fields_.raw->size(), "bytes", needed));
    }
    weight_.storage = WeightStorage::dense;
    weight_.bytes = *fields_.raw;
    return {};
  }

  Status settle_typed() {
    const std::uint32_t field = typed_field_of(weight_.type);
    const TypedPayload& payload = *fields_.find_typed(field);
    const auto what = name_of_field(field);
    if (payload.chunks == 0) {
      return invalid_input("its values are in the wrong field; type " + std::string(name_of(weight_.type)) +
                           " belongs into " + std::string(what) + " or raw_data");
    }
    weight_.bytes = join_chunks(message_, payload, weight_.owned);
    if (field == tensor::float_data || field == tensor::double_data) {
      const std::uint64_t needed = dense_bytes(weight_.type, elements_);
      if (weight_.bytes.size() != needed) {
        return invalid_input(disagreement(what, weight_.bytes.size(), "bytes", needed));
      }
      weight_.storage = WeightStorage::dense;
      return {};
    }
    const auto count = static_cast<std::uint64_t>(elements_);
    const std::uint64_t needed = bits_of(weight_.type) == 4 ? (count + 1) / 2 : count;
    if (const std::uint64_t has = count_varints(weight_.bytes); has != needed) {
      return invalid_input(disagreement(what, has, "entries", needed));
    }
    weight_.storage = WeightStorage::varint;
    return {};
  }

  Status settle_external() {
    if (weight_.type == ElementType::string) return {};
    if (!fields_.external.location) return invalid_input("its external data has no location; it must name a file");
    auto found = context_.external.find(fields_.external, dense_bytes(weight_.type, elements_));
    if (!found) return propagate(std::move(found.error()));
    if (*found) {
      weight_.storage = WeightStorage::dense;
      weight_.bytes = **found;
      return {};
    }
    std::string reason = context_.external.explain_missing(fields_.external);
    if (!context_.missing_external_data_is_fine) return invalid_input(std::move(reason));
    note("external-data-missing", std::move(reason));
    return {};
  }

  Bytes message_;
  const TensorContext& context_;
  TensorFields fields_;
  WeightView weight_;
  std::int64_t elements_ = 0;
};

struct SparseParts {
  std::optional<Bytes> values, indices;
  Dims dims;
};

Result<SparseParts> read_sparse_fields(Bytes message, std::size_t most_dims) {
  SparseParts parts;
  Cursor cursor(message);
  Field field;
  while (cursor.next(field)) {
    if (field.is_bytes(sparse_tensor::values)) {
      if (parts.values) return invalid_input("holds its values twice");
      parts.values = field.value;
    }
    if (field.is_bytes(sparse_tensor::indices)) {
      if (parts.indices) return invalid_input("holds its indices twice");
      parts.indices = field.value;
    }
    if (field.number == sparse_tensor::dims && !append_integers(field, most_dims, parts.dims)) {
      return invalid_input("has more than " + std::to_string(most_dims) + " dims");
    }
  }
  if (!parts.values || !parts.indices) return invalid_input("has no values or no indices");
  return parts;
}

// Values and positions of a sparse tensor, kept alive together.
struct SparseMemory {
  std::vector<std::byte> values;
  std::vector<std::int64_t> positions;
  std::shared_ptr<const void> values_owner;
};

// One varint per element becomes one packed element; 4-bit types stand two to an entry and two to a byte alike.
void pack_varints(const WeightView& values, std::vector<std::byte>& out) {
  const std::size_t width = bits_of(values.type) == 4 ? 1 : static_cast<std::size_t>(bits_of(values.type)) / 8;
  Field field;
  field.type = WireType::length_delimited;
  field.value = values.bytes;
  std::vector<std::int64_t> entries;
  append_integers(field, values.bytes.size(), entries);
  out.reserve(entries.size() * width);
  for (const std::int64_t entry : entries) {
    for (std::size_t i = 0; i < width; ++i) {
      out.push_back(static_cast<std::byte>((static_cast<std::uint64_t>(entry) >> (8 * i)) & 0xFF));
    }
  }
}

// Row-major places from indices of shape [nnz] (linear already) or [nnz, rank].
Status linear_positions(const WeightView& indices, std::int64_t count, std::span<const std::int64_t> dims,
                        std::int64_t elements, std::vector<std::int64_t>& out) {
  const std::size_t rank = dims.size();
  const bool is_linear = indices.dims.size() == 1;
  const bool fits = (is_linear || (indices.dims.size() == 2 && indices.dims[1] == static_cast<std::int64_t>(rank))) &&
                    indices.dims[0] == count;
  if (indices.type != ElementType::int64 || !fits) {
    return invalid_input("its indices must be int64 of shape [" + std::to_string(count) + "] or [" +
                         std::to_string(count) + ", " + std::to_string(rank) + "]");
  }
  auto all = indices.decode_int64(indices.elements());
  if (!all) return propagate(std::move(all.error()));
  out.reserve(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    std::int64_t place = is_linear ? (*all)[i] : 0;
    bool inside = place >= 0 && place < elements;
    for (std::size_t axis = 0; !is_linear && axis < rank; ++axis) {
      const std::int64_t index = (*all)[i * rank + axis];
      inside = inside && index >= 0 && index < dims[axis];
      if (inside) place = place * dims[axis] + index;
    }
    if (!inside) return invalid_input("its index number " + std::to_string(i) + " lies outside the dims");
    if (!out.empty() && place <= out.back()) {
      return invalid_input("its indices are not in strictly increasing order at number " + std::to_string(i));
    }
    out.push_back(place);
  }
  return {};
}

Status assemble_sparse(WeightView values, const WeightView& indices, Dims dims, const TensorContext& context,
                       WeightView& out) {
  auto elements = checked_elements(dims, context.limits.tensor_elements);
  if (!elements) return propagate(std::move(elements.error()));
  if (values.dims.size() != 1) return invalid_input("its values must have one dimension");
  if (values.storage == WeightStorage::absent) {
    out.dims = std::move(dims);
    return {};
  }
  if (indices.storage == WeightStorage::absent) return invalid_input("its indices are not in the model");
  auto memory = std::make_shared<SparseMemory>();
  if (auto status = linear_positions(indices, values.dims[0], dims, *elements, memory->positions); !status) {
    return status;
  }
  out.bytes = values.bytes;
  if (values.storage == WeightStorage::varint) {
    pack_varints(values, memory->values);
    out.bytes = memory->values;
  }
  memory->values_owner = std::move(values.owned);
  out.positions = memory->positions;
  out.owned = std::move(memory);
  out.dims = std::move(dims);
  out.storage = WeightStorage::sparse;
  return {};
}

}  // namespace

Result<WeightView> read_tensor(Bytes message, const TensorContext& context) {
  return TensorReader(message, context).read();
}

Result<WeightView> read_sparse_tensor(Bytes message, const TensorContext& context) {
  auto parts = read_sparse_fields(message, context.limits.rank);
  if (!parts) return propagate(std::move(parts.error()), "sparse weight");
  auto values = read_tensor(*parts->values, context);
  if (!values) return propagate(std::move(values.error()), "sparse weight");
  auto indices = read_tensor(*parts->indices, context);
  if (!indices) return propagate(std::move(indices.error()), "sparse " + ("weight " + in_quotes(values->name)));
  WeightView weight;
  weight.name = values->name;
  weight.type = values->type;
  const std::string where = "sparse weight " + in_quotes(weight.name);
  auto status = assemble_sparse(std::move(*values), *indices, std::move(parts->dims), context, weight);
  if (!status) return propagate(std::move(status.error()), where);
  return weight;
}

}  // namespace ramus::onnx_wire
