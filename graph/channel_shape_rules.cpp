// Operators that move channels about: cut, join, pad, permute, fold.
#include <algorithm>
#include <set>

#include "graph/channel_rules.hpp"

namespace ramus::channels {
namespace {

// The channels [begin, end) of a map, renumbered from 0.
ChannelMap cut(const ChannelMap& map, std::int64_t begin, std::int64_t end) {
  ChannelMap part;
  part.axis = map.axis;
  part.channels = end - begin;
  part.stopped = map.stopped;
  for (const ChannelSegment& segment : map.segments) {
    const std::int64_t from = std::max(begin, segment.begin), to = std::min(end, segment.end);
    if (from >= to) continue;
    if ((from - segment.begin) % segment.run != 0) return stop("a cut through the middle of a flattened unit");
    ChannelSegment kept = segment;
    kept.first_unit = segment.unit(from);
    kept.begin = from - begin;
    kept.end = to - begin;
    part.segments.push_back(std::move(kept));
  }
  return part;
}

// Every step-th of the channels from `begin` on, `count` in all.
ChannelMap every(const ChannelMap& map, std::int64_t begin, std::int64_t count, std::int64_t step) {
  if (count < 2 || step == 1) return cut(map, begin, begin + count);
  ChannelMap part;
  part.axis = map.axis;
  part.channels = count;
  part.stopped = map.stopped;
  for (const ChannelSegment& segment : map.segments) {
    if (segment.run != 1) return stop("a step through flattened units");
    const auto places_before = [&](std::int64_t channel) {  // of those that are taken
      return channel <= begin ? 0 : std::min(count, (channel - begin + step - 1) / step);
    };
    ChannelSegment kept = segment;
    kept.begin = places_before(segment.begin);
    kept.end = places_before(segment.end);
    if (kept.begin >= kept.end) continue;
    kept.first_unit = segment.unit(begin + kept.begin * step);
    kept.step = kept.end - kept.begin > 1 ? segment.step * step : 1;
    part.segments.push_back(std::move(kept));
  }
  return part;
}

std::optional<std::int64_t> product(const Dims& shape, std::size_t begin, std::size_t end) {
  std::int64_t result = 1;
  for (std::size_t i = begin; i < end; ++i) {
    if (shape[i] <= 0 || result > (std::int64_t{1} << 40) / shape[i]) return std::nullopt;
    result *= shape[i];
  }
  return result;
}

}  // namespace

Outputs pad(const Site& at) {
  const ChannelMap& map = at.input(0);
  const auto pads = integers(at, "pads", 1), axes = integers(at, "axes", 3);
  const auto unknown = [&] { return stop_all(at, "pads by amounts that are not known"); };
  if (map.axis < 0 || !pads || !axes || pads->empty()) return unknown();
  const std::size_t count = pads->size() / 2;
  std::size_t place = static_cast<std::size_t>(map.axis);
  if (axes->empty() ? place >= count : axes->size() != count) return unknown();
  if (!axes->empty()) {
    place = count;
    for (std::size_t i = 0; i < count; ++i) {
      const auto axis = resolve_axis(at, (*axes)[i]);
      if (!axis) return unknown();
      if (*axis == map.axis) place = i;
    }
    if (place == count) return only(map);
  }
  const std::int64_t before = (*pads)[place], after = (*pads)[place + count], most = at.limits.channels;
  if (before == 0 && after == 0) return only(map);
  const Attribute* mode = at.node.find_attribute("mode");
  const auto* word = mode == nullptr ? nullptr : std::get_if<std::string>(&mode->value);
  if (word != nullptr && *word != "constant") return stop_all(at, "repeats channels at the edge");
  if (map.channels < 0 || before > most || after > most || before < -map.channels || after < -map.channels) {
    return unknown();
  }
  const std::int64_t begin = std::max<std::int64_t>(0, -before), end = map.channels - std::max<std::int64_t>(0, -after);
  if (begin > end || end - begin > most - std::max<std::int64_t>(0, before) - std::max<std::int64_t>(0, after)) {
    return unknown();
  }
  ChannelMap padded = cut(map, begin, end);
  if (padded.axis < 0) return only(std::move(padded));
  for (ChannelSegment& segment : padded.segments) {
    segment.begin += std::max<std::int64_t>(0, before);
    segment.end += std::max<std::int64_t>(0, before);
  }
  padded.channels += std::max<std::int64_t>(0, before) + std::max<std::int64_t>(0, after);
  return only(std::move(padded));
}

// Each channel takes what blocksize² of them hold; those of one place lie side by side, or (CRD) those of one channel.
Outputs depth_to_space(const Site& at) {
  const ChannelMap& map = at.input(0);
  const std::int64_t block = at.node.int_attribute("blocksize", 0);
  if (map.axis != 1 || map.channels < 1 || block < 1 || block > 64 || map.channels % (block * block) != 0) {
    return stop_all(at, "spreads channels that are not known");
  }
  const Attribute* mode = at.node.find_attribute("mode");
  const auto* word = mode == nullptr ? nullptr : std::get_if<std::string>(&mode->value);
  const bool by_channel = word != nullptr && *word == "CRD";
  const std::int64_t places = block * block, left = map.channels / places;
  if (static_cast<std::size_t>(places) > at.limits.channel_segments / std::max<std::size_t>(1, map.segments.size())) {
    return stop_all(at, "joins channels in too many pieces");
  }
  std::vector<ChannelMap> parts;
  for (std::int64_t place = 0; place < places; ++place) {
    parts.push_back(by_channel ? every(map, place, left, places) : cut(map, place * left, place * left + left));
    if (parts.back().axis < 0) return only(std::move(parts.back()));
  }
  return overlay(at, parts);
}

Outputs space_to_depth(const Site& at) {
  const ChannelMap& map = at.input(0);
  const std::int64_t block = at.node.int_attribute("blocksize", 0);
  if (map.axis != 1 || block < 1 || block > 64) return stop_all(at, "folds space that is not known");
  return only(tile(at, map, block * block));
}

Outputs split(const Site& at) {
  const ChannelMap& map = at.input(0);
  const std::size_t pieces = at.node.outputs.size();
  const auto axis = resolve_axis(at, at.node.int_attribute("axis", 0));
  if (map.axis < 0 || !axis) return stop_all(at, "splits along an axis that is not known");
  if (map.segments.size() > at.limits.all_channel_segments / pieces) return stop_all(at, "cuts into too many pieces");
  if (*axis != map.axis) return Outputs(pieces, map);
  auto sizes = integers(at, "split", 1);
  if (!sizes) return stop_all(at, "splits into sizes that are not known");
  if (map.channels < 0) return stop_all(at, "splits an unknown number of channels");
  if (sizes->empty()) {  // equal pieces, the last one smaller where they do not fit
    const auto count = static_cast<std::int64_t>(pieces);
    const std::int64_t each = (map.channels + count - 1) / count;
    for (std::int64_t done = 0; sizes->size() < pieces; done += each) {
      sizes->push_back(std::clamp<std::int64_t>(map.channels - done, 0, each));
    }
  }
  if (sizes->size() != pieces) return stop_all(at, "splits into sizes that do not fit its outputs");
  Outputs outputs;
  std::int64_t begin = 0;
  for (const std::int64_t size : *sizes) {
    if (size < 0 || size > map.channels - begin) return stop_all(at, "splits beyond its channels");
    outputs.push_back(cut(map, begin, begin + size));
    begin += size;
  }
  return outputs;
}

Outputs slice(const Site& at) {
  const ChannelMap& map = at.input(0);
  const auto starts = integers(at, "starts", 1), ends = integers(at, "ends", 2), axes = integers(at, "axes", 3),
             steps = integers(at, "steps", 4);
  const auto unknown = [&] { return stop_all(at, "takes a range that is not known"); };
  if (map.axis < 0 || !starts || !ends || !axes || !steps || starts->size() != ends->size()) return unknown();
  if ((!axes->empty() && axes->size() != starts->size()) || (!steps->empty() && steps->size() != starts->size())) {
    return unknown();
  }
  for (std::size_t i = 0; i < starts->size(); ++i) {
    const auto axis = resolve_axis(at, axes->empty() ? static_cast<std::int64_t>(i) : (*axes)[i]);
    if (!axis) return unknown();
    if (*axis != map.axis) continue;
    if (map.channels < 0) return unknown();
    const std::int64_t step = steps->empty() ? 1 : (*steps)[i];
    if (step < 1) return stop_all(at, "takes channels backwards");
    const auto place = [&](std::int64_t given) {  // negative: from the end
      return std::clamp<std::int64_t>(given < 0 ? given + map.channels : given, 0, map.channels);
    };
    const std::int64_t begin = place((*starts)[i]), end = std::max(begin, place((*ends)[i]));
    const std::int64_t length = end - begin;
    return only(every(map, begin, length / step + (length % step != 0 ? 1 : 0), step));
  }
  return only(map);
}

// Rows of a table picked by computed indices: the columns are its units.
bool looks_up(const Site& at) {
  const WeightView* table = at.graph.parameter(at.node, 0);
  return table != nullptr && table->dims.size() == 2 && !is_integer(table->type) && at.inputs.size() == 2 &&
         at.is_data(1) && at.node.int_attribute("axis", 0) == 0;
}

// With constant indices along the channel axis, channels are picked one by one; other axes leave them alone.
Outputs gather(const Site& at) {
  if (looks_up(at)) {
    const auto& shape = at.output_shape() ? at.output_shape() : at.input_shape(1);
    const std::size_t rank = !shape ? 0 : at.output_shape() ? shape->size() : shape->size() + 1;
    return {
        source_map(at.graph, at.node.outputs[0], static_cast<int>(rank) - 1, at.graph.parameter(at.node, 0)->dims[1])};
  }
  const ChannelMap& map = at.input(0);
  const auto axis = resolve_axis(at, at.node.int_attribute("axis", 0));
  const auto& indices_shape = at.input_shape(1);
  if (map.axis < 0 || !axis || !indices_shape) return stop_all(at, "gathers along an axis that is not known");
  if (*axis != map.axis) {
    ChannelMap kept = map;
    if (*axis < map.axis) kept.axis += static_cast<int>(indices_shape->size()) - 1;
    return only(std::move(kept));
  }
  const auto indices = integers(at, "", 1);
  if (map.channels < 0 || !indices || indices_shape->size() != 1)
    return stop_all(at, "picks channels that are not known");
  if (map.segments.size() * indices->size() > std::size_t{1} << 20) return stop_all(at, "picks too many channels");
  ChannelMap picked;
  picked.axis = map.axis;
  picked.channels = static_cast<std::int64_t>(indices->size());
  picked.stopped = map.stopped;
  for (const ChannelSegment& segment : map.segments) {
    if (segment.run != 1) return stop_all(at, "picks among flattened units");
    bool open = false;  // whether the piece at the back may grow
    for (std::size_t i = 0; i < indices->size(); ++i) {
      std::int64_t channel = (*indices)[i];
      if (channel < 0) channel += map.channels;
      if (channel < 0 || channel >= map.channels) return stop_all(at, "picks beyond its channels");
      if (channel < segment.begin || channel >= segment.end) {
        open = false;
        continue;
      }
      const std::int64_t unit = segment.unit(channel);
      if (open) {
        ChannelSegment& last = picked.segments.back();
        const std::int64_t length = last.end - last.begin;
        if (length == 1) last.step = unit - last.first_unit;
        if (last.first_unit + length * last.step == unit) {
          ++last.end;
          continue;
        }
      }
      ChannelSegment& piece = picked.segments.emplace_back(segment);
      piece.begin = static_cast<std::int64_t>(i);
      piece.end = piece.begin + 1;
      piece.first_unit = unit;
      piece.step = 1;
      open = true;
    }
  }
  if (picked.segments.size() > at.limits.channel_segments) return stop_all(at, "picks channels in too many pieces");
  std::stable_sort(picked.segments.begin(), picked.segments.end(), [](const auto& a, const auto& b) {
    return std::pair(a.begin, a.source) < std::pair(b.begin, b.source);
  });
  return only(std::move(picked));
}

Outputs concat(const Site& at) {
  const auto axis = resolve_axis(at, at.node.int_attribute("axis", 1));
  if (!axis) return stop_all(at, "joins along an axis that is not known");
  bool along = false, across = false;
  for (const ChannelMap* map : at.inputs) {
    along = along || map->axis == *axis;
    across = across || (map->axis >= 0 && map->axis != *axis);
  }
  if (along && across) return stop_all(at, "joins values whose channels lie on different axes");
  if (across) return overlay(at, false);  // along space or batch: each channel has parts from every input
  ChannelMap joined;
  joined.axis = *axis;
  joined.channels = 0;
  for (std::size_t i = 0; i < at.inputs.size(); ++i) {
    const ChannelMap& map = at.input(i);
    std::int64_t channels = map.channels;
    if (const auto& shape = at.input_shape(i);
        map.axis < 0 && shape && shape->size() > static_cast<std::size_t>(*axis)) {
      channels = (*shape)[static_cast<std::size_t>(*axis)];
    }
    if (channels < 0) return stop_all(at, "joins an unknown number of channels");
    if (channels > at.limits.channels - joined.channels) return stop_all(at, "joins too many channels");
    if (map.axis >= 0) {
      if (map.segments.size() + joined.segments.size() > at.limits.channel_segments) {
        return stop_all(at, "joins channels in too many pieces");
      }
      for (ChannelSegment segment : map.segments) {
        segment.begin += joined.channels;
        segment.end += joined.channels;
        joined.segments.push_back(std::move(segment));
      }
    }
    joined.channels += channels;
  }
  if (joined.segments.empty()) joined.stopped = at.input(0).stopped;
  return only(std::move(joined));
}

Outputs transpose(const Site& at) {
  ChannelMap map = at.input(0);
  const auto& shape = at.input_shape(0);
  const auto perm = at.node.ints_attribute("perm");
  const auto to = std::find(perm.begin(), perm.end(), map.axis);
  if (map.axis < 0 || (to == perm.end() && !(perm.empty() && shape))) {
    return stop_all(at, "moves axes that are not known");
  }
  map.axis = perm.empty() ? static_cast<int>(shape->size()) - 1 - map.axis : static_cast<int>(to - perm.begin());
  return map.axis < 0 ? stop_all(at, "moves axes that are not known") : Outputs{std::move(map)};
}

Outputs flatten(const Site& at) {
  const ChannelMap& map = at.input(0);
  const auto& shape = at.input_shape(0);
  const auto axis = resolve_axis(at, at.node.int_attribute("axis", 1));
  if (map.axis < 0 || !axis || *axis > map.axis) return stop_all(at, "does not keep channels together");
  if (!shape || shape->size() <= static_cast<std::size_t>(map.axis)) {
    return stop_all(at, "flattens an extent that is not known");
  }
  const auto place = static_cast<std::size_t>(map.axis);
  const auto run = product(*shape, place + 1, shape->size());
  const auto times = product(*shape, static_cast<std::size_t>(*axis), place);
  if (!run || !times) return stop_all(at, "flattens an extent that is not known");
  ChannelMap flat = tile(at, spread(at, map, *run), *times);
  if (flat.axis >= 0) flat.axis = 1;
  return only(std::move(flat));
}

// Understood when what stands before the channels keeps its extent, and the channels either keep theirs or fold with
// all that follows. An unknown batch is taken for what the target says.
Outputs reshape(const Site& at) {
  const ChannelMap& map = at.input(0);
  const auto& from = at.input_shape(0);
  if (map.axis < 0 || map.channels < 0 || !from || from->size() <= static_cast<std::size_t>(map.axis)) {
    return stop_all(at, "changes a shape that is not known");
  }
  Dims to;
  if (const auto& shape = at.output_shape()) {
    to = *shape;
  } else if (auto target = integers(at, "shape", 1)) {
    to = std::move(*target);
    const bool zero_copies = at.node.int_attribute("allowzero", 0) == 0;
    for (std::size_t i = 0; i < to.size() && i < from->size() && zero_copies; ++i) {
      if (to[i] == 0) to[i] = (*from)[i];
    }
  }
  const auto axis = static_cast<std::size_t>(map.axis);
  const auto run = product(*from, axis + 1, from->size());
  const auto same_before = [&](std::size_t place) {
    std::size_t i = 0;
    while (i < axis && i < place && ((*from)[i] == to[i] || (*from)[i] < 0)) ++i;
    const auto before = product(*from, i, axis), after = product(to, i, place);
    return before && before == after;
  };
  const auto folds_what_is_before = [&]() -> std::optional<std::int64_t> {  // how often the channels come in a row
    if (to.empty() || run != 1 || to.back() <= map.channels || to.back() % map.channels != 0) return std::nullopt;
    for (std::size_t kept = axis; kept-- > 0;) {
      const auto times = product(*from, kept, axis);
      if (!times || *times > to.back() / map.channels) return std::nullopt;
      if (*times != to.back() / map.channels) continue;
      const auto before = product(*from, 0, kept), after = product(to, 0, to.size() - 1);
      if (!before || !after || before == after) return times;
    }
    return std::nullopt;
  };
  for (std::size_t distance = 0; distance < to.size(); ++distance) {  // the axis that it had is the likeliest
    const std::size_t place = (axis + distance) % to.size();
    const bool last = place + 1 == to.size();
    const bool same_after = run && run == product(to, place + 1, to.size());
    const bool whole = last && run && run <= at.limits.channels / std::max<std::int64_t>(1, map.channels) &&
                       to[place] == map.channels * *run;
    if (to[place] == map.channels && map.channels != 1 && !(last && !same_after) &&
        (same_after || same_before(place))) {
      ChannelMap kept = map;
      kept.axis = static_cast<int>(place);
      return only(std::move(kept));
    }
    if (whole || (last && run && to[place] < 0 && same_before(place))) {  // the whole leaves no other extent before it
      ChannelMap flat = spread(at, map, *run);
      if (flat.axis >= 0) flat.axis = static_cast<int>(place);
      return only(std::move(flat));
    }
  }
  if (const auto times = folds_what_is_before()) {
    ChannelMap flat = tile(at, map, *times);
    if (flat.axis >= 0) flat.axis = static_cast<int>(to.size()) - 1;
    return only(std::move(flat));
  }
  return stop_all(at, "does not keep channels together");
}

Outputs squeeze(const Site& at) {
  ChannelMap map = at.input(0);
  const auto& shape = at.input_shape(0);
  const auto axes = integers(at, "axes", 1);
  if (map.axis < 0 || !axes) return stop_all(at, "drops axes that are not known");
  std::set<std::int64_t> dropped;
  for (const std::int64_t given : *axes) {
    const auto axis = resolve_axis(at, given);
    if (!axis) return stop_all(at, "drops axes that are not known");
    dropped.insert(*axis);
  }
  if (axes->empty()) {
    if (!shape || std::count_if(shape->begin(), shape->end(), [](std::int64_t dim) { return dim < 0; }) != 0) {
      return stop_all(at, "drops axes that are not known");
    }
    for (std::size_t i = 0; i < shape->size(); ++i) {
      if ((*shape)[i] == 1) dropped.insert(static_cast<std::int64_t>(i));
    }
  }
  if (dropped.count(map.axis) != 0) return stop_all(at, "drops the channel axis");
  map.axis -= static_cast<int>(std::distance(dropped.begin(), dropped.lower_bound(map.axis)));
  return only(std::move(map));
}

Outputs unsqueeze(const Site& at) {
  ChannelMap map = at.input(0);
  const auto& shape = at.input_shape(0);
  const auto axes = integers(at, "axes", 1);
  if (map.axis < 0 || !axes) return stop_all(at, "adds axes that are not known");
  std::set<std::int64_t> added;
  for (const std::int64_t given : *axes) {  // places in the output
    if (given < 0 && !shape) return stop_all(at, "adds axes that are not known");
    const auto axis = given < 0 ? given + static_cast<std::int64_t>(shape->size() + axes->size()) : given;
    if (axis < 0) return stop_all(at, "adds axes that are not known");
    added.insert(axis);
  }
  for (const std::int64_t axis : added) {
    if (axis <= map.axis) ++map.axis;
  }
  return only(std::move(map));
}

// Over other axes than the channels; keepdims decides where the axis ends up.
Outputs reduce(const Site& at) {
  ChannelMap map = at.input(0);
  const auto axes = integers(at, "axes", 1);
  if (map.axis < 0 || !axes || axes->empty()) return stop_all(at, "reduces over axes that are not known");
  std::set<std::int64_t> reduced;
  for (const std::int64_t given : *axes) {
    const auto axis = resolve_axis(at, given);
    if (!axis) return stop_all(at, "reduces over axes that are not known");
    reduced.insert(*axis);
  }
  if (reduced.count(map.axis) != 0) return stop_all(at, "reduces over channels");
  if (at.node.int_attribute("keepdims", 1) == 0) {
    map.axis -= static_cast<int>(std::distance(reduced.begin(), reduced.lower_bound(map.axis)));
  }
  return only(std::move(map));
}

Outputs reduce_nonlinear(const Site& at) {
  Outputs outputs = reduce(at);
  forget_scales(outputs[0]);
  return outputs;
}

}  // namespace ramus::channels
