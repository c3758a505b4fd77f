#include "tests/graph/graph_text.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace ramus::testing {
namespace {

class GraphTextParser {
 public:
  explicit GraphTextParser(std::string_view text) : text_(text) {}

  Result<Graph> parse() {
    GraphBuilder builder("test");
    parse_header();
    while (!at_end()) {
      parse_statement();
      if (!at_end()) expect(';');
    }
    return build(builder);
  }

  // After parse(): names that are read, but provided neither by a node, an input nor a parameter.
  const std::vector<std::string>& unprovided() const { return unprovided_; }
  void capture_unprovided() { captures_ = true; }

 private:
  struct Named {
    std::string name;  // empty: left out
    ElementType type = ElementType::undefined;
    std::optional<Dims> shape;
    std::optional<WeightView> weight;
  };

  // --- what the text consists of ---

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("graph text: " + what + " at \"" + std::string(text_.substr(at_, 30)) + "\"");
  }
  void skip_space() {
    while (at_ < text_.size() && std::strchr(" \t\n", text_[at_]) != nullptr) ++at_;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  bool accept(std::string_view token) {
    skip_space();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  void expect(char token) {
    if (!accept(std::string_view(&token, 1))) fail(std::string("'") + token + "' expected");
  }
  std::string quoted() {
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) fail("closing quote expected");
    std::string word(text_.substr(at_, end - at_));
    at_ = end + 1;
    return word;
  }
  std::string word() {
    if (accept("\"")) return quoted();
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::strchr(" \t\n,;:=()[]{}\"", text_[at_]) == nullptr &&
           text_.substr(at_, 2) != "->") {
      ++at_;
    }
    if (at_ == begin) fail("a name or number expected");
    return std::string(text_.substr(begin, at_ - begin));
  }
  template <class Item>
  void list(std::string_view close, Item item) {
    if (accept(close)) return;
    do item();
    while (accept(","));
    if (!accept(close)) fail("'" + std::string(close) + "' expected");
  }

  static std::int64_t to_int(const std::string& word) { return std::stoll(word); }

  static ElementType type_from(const std::string& name) {
    if (name == "float") return ElementType::float32;
    for (int type = 0; type <= kLastElementType; ++type) {
      if (name_of(static_cast<ElementType>(type)) == name) return static_cast<ElementType>(type);
    }
    throw std::runtime_error("graph text: no element type '" + name + "'");
  }

  Named named() {
    Named item;
    item.name = word();
    if (item.name == "_") item.name.clear();
    if (!peek_colon()) return item;
    accept(":");
    if (!accept("[")) {
      item.type = type_from(word());
      if (!accept("[")) return item;
    }
    item.shape.emplace();
    list("]", [&] {
      const std::string dim = word();
      item.shape->push_back(dim == "?" ? kUnknownDim : to_int(dim));
    });
    return item;
  }
  // A colon that is followed by a type or shape, not the one that ends the header.
  bool peek_colon() const {
    return at_ + 1 < text_.size() && text_[at_] == ':' && std::strchr(" \t\n", text_[at_ + 1]) == nullptr;
  }

  // --- header ---

  void parse_header() {
    const std::size_t begin = at_;
    std::vector<Named> inputs, outputs;
    const auto names_until = [&](std::vector<Named>& into, std::string_view close) {
      if (accept(close)) return true;
      do into.push_back(named());
      while (accept(","));
      return accept(close);
    };
    skip_space();
    has_header_ = names_until(inputs, "->") && names_until(outputs, ":");
    if (!has_header_) {
      at_ = begin;
      return;
    }
    inputs_ = std::move(inputs);
    outputs_ = std::move(outputs);
  }

  // --- nodes ---

  void parse_statement() {
    GraphBuilder::NewNode node;
    do {
      outputs_of_nodes_.push_back(named());
      node.outputs.push_back(outputs_of_nodes_.back().name);
    } while (accept(","));
    expect('=');
    node.op = word();
    if (accept("::")) {
      node.domain = std::move(node.op);
      node.op = word();
    }
    if (accept("[")) list("]", [&] { parse_attribute(node); });
    expect('(');
    list(")", [&] { node.inputs.push_back(parse_operand()); });
    node.name = node.outputs.front();
    if (accept("as ")) node.name = accept("\"") ? quoted() : word();
    nodes_.push_back(std::move(node));
  }

  std::string parse_operand() {
    skip_space();
    Named item = named();
    if (item.shape || item.type != ElementType::undefined) {
      item.weight = parse_weight(item);
      parameters_.push_back(item);
    }
    return item.name;
  }

  void parse_attribute(GraphBuilder::NewNode& node) {
    const std::string name = word();
    expect('=');
    if (accept("{")) return parse_body(node, name);
    Attribute attribute{name, {}};
    std::vector<std::string> words;
    bool is_text = false, is_float = false;
    const auto item = [&] {
      is_text = is_text || accept("\"");
      words.push_back(is_text ? quoted() : word());
      is_float = is_float || words.back().find_first_of(".n") != std::string::npos;  // 0.5, inf, nan
    };
    const bool is_list = accept("[");
    is_list ? list("]", item) : item();
    if (is_text) {
      is_list ? attribute.value = words : attribute.value = words[0];
    } else if (is_float) {
      std::vector<float> values;
      for (const auto& text : words) values.push_back(std::stof(text));
      is_list ? attribute.value = values : attribute.value = values[0];
    } else {
      std::vector<std::int64_t> values;
      for (const auto& text : words) values.push_back(to_int(text));
      is_list ? attribute.value = values : attribute.value = values[0];
    }
    node.attributes.push_back(std::move(attribute));
  }

