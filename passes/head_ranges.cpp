#include "passes/head_ranges.hpp"

#include <algorithm>
#include <map>

namespace ramus {
namespace {

// How many units from the first on the pieces cover without a gap; nullopt where they leave gaps.
std::optional<std::int64_t> run_of(UnitAxis pieces) {
  std::sort(pieces.begin(), pieces.end(), [](const UnitPiece& a, const UnitPiece& b) { return a.stride < b.stride; });
  std::int64_t run = 1;
  for (const UnitPiece& piece : pieces) {
    if (piece.stride == 0) continue;
    if (piece.extent < 1 || piece.stride > run) return std::nullopt;
    run += piece.stride * (piece.extent - 1);
  }
  return run;
}

// The unit at a place of an axis, counted from its end where its beginning is not known. nullopt: the axis is shorter.
std::optional<std::int64_t> unit_at(const UnitAxis& axis, std::int64_t index) {
  if (!holds_units(axis)) return 0;
  std::int64_t unit = 0;
  for (std::size_t i = axis.size(); i-- > 0;) {
    if (axis[i].extent < 1) return unit;
    unit += index % axis[i].extent * axis[i].stride;
    index /= axis[i].extent;
  }
  return index == 0 ? std::optional(unit) : std::nullopt;
}

// From the first piece that holds units to the end.
std::int64_t heads_on(const UnitAxis& axis) {
  const auto first = std::find_if(axis.begin(), axis.end(), [](const UnitPiece& piece) { return piece.stride != 0; });
  return extent_of(UnitAxis(first, axis.end()));
}

}  // namespace

HeadAxes find_head_axes(const std::vector<HeadSource>& sources) {
  std::map<int, std::int64_t, std::greater<>> extents;
  for (const HeadSource& source : sources) {
    if (!source.operand) continue;
    for (const auto& [label, axis] : source.operand->batch) {
      if (!holds_units(axis)) continue;
      const std::int64_t heads = heads_on(axis);
      std::int64_t& most = extents[label];
      most = std::max(most, heads);
    }
  }
  HeadAxes found;
  for (const auto& [label, heads] : extents) {
    if (heads < 2) continue;
    found.axes.emplace_back(label, heads);
    found.heads = heads > kMostHeads ? kMostHeads + 1 : std::min(found.heads * heads, kMostHeads + 1);
  }
  return found;
}

std::vector<HeadRange> ranges_of(const HeadSource& source, const HeadAxes& heads, std::string& why) {
  why = "what its units become is not known";
  if (!source.operand || !source.source.layout || heads.heads > kMostHeads) return {};
  UnitAxis inside;
  for (const UnitAxis& axis : source.operand->inner) inside.insert(inside.end(), axis.begin(), axis.end());
  const auto run = run_of(std::move(inside));
  why = "the units of one head do not lie side by side";
  if (!run) return {};
  std::vector<HeadRange> ranges;
  for (std::int64_t head = 0; head < heads.heads; ++head) {
    std::int64_t rest = head, begin = source.source.layout->base;
    for (std::size_t i = heads.axes.size(); i-- > 0;) {
      const auto [label, extent] = heads.axes[i];
      for (const auto& [other, axis] : source.operand->batch) {
        if (other != label) continue;
        const auto unit = unit_at(axis, rest % extent);
        why = "its number of heads is not that of the others";
        if (!unit) return {};
        begin += *unit;
      }
      rest /= extent;
    }
    why = "its heads reach beyond its units";
    if (begin < 0 || *run > source.source.units || begin > source.source.units - *run) return {};
    ranges.push_back({begin, begin + *run});
  }
  why.clear();
  return ranges;
}

std::vector<HeadRange> ranges_of(const ReadingLayer& layer, std::int64_t heads, std::int64_t each, std::string& why) {
  why = "what it reads is not known";
  if (!layer.axis || layer.base != 0 || heads > kMostHeads) return {};
  UnitAxis axis = *layer.axis;
  // Merged with axes of unknown extent, of which the layer's inputs leave no room for more than 1.
  if (!axis.empty() && axis.front().extent < 0) axis.erase(axis.begin());
  if (extent_of(axis) != layer.inputs) return {};
  UnitAxis pieces;  // those that cross the border between units and heads are cut there
  for (const UnitPiece& piece : axis) {
    if (piece.stride == 0 || piece.stride >= each || piece.stride * piece.extent <= each) {
      pieces.push_back(piece);
    } else if (each % piece.stride != 0 || piece.stride * piece.extent % each != 0) {
      return {};
    } else {
      pieces.push_back({piece.stride * piece.extent / each, each});
      pieces.push_back({each / piece.stride, piece.stride});
    }
  }
  UnitAxis inside;
  std::vector<std::int64_t> place(pieces.size(), 1);  // from one to the next, in the layer's inputs
  for (std::size_t i = pieces.size(); i-- > 0;) {
    if (i + 1 < pieces.size()) place[i] = place[i + 1] * pieces[i + 1].extent;
    if (pieces[i].stride < each) inside.push_back({pieces[i].extent, place[i]});
  }
  why = "the inputs of one head do not lie side by side";
  if (run_of(inside) != each) return {};
  std::vector<HeadRange> ranges;
  for (std::int64_t head = 0; head < heads; ++head) {
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i].stride < each) continue;
      begin += head * each / pieces[i].stride % pieces[i].extent * place[i];
    }
    if (begin > layer.inputs - each) return {};
    ranges.push_back({begin, begin + each});
  }
  why.clear();
  return ranges;
}

}  // namespace ramus
