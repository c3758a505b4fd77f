#include "passes/plain_operators.hpp"

#include <algorithm>
#include <optional>

#include "graph/derived_weight.hpp"
#include "passes/constant_weights.hpp"
#include "passes/operator_forms.hpp"
#include "passes/packed_weight.hpp"

namespace ramus {
namespace {

constexpr std::string_view kMicrosoft = "com.microsoft";

bool is_floating(ElementType type) { return is_numeric(type) && !is_integer(type); }
bool is_quantised(ElementType type) { return is_integer(type) || (is_numeric(type) && bits_of(type) <= 8); }

class PlainOperators {
 public:
  explicit PlainOperators(const PassContext& context) : graph_(context.graph) {}

  Findings run() {
    for (const NodeId id : graph_.topological_order()) read(id, graph_[id]);
    if (blocked_ > 0) {
      findings_.notes.push_back({"", "blocked-weights",
                                 std::to_string(blocked_) +
                                     " convolutions hold their weights in the layout of one kind of processor; they "
                                     "have no factors"});
    }
    findings_.patch = std::move(patch_);
    return std::move(findings_);
  }

 private:
  void read(NodeId id, const Node& node) {
    if (node.outputs.empty() || !node.outputs[0].exists() || node.inputs.empty() || !node.inputs[0].exists()) return;
    if (node.is("QuantizeLinear")) return hand_on(id, node);
    if (node.is("DequantizeLinear")) return dequantise(id, node);
    if (node.is("DynamicQuantizeLinear")) return read_dynamic(id, node);
    if (node.is_one_of({"Transpose", "Mul", "Cast", "Slice", "Concat", "Unsqueeze"})) return read_constant(id, node);
    if (node.domain == kMicrosoft) {
      if (node.op == "SkipLayerNormalization") return read_skip_norm(id, node, "LayerNormalization", 4);
      if (node.op == "SkipSimplifiedLayerNormalization") return read_skip_norm(id, node, "RMSNormalization", 3);
      if (node.op == "EmbedLayerNormalization") return read_embeddings(id, node);
      if (node.op == "BiasGelu" || node.op == "FastGelu") return read_gelu(id, node);
      if (node.op == "FusedMatMul") return read_fused_product(id, node);
      if (node.op == "MatMulNBits") return read_packed_product(id, node);
    }
    if (const auto form = find_operator_form(node)) replace(id, node, *form);
  }

  ValueId resolve(ValueId id) const {
    for (auto found = patch_.redirect.find(id); found != patch_.redirect.end(); found = patch_.redirect.find(id)) {
      id = found->second;
    }
    return id;
  }

  const WeightView* constant(const Node& node, std::size_t input) const {
    if (input >= node.inputs.size() || !node.inputs[input].exists()) return nullptr;
    const ValueId id = resolve(node.inputs[input]);
    const auto known = patch_.parameters.find(id);
    if (known != patch_.parameters.end()) return &known->second;
    return graph_.is_parameter(id) ? &graph_[graph_[id].weight] : nullptr;
  }

  bool is_output(const Node& node) const {
    return std::any_of(node.outputs.begin(), node.outputs.end(),
                       [&](ValueId output) { return output.exists() && graph_[output].is_output; });
  }

  // The first output is the first input.
  void hand_on(NodeId id, const Node& node) {
    if (is_output(node)) return;
    patch_.drop.insert(id);
    patch_.redirect.emplace(node.outputs[0], resolve(node.inputs[0]));
  }

  // Scale and zero point of a constant; nullopt where one is there and cannot be read.
  std::optional<DerivedWeight> with_scales(const Node& node, const QuantisedOperand& operand) const {
    DerivedWeight derived;
    derived.stored = *constant(node, static_cast<std::size_t>(operand.value));
    derived.scales = {1};
    const auto is_there = [&](int place) {
      return place != kNone && static_cast<std::size_t>(place) < node.inputs.size() &&
             node.inputs[static_cast<std::size_t>(place)].exists();
    };
    if (is_there(operand.scale)) {
      auto scales = read_scales(constant(node, static_cast<std::size_t>(operand.scale)));
      if (!scales) return std::nullopt;
      derived.scales = std::move(*scales);
    }
    if (is_there(operand.zero)) {
      auto zeros = read_scales(constant(node, static_cast<std::size_t>(operand.zero)));
      if (!zeros || zeros->empty()) return std::nullopt;
      if (derived.scales.size() == 1) derived.scales.resize(zeros->size(), derived.scales[0]);
      if (zeros->size() == 1) zeros->resize(derived.scales.size(), zeros->front());
      derived.zeros = std::move(*zeros);
    }
    return derived;
  }