  void parse_body(GraphBuilder::NewNode& node, const std::string& name) {
    std::size_t end = at_;
    for (int depth = 1; depth > 0; ++end) {
      if (end == text_.size()) fail("'}' expected");
      depth += text_[end] == '{' ? 1 : text_[end] == '}' ? -1 : 0;
    }
    GraphTextParser inner(text_.substr(at_, end - 1 - at_));
    inner.capture_unprovided();
    auto graph = inner.parse();
    if (!graph) throw std::runtime_error("graph text: body " + name + ": " + graph.error().message);
    node.bodies.push_back({name, std::make_shared<const Graph>(std::move(*graph))});
    for (const std::string& captured : inner.unprovided()) {
      if (std::find(node.captures.begin(), node.captures.end(), captured) == node.captures.end()) {
        node.captures.push_back(captured);
      }
    }
    at_ = end;
  }

  // --- weights ---

  WeightView parse_weight(const Named& item) {
    const Dims dims = item.shape.value_or(Dims{});
    const ElementType type = item.type == ElementType::undefined ? ElementType::float32 : item.type;
    WeightView weight;
    weight.name = item.name;
    weight.type = type;
    weight.dims = dims;
    if (!accept("=")) return drawn(weight);
    if (accept("absent")) return weight;
    expect('{');
    std::vector<std::string> words;
    list("}", [&] { words.push_back(word()); });
    const bool fills = words.size() == 1 && weight.elements() != 1;
    if (!fills && static_cast<std::int64_t>(words.size()) != weight.elements())
      fail("as many values as elements expected");
    if (is_integer(type)) {
      std::vector<std::int64_t> values;
      for (const auto& text : words) values.push_back(to_int(text));
      weight = packed(weight, values);
    } else {
      std::vector<double> values;
      for (const auto& text : words) values.push_back(std::stod(text));
      weight = packed(weight, values);
    }
    if (fills) weight.storage = WeightStorage::fill;
    return weight;
  }

  static bool is_integer(ElementType type) { return type != ElementType::float32 && type != ElementType::float64; }

  static WeightView drawn(const WeightView& like) {
    const auto count = static_cast<std::size_t>(like.elements());
    std::uint64_t state = 1469598103934665603u;
    for (const char letter : like.name) state = (state ^ static_cast<unsigned char>(letter)) * 1099511628211u;
    if (is_integer(like.type)) {
      std::vector<std::int64_t> values(count);
      for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::int64_t>(i);
      return packed(like, values);
    }
    std::vector<double> values(count);
    for (double& value : values) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      value = static_cast<double>(state >> 40) / (1 << 23) - 1.0;  // in [-1, 1), exact as float32
    }
    return packed(like, values);
  }

  // Little-endian elements that the weight owns; of the types with fractions only float32 and float64 are written.
  template <class T>
  static WeightView packed(WeightView weight, const std::vector<T>& values) {
    const auto width = static_cast<std::size_t>(bits_of(weight.type)) / 8;
    if (width == 0) throw std::runtime_error("graph text: weights of this type cannot be written as text");
    auto bytes = std::make_shared<std::vector<std::byte>>(width * values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::byte* to = bytes->data() + i * width;
      if (weight.type == ElementType::float32) {
        const auto value = static_cast<float>(values[i]);
        std::memcpy(to, &value, width);
      } else {
        std::memcpy(to, &values[i], width);
      }
    }
    weight.storage = WeightStorage::dense;
    weight.bytes = *bytes;
    weight.owned = std::move(bytes);
    return weight;
  }

  // --- all together ---

  Result<Graph> build(GraphBuilder& builder) {
    std::set<std::string> provided, read;
    for (const Named& item : inputs_) provided.insert(item.name);
    for (const Named& item : parameters_) provided.insert(item.name);
    for (const Named& item : outputs_of_nodes_) provided.insert(item.name);
    const auto note_read = [&](const std::string& name) {
      read.insert(name);
      if (!name.empty() && provided.insert(name).second) unprovided_.push_back(name);
    };
    for (const auto& node : nodes_) {
      for (const auto& name : node.inputs) note_read(name);
      for (const auto& name : node.captures) note_read(name);
    }
    if (!has_header_) {
      for (const auto& name : unprovided_) builder.add_input(name);
      for (const Named& item : outputs_of_nodes_) {
        if (!item.name.empty() && read.count(item.name) == 0) builder.add_output(item.name);
      }
    }
    for (const Named& item : inputs_) builder.add_input(item.name, item.type, item.shape);
    for (const Named& item : parameters_) builder.add_parameter(item.name, *item.weight);
    if (captures_) {
      for (const Named& item : outputs_) note_read(item.name);
      for (const auto& name : unprovided_) builder.add_captured(name);
    }
    for (Named& item : outputs_of_nodes_) {
      if (item.shape || item.type != ElementType::undefined) builder.set_type(item.name, item.type, item.shape);
    }
    for (auto& node : nodes_) builder.add_node(std::move(node));
    for (const Named& item : outputs_) builder.add_output(item.name);
    return builder.finish();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool has_header_ = false, captures_ = false;
  std::vector<Named> inputs_, outputs_, parameters_, outputs_of_nodes_;
  std::vector<GraphBuilder::NewNode> nodes_;
  std::vector<std::string> unprovided_;
};

}  // namespace

Result<Graph> try_graph_from_text(std::string_view text) { return GraphTextParser(text).parse(); }

Graph graph_from_text(std::string_view text) {
  auto graph = try_graph_from_text(text);
  if (!graph) throw std::runtime_error("graph text: " + graph.error().message);
  return std::move(*graph);
}

}  // namespace ramus::testing
