#include "passes/skip_norm.hpp"

namespace ramus {
namespace {

bool is_embedding_norm(const Node& node) {
  return node.domain == "com.microsoft" && node.op == "EmbedLayerNormalization";
}

}  // namespace

bool is_skip_norm(const Node& node) {
  return node.domain == "com.microsoft" &&
         (node.op == "SkipLayerNormalization" || node.op == "SkipSimplifiedLayerNormalization");
}

std::optional<ValueId> sum_before_norm(const Node& node) {
  if (!is_skip_norm(node) && !is_embedding_norm(node)) return std::nullopt;
  const std::size_t place = is_skip_norm(node) ? 3 : 2;
  if (place >= node.outputs.size() || !node.outputs[place].exists()) return std::nullopt;
  return node.outputs[place];
}

std::string norm_inside(const Node& node) {
  if (!is_skip_norm(node) && !is_embedding_norm(node)) return {};
  return node.op == "SkipSimplifiedLayerNormalization" ? "SimplifiedLayerNormalization" : "LayerNormalization";
}

}  // namespace ramus