  void dequantise(NodeId id, const Node& node) {
    const WeightView* weight = constant(node, 0);
    if (weight == nullptr || !is_quantised(weight->type)) return hand_on(id, node);
    auto derived = with_scales(node, {0, 1, 2});
    if (!derived || is_output(node)) return;
    const auto rank = static_cast<std::int64_t>(weight->dims.size());
    const std::int64_t axis = node.int_attribute("axis", 1);
    derived->axis = static_cast<std::size_t>(std::max<std::int64_t>(0, axis < 0 ? axis + rank : axis));
    derived->block = std::max<std::int64_t>(0, node.int_attribute("block_size", 0));
    auto view = make_derived(std::move(*derived));
    if (!view) return note(node, view.error());
    patch_.drop.insert(id);
    patch_.parameters.emplace(node.outputs[0], std::move(*view));
  }

  // A weight behind operators that lay it out or convert it, or the product of the scales of two operands.
  void read_constant(NodeId id, const Node& node) {
    const WeightView* weight = constant(node, 0);
    if (weight == nullptr || is_output(node)) return;
    const bool may_be_fed = std::any_of(node.inputs.begin(), node.inputs.end(),
                                        [&](ValueId input) { return input.exists() && graph_[input].may_be_fed; });
    std::optional<WeightView> read;
    if (node.is("Transpose")) {
      read = transposed_weight(node, *weight);
    } else if (node.is("Mul")) {
      const WeightView* other = constant(node, 1);
      if (other != nullptr) read = product_of_constants(*weight, *other);
    } else if (!node.is("Cast") && is_floating(weight->type)) {
      std::vector<const WeightView*> inputs;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) inputs.push_back(constant(node, i));
      read = rearranged_weight(node, inputs, may_join_);
      if (read && node.is("Concat")) may_join_ -= read->elements();
      if (read) read->name = graph_[node.outputs[0]].name;
    } else if (node.is("Cast") && is_floating(weight->type) && is_floating(graph_[node.outputs[0]].type)) {
      read = *weight;
    }
    if (!read || may_be_fed) return;
    patch_.drop.insert(id);
    patch_.parameters.emplace(node.outputs[0], std::move(*read));
  }

  void note(const Node& node, const Error& error) { findings_.notes.push_back({node.name, "weights", error.message}); }

  // x as it was before its range was looked up: scale 1, zero point 0.
  void read_dynamic(NodeId id, const Node& node) {
    if (is_output(node)) return;
    hand_on(id, node);
    if (node.outputs.size() > 1 && node.outputs[1].exists()) {
      patch_.parameters.emplace(node.outputs[1], make_weight("", {}, std::vector<float>{1}));
    }
    if (node.outputs.size() > 2 && node.outputs[2].exists()) {
      patch_.parameters.emplace(node.outputs[2], make_weight("", {}, std::vector<std::int64_t>{0}));
    }
  }

  std::string name_of(ValueId id) const { return id.exists() ? graph_[id].name : std::string(); }
  std::string input_name(const Node& node, std::size_t place) const {
    return place < node.inputs.size() ? name_of(node.inputs[place]) : std::string();
  }
  bool has_input(const Node& node, std::size_t place) const { return !input_name(node, place).empty(); }

  std::string new_value(const std::string& base, std::string_view what) {
    if (!names_) names_.emplace(graph_);  // most graphs need none
    return names_->take(base + "/" + std::string(what));
  }

  std::string add_constant(const std::string& base, WeightView view) {
    std::string name = new_value(base, "dequantised");
    patch_.add_parameters.emplace(name, std::move(view));
    return name;
  }

  // The axis of a weight that has one scale per unit.
  static std::size_t scale_axis(const Node& node, std::string_view plain, std::size_t operand, std::size_t rank) {
    if (plain == "Gemm") return node.int_attribute("transB", 0) != 0 ? 0 : 1;
    if (plain == "MatMul") return operand == 0 ? (rank < 2 ? 0 : rank - 2) : std::max<std::size_t>(rank, 1) - 1;
    return 0;
  }

  // The name of the operand's plain value; nullopt where it is a constant that cannot be dequantised.
  std::optional<std::string> plain_operand(const Node& node, const OperatorForm& form, std::size_t operand) {
    const QuantisedOperand& places = form.operands[operand];
    const auto value = static_cast<std::size_t>(places.value);
    const WeightView* weight = constant(node, value);
    if (weight == nullptr || (places.scale == kNone && places.zero == kNone)) return input_name(node, value);
    if (!is_quantised(weight->type)) return input_name(node, value);
    auto derived = with_scales(node, places);
    if (!derived) return std::nullopt;
    derived->axis = scale_axis(node, form.plain, operand, weight->dims.size());
    auto view = make_derived(std::move(*derived));
    if (!view) {
      note(node, view.error());
      return std::nullopt;
    }
    return add_constant(input_name(node, value), std::move(*view));
  }

