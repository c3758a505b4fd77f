#include "passes/attention_operators.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "passes/attention_assembly.hpp"
#include "passes/unit_reshape.hpp"

namespace ramus {
namespace {

struct Form {
  std::string_view domain, op;
  std::string_view heads, shared_heads;  // attributes; the second is empty where keys have as many heads
  bool holds_weights = false;
};

constexpr std::array kForms{
    Form{"com.microsoft", "Attention", "num_heads", "", true},
    Form{"com.microsoft", "QAttention", "num_heads", "", true},
    Form{"com.microsoft", "PackedAttention", "num_heads", "", true},
    Form{"com.microsoft", "DecoderMaskedSelfAttention", "num_heads", "", true},
    Form{"com.microsoft", "MultiHeadAttention", "num_heads", "", false},
    Form{"com.microsoft", "PackedMultiHeadAttention", "num_heads", "", false},
    Form{"com.microsoft", "DecoderMaskedMultiHeadAttention", "num_heads", "", false},
    Form{"com.microsoft", "GroupQueryAttention", "num_heads", "kv_num_heads", false},
    Form{"com.microsoft", "SparseAttention", "num_heads", "kv_num_heads", false},
    Form{"", "Attention", "q_num_heads", "kv_num_heads", false},
};

const Form* find_form(const Node& node) {
  const std::string_view domain = node.domain == "ai.onnx" ? "" : std::string_view(node.domain);
  const auto form = std::find_if(kForms.begin(), kForms.end(),
                                 [&](const Form& known) { return known.domain == domain && known.op == node.op; });
  return form == kForms.end() ? nullptr : &*form;
}

constexpr int kHeadLabel = 2;  // of the one batch axis along which heads lie

// `count` units from `begin` on of the last axis, as `heads` heads each of which stands for `repeats` heads of the queries.
std::optional<Operand> split_heads(const UnitAxis& last, std::int64_t begin, std::int64_t count, std::int64_t heads,
                                   std::int64_t repeats, std::int64_t& base) {
  if (heads < 1 || repeats < 1 || count < heads || count % heads != 0) return std::nullopt;
  const auto part = cut_axis(last, begin, count, 1, base);
  if (!part) return std::nullopt;
  UnitLayout flat;
  flat.axes = {*part};
  const std::array<std::int64_t, 2> dims{heads, count / heads};
  const auto shaped = reshape_units(flat, dims);
  if (!shaped) return std::nullopt;
  UnitAxis axis = shaped->axes[0];
  axis.push_back({repeats, 0});
  tidy(axis);
  return Operand{{{kHeadLabel, std::move(axis)}}, {shaped->axes[1]}};
}

// Queries, keys or values: which part of an input they are.
struct Part {
  HeadRole role;
  ValueId input;
  std::int64_t heads = 1, repeats = 1;
  std::int64_t begin = 0, end = 1, of = 1;  // [begin, end) of `of` shares of the last axis
  std::int64_t packed = 0, in = 0;          // 5 dims: which of how many packed tensors
};

std::optional<Operand> operand_of_part(const Part& part, UnitLayout& layout) {
  const std::size_t size = layout.axes.size();
  if (size == 0 || !layout.mixed.empty()) return std::nullopt;
  if (part.in > 1 && size >= 3 && extent_of(layout.axes[size - 2]) == part.in) {  // [B, S, heads, 3, d]
    const auto one = cut_axis(layout.axes[size - 2], part.packed, 1, 1, layout.base);
    if (!one) return std::nullopt;
    return Operand{{{kHeadLabel, layout.axes[size - 3]}}, {layout.axes[size - 1]}};
  }
  if (!layout.open && size == 4) {  // [B, heads, S, d]
    UnitAxis axis = layout.axes[1];
    axis.push_back({part.repeats, 0});
    tidy(axis);
    return Operand{{{kHeadLabel, std::move(axis)}}, {layout.axes[2], layout.axes[3]}};
  }
  const std::int64_t units = extent_of(layout.axes.back());
  if (units < 1 || part.of < 1 || units % part.of != 0) return std::nullopt;
  const std::int64_t share = units / part.of;
  return split_heads(layout.axes.back(), part.begin * share, (part.end - part.begin) * share, part.heads, part.repeats,
                     layout.base);
}

class OperatorReader {
 public:
  OperatorReader(const WalkedGraph& walked, NodeId id)
      : walked_(walked), graph_(walked.graph), id_(id), node_(graph_[id]), form_(*find_form(node_)) {
    attention_.scores = attention_.softmax = attention_.product = id;
    attention_.core = {id};
  }

  Attention run() {
    heads_ = count(form_.heads, 0);
    shared_ = form_.shared_heads.empty() ? heads_ : count(form_.shared_heads, 1);
    if (shared_ < 1 || shared_ > heads_ || heads_ % shared_ != 0) shared_ = heads_;
    if (heads_ > kMostHeads) return std::move(attention_);
    form_.holds_weights ? read_weights() : read_inputs();
    HeadAxes heads = find_head_axes(sources_);
    if (heads.heads != heads_) heads = {{{kHeadLabel, heads_}}, heads_};
    if (sources_.empty()) heads = {};
    add_layers(sources_, heads, attention_);
    read_output();
    return std::move(attention_);
  }

