#include "adapters/pictures/folding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "adapters/report/plain_text.hpp"

namespace ramus {
namespace {

constexpr std::size_t kLongestPeriod = 8;  // items of one time
constexpr std::size_t kComfortable = 14;   // so many items need no folding by shape

using Key = std::string MapItem::*;

// How many times the `period` items at `begin` come, one after the other.
std::size_t times_of(const std::vector<MapItem>& items, std::size_t begin, std::size_t period, Key key) {
  std::size_t end = begin + period;
  while (end < items.size() && items[end].*key == items[end - period].*key) ++end;
  return (end - begin) / period;
}

bool holds_group(const std::vector<MapItem>& items, std::size_t begin, std::size_t period) {
  return std::any_of(items.begin() + static_cast<std::ptrdiff_t>(begin),
                     items.begin() + static_cast<std::ptrdiff_t>(begin + period),
                     [](const MapItem& item) { return item.group != nullptr; });
}

// What was tested of a group is shown; folding would hide it.
bool is_tested(const MapItem& item) {
  if (item.specialization != nullptr) return true;
  const auto any = [](const std::vector<MapItem>& items) { return std::any_of(items.begin(), items.end(), is_tested); };
  return any(item.inside) ||
         std::any_of(item.lanes.begin(), item.lanes.end(), [&](const MapLane& lane) { return any(lane.inside); });
}

std::size_t count_groups(const MapItem& item) {
  std::size_t count = item.kind == MapItem::Kind::group ? 1 : 0;
  for (const MapItem& inner : item.inside) count += item.times * count_groups(inner);
  return count;
}

MapItem repeat_of(std::vector<MapItem>& items, std::size_t begin, std::size_t period, std::size_t times) {
  MapItem repeat;
  repeat.kind = MapItem::Kind::repeat;
  repeat.times = times;
  const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
  for (std::size_t i = 0; i < period * times; ++i) {
    const MapItem& item = *(first + static_cast<std::ptrdiff_t>(i));
    repeat.sizes_differ = repeat.sizes_differ || item.built != items[begin + i % period].built;
    if (item.group != nullptr && repeat.group == nullptr) repeat.group = item.group;
    if (item.group != nullptr) repeat.last = item.last;
    repeat.in_stream = repeat.in_stream || item.in_stream;
  }
  for (std::size_t i = 0; i < period; ++i) {
    repeat.built += items[begin + i].built + ";";
    repeat.shape += items[begin + i].shape + ";";
  }
  repeat.built = fmt::format("{} x ({})", times, repeat.built);
  repeat.shape = fmt::format("n x ({})", repeat.shape);
  std::move(first, first + static_cast<std::ptrdiff_t>(period), std::back_inserter(repeat.inside));
  return repeat;
}

std::vector<MapItem> folded_by(std::vector<MapItem> items, Key key) {
  std::vector<MapItem> out;
  for (std::size_t i = 0; i < items.size();) {
    std::size_t period = 0, times = 1;
    for (std::size_t p = 1; p <= std::min(kLongestPeriod, (items.size() - i) / 2); ++p) {
      const std::size_t found = times_of(items, i, p, key);
      if (found < 2 || found * p <= times * period || !holds_group(items, i, p)) continue;
      const auto begin = items.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::any_of(begin, begin + static_cast<std::ptrdiff_t>(found * p), is_tested)) continue;
      period = p;
      times = found;
    }
    if (period == 0) {
      out.push_back(std::move(items[i++]));
    } else {
      out.push_back(repeat_of(items, i, period, times));
      i += period * times;
    }
  }
  return out;
}

}  // namespace

MapItem more_item(std::size_t groups) {
  MapItem item;
  item.kind = MapItem::Kind::more;
  item.text = plural(groups, "group", "groups") + " more";
  item.built = item.shape = item.text;
  return item;
}

std::vector<MapItem> folded(std::vector<MapItem> items, std::size_t most) {
  items = folded_by(std::move(items), &MapItem::built);
  if (items.size() > kComfortable) items = folded_by(std::move(items), &MapItem::shape);
  if (items.size() <= most) return items;
  std::size_t left_out = 0;
  for (std::size_t i = most; i < items.size(); ++i) left_out += count_groups(items[i]);
  items.resize(most);
  items.push_back(more_item(left_out));
  return items;
}

}  // namespace ramus