  void replace(NodeId id, const Node& node, const OperatorForm& form) {
    AddedNode plain{std::string(form.plain), {}, {}, {}, node.name, node.attributes};
    for (std::size_t i = 0; i < form.operands.size(); ++i) {
      auto name = plain_operand(node, form, i);
      if (!name) return;
      plain.inputs.push_back(std::move(*name));
    }
    while (!plain.inputs.empty() && plain.inputs.back().empty()) plain.inputs.pop_back();
    for (const ValueId output : node.outputs) plain.outputs.push_back(name_of(output));
    if (form.weight_is_blocked) hide_weight(node, plain);
    std::vector<AddedNode> nodes{std::move(plain)};
    if (form.sum != kNone && has_input(node, static_cast<std::size_t>(form.sum))) {
      append(nodes, "Add", node, {input_name(node, static_cast<std::size_t>(form.sum))});
    }
    const Attribute* activation = node.find_attribute("activation");
    const auto* word = activation == nullptr ? nullptr : std::get_if<std::string>(&activation->value);
    if (word != nullptr && !plain_activation(*word).empty()) append(nodes, plain_activation(*word), node, {});
    put(id, std::move(nodes));
  }

  void put(NodeId id, std::vector<AddedNode> nodes) {
    patch_.drop.insert(id);
    for (AddedNode& node : nodes) {
      node.stands_for = {id};
      patch_.add.push_back(std::move(node));
    }
  }

  void hide_weight(const Node& node, AddedNode& plain) {
    const WeightView* weight = constant(node, 1);
    if (weight == nullptr) return;
    WeightView hidden;
    hidden.name = weight->name;
    hidden.type = weight->type;
    hidden.dims = weight->dims;
    plain.inputs[1] = add_constant(plain.inputs[1], std::move(hidden));
    ++blocked_;
  }

  // One more node behind the last, which writes what the last one wrote.
  void append(std::vector<AddedNode>& nodes, std::string_view op, const Node& node, std::vector<std::string> more) {
    AddedNode next{std::string(op), {}, {nodes.back().outputs[0]}, {}, node.name + "/" + std::string(op)};
    nodes.back().outputs[0] = new_value(nodes.back().outputs[0], nodes.back().op);
    next.inputs = {nodes.back().outputs[0]};
    next.inputs.insert(next.inputs.end(), more.begin(), more.end());
    nodes.push_back(std::move(next));
  }

  bool is_read(const Node& node, std::size_t output) const {
    return output < node.outputs.size() && node.outputs[output].exists() &&
           (graph_[node.outputs[output]].is_output || !graph_[node.outputs[output]].readers.empty());
  }

  // Inputs: data, skip, gamma, [beta,] bias. Outputs: normalised, mean, deviation, sum.
  void read_skip_norm(NodeId id, const Node& node, std::string_view norm, std::size_t bias) {
    if (!has_input(node, 1) || !has_input(node, 2)) return;
    if (is_read(node, 1) || is_read(node, 2)) return;
    const std::string sum = is_read(node, 3) ? name_of(node.outputs[3]) : new_value(name_of(node.outputs[0]), "sum");
    std::vector<AddedNode> nodes;
    nodes.push_back({"Add", {input_name(node, 0), input_name(node, 1)}, {sum}, {}, node.name + "/Add"});
    if (has_input(node, bias)) append(nodes, "Add", node, {input_name(node, bias)});
    AddedNode last{std::string(norm), {sum, input_name(node, 2)}, {name_of(node.outputs[0])}, {}, node.name};
    if (bias == 4 && has_input(node, 3)) last.inputs.push_back(input_name(node, 3));
    last.attributes = node.attributes;
    nodes.push_back(std::move(last));
    if (has_input(node, bias)) nodes[1].name = node.name + "/bias";
    put(id, std::move(nodes));
  }