 private:
  std::int64_t count(std::string_view attribute, std::size_t place) const {
    const bool named = node_.find_attribute(attribute) != nullptr;
    const std::int64_t given = named ? node_.int_attribute(attribute, 1) : heads_by_shape(place);
    return given < 1 || given > kMostHeads ? 1 : given;
  }

  // [B, heads, S, d]
  std::int64_t heads_by_shape(std::size_t place) const {
    if (!input(place).exists()) return 1;
    const auto& shape = graph_[input(place)].shape;
    if (shape) return shape->size() == 4 ? (*shape)[1] : 1;
    for (const SourceOfUnits& source : sources_of(walked_, input(place))) {
      if (source.layout && !source.layout->open && source.layout->axes.size() == 4) {
        return extent_of(source.layout->axes[1]);
      }
    }
    return 1;
  }

  ValueId input(std::size_t place) const { return place < node_.inputs.size() ? node_.inputs[place] : ValueId(); }

  // The operator's own projections are units of the operator itself.
  void read_weights() {
    const WeightView* weights = graph_.parameter(node_, 1);
    if (weights == nullptr || weights->dims.size() != 2 || !input(0).exists()) return;
    const std::int64_t units = weights->dims[1];
    const auto sizes = node_.ints_attribute("qkv_hidden_sizes");
    std::array<std::int64_t, 3> each{units / 3, units / 3, units / 3};
    if (sizes.size() == 3) std::copy(sizes.begin(), sizes.end(), each.begin());
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      if (units < 3 || each[i] < 1 || each[i] > units - begin) return;
      HeadSource source{kRoles[i], {id_, input(0), units, UnitLayout{}, {}}, std::nullopt};
      source.operand = split_heads({{units, 1}}, begin, each[i], heads_, 1, source.source.layout->base);
      begin += each[i];
      sources_.push_back(std::move(source));
    }
  }

  void read_inputs() {
    const std::int64_t repeats = heads_ / shared_;
    std::array<Part, 3> parts{Part{HeadRole::query, input(0), heads_}, Part{HeadRole::key, input(1), shared_, repeats},
                              Part{HeadRole::value, input(2), shared_, repeats}};
    if (!input(1).exists()) {  // all in the first
      const std::int64_t all = heads_ + 2 * shared_;
      for (std::size_t i = 0; i < 3; ++i) {
        parts[i].input = input(0);
        parts[i].begin = i == 0 ? 0 : heads_ + static_cast<std::int64_t>(i - 1) * shared_;
        parts[i].end = parts[i].begin + parts[i].heads;
        parts[i].of = all;
        parts[i].packed = static_cast<std::int64_t>(i);
        parts[i].in = 3;
      }
    } else if (!input(2).exists()) {  // keys and values in the second
      parts[2].input = input(1);
      for (std::size_t i = 1; i < 3; ++i) {
        parts[i].begin = static_cast<std::int64_t>(i - 1);
        parts[i].end = parts[i].begin + 1;
        parts[i].of = parts[i].in = 2;
        parts[i].packed = parts[i].begin;
      }
    }
    for (const Part& part : parts) {
      for (SourceOfUnits& found : sources_of(walked_, part.input)) {
        HeadSource source{part.role, std::move(found), std::nullopt};
        if (source.source.layout) source.operand = operand_of_part(part, *source.source.layout);
        sources_.push_back(std::move(source));
      }
    }
  }

  void read_output() {
    std::int64_t each = 0;
    for (const HeadLayer& layer : attention_.layers) {
      if (layer.role == HeadRole::value && !layer.ranges.empty()) each = layer.ranges[0].end - layer.ranges[0].begin;
    }
    const auto& shape = graph_[node_.outputs.front()].shape;
    const bool four = shape && shape->size() == 4;  // [B, heads, S, d]
    if (each == 0 && shape && !shape->empty()) each = four ? shape->back() : shape->back() / heads_;
    if (each < 1 || each > (std::int64_t{1} << 33) || attention_.heads != heads_) return;
    UnitLayout layout;
    layout.open = !shape;
    layout.axes.assign(four                           ? 4
                       : shape && shape->size() <= 64 ? std::max<std::size_t>(shape->size(), 1)
                                                      : 1,
                       {UnitPiece{}});
    layout.axes.back() = {{four ? each : heads_ * each, 1}};
    if (four) layout.axes[1] = {{heads_, each}};
    for (UnitAxis& axis : layout.axes) tidy(axis);
    add_output(walked_, node_.outputs.front(), layout, each, attention_);
  }

  static constexpr std::array<HeadRole, 3> kRoles{HeadRole::query, HeadRole::key, HeadRole::value};

  const WalkedGraph& walked_;
  const Graph& graph_;
  NodeId id_;
  const Node& node_;
  const Form& form_;
  std::int64_t heads_ = 1, shared_ = 1;
  std::vector<HeadSource> sources_;
  Attention attention_;
};

}  // namespace

bool is_attention_operator(const Node& node) {
  return find_form(node) != nullptr && !node.inputs.empty() && node.inputs[0].exists();
}

Attention attention_of_operator(const WalkedGraph& walked, NodeId node) { return OperatorReader(walked, node).run(); }

}  // namespace ramus