  // Inputs: ids, segment ids, tables of words, positions, segments, gamma, beta, mask, position ids. Outputs: normalised,
  // lengths, sum. Where no position ids are given, the first rows of that table are added, one for each place of the ids;
  // the whole table where nobody knows how many that are.
  void read_embeddings(NodeId id, const Node& node) {
    if (!has_input(node, 2) || !has_input(node, 5) || is_read(node, 1)) return;
    const std::string sum = is_read(node, 2) ? name_of(node.outputs[2]) : new_value(name_of(node.outputs[0]), "sum");
    std::vector<AddedNode> nodes;
    nodes.push_back({"Gather", {input_name(node, 2), input_name(node, 0)}, {sum}, {}, node.name + "/words"});
    std::vector<AddedNode> lookups;
    const auto add_table = [&](std::size_t table, std::size_t ids, const std::string& what) {
      if (!has_input(node, table)) return;
      std::string rows = input_name(node, table);
      if (auto lookup = look_up(node, table, ids)) {
        rows = new_value(sum, what);
        lookup->outputs = {rows};
        lookup->name = node.name + "/" + what;
        lookups.push_back(std::move(*lookup));
      }
      append(nodes, "Add", node, {rows});
      nodes.back().name = node.name + "/Add " + what;
    };
    add_table(3, 8, "positions");
    add_table(4, 1, "segments");
    nodes.insert(nodes.begin(), lookups.begin(), lookups.end());
    AddedNode norm{"LayerNormalization", {sum, input_name(node, 5)}, {name_of(node.outputs[0])}, {}, node.name};
    if (has_input(node, 6)) norm.inputs.push_back(input_name(node, 6));
    nodes.push_back(std::move(norm));
    put(id, std::move(nodes));
  }

  // The rows of a table that are added: those with the ids, or the first of a table that is longer than the sequence.
  std::optional<AddedNode> look_up(const Node& node, std::size_t table, std::size_t ids) {
    if (has_input(node, ids)) return AddedNode{"Gather", {input_name(node, table), input_name(node, ids)}, {}, {}};
    const WeightView* rows = constant(node, table);
    const auto& shape = graph_[node.inputs[0]].shape;
    const std::int64_t length = shape && shape->size() == 2 ? shape->back() : kUnknownDim;
    if (rows == nullptr || rows->dims.size() != 2 || length < 0 || length >= rows->dims[0]) return std::nullopt;
    const auto bound = [&](std::string_view what, std::int64_t value) {
      const std::string name = new_value(input_name(node, table), what);
      patch_.add_parameters.emplace(name, make_weight(name, {1}, std::vector<std::int64_t>{value}));
      return name;
    };
    return AddedNode{
        "Slice", {input_name(node, table), bound("begin", 0), bound("end", length), bound("axis", 0)}, {}, {}};
  }

  void read_gelu(NodeId id, const Node& node) {
    std::vector<AddedNode> nodes;
    const std::string out = name_of(node.outputs[0]);
    if (!has_input(node, 1)) {
      nodes.push_back({"Gelu", {input_name(node, 0)}, {out}, {}, node.name});
    } else {
      nodes.push_back({"Add", {input_name(node, 0), input_name(node, 1)}, {out}, {}, node.name});
      append(nodes, "Gelu", node, {});
    }
    put(id, std::move(nodes));
  }

  void read_fused_product(NodeId id, const Node& node) {
    if (node.int_attribute("transA", 0) != 0 || node.int_attribute("transBatchA", 0) != 0) return;
    AddedNode product{"MatMul", {input_name(node, 0), input_name(node, 1)}, {name_of(node.outputs[0])}, {}, node.name};
    if (node.int_attribute("transB", 0) != 0) {
      const WeightView* weight = constant(node, 1);
      if (weight == nullptr || weight->dims.size() != 2 || node.int_attribute("transBatchB", 0) != 0) return;
      DerivedWeight turned{*weight, {1}, {}};
      turned.transposed = true;
      auto view = make_derived(std::move(turned));
      if (!view) return note(node, view.error());
      product.inputs[1] = add_constant(product.inputs[1], std::move(*view));
    }
    put(id, {std::move(product)});
  }

  // B holds N rows of K numbers with 4 or 8 bits, in blocks that share a scale; y = x * Bᵀ.
  void read_packed_product(NodeId id, const Node& node) {
    if (has_input(node, 4) || (has_input(node, 3) && constant(node, 3) == nullptr))
      return;  // a permutation, or computed
    auto view = read_packed_weight(node, constant(node, 1), constant(node, 2), constant(node, 3));
    if (!view) {
      findings_.notes.push_back(
          {node.name, "weights", "its packed weights do not fit their blocks, or are not in the model"});
      return;
    }
    const std::string weight = add_constant(input_name(node, 1), std::move(*view));
    std::vector<AddedNode> nodes;
    nodes.push_back({"MatMul", {input_name(node, 0), weight}, {name_of(node.outputs[0])}, {}, node.name});
    if (has_input(node, 5)) append(nodes, "Add", node, {input_name(node, 5)});
    put(id, std::move(nodes));
  }

  const Graph& graph_;
  Patch patch_;
  Findings findings_;
  std::optional<FreshNames> names_;
  std::size_t blocked_ = 0;
  std::int64_t may_join_ = 1 << 26;  // elements of constants that are copied
};

}  // namespace

Result<Findings> read_plain_operators(const PassContext& context) { return PlainOperators(context).run(); }

}  // namespace ramus
