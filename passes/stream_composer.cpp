#include "passes/stream_composer.hpp"

#include <algorithm>

#include "passes/head_maps.hpp"
#include "passes/parallel.hpp"
#include "passes/stream_maps.hpp"

namespace ramus {
namespace {

using Matrix = Eigen::MatrixXd;

constexpr std::int64_t kMostSubspaceUnits = 512;  // eigenvectors take the cube of it

struct BlockMaps {
  std::optional<StreamMap> read, write;
  Matrix read_space, write_space;  // [units x directions]
  StreamWay read_way;              // the least exact of its layers'
  std::vector<HeadMaps> heads;
  std::size_t unread = 0;  // layers
};

KernelLag larger(const KernelLag& a, const KernelLag& b) { return {std::max(a[0], b[0]), std::max(a[1], b[1])}; }

StreamLink link_of(const StreamWay& way) {
  StreamLink link = StreamLink::exact;
  for (const StreamStep& step : way) link = std::max(link, step.link);
  return link;
}

bool changes_directions(const StreamWay& way) {
  return std::any_of(way.begin(), way.end(), [](const StreamStep& step) {
    return step.removes_mean || step.scales.size() > 0 || step.projection.has_value();
  });
}

bool projects(const StreamWay& way) {
  return std::any_of(way.begin(), way.end(), [](const StreamStep& step) { return step.projection.has_value(); });
}

// Multiply-adds of carrying one Gram matrix.
double carrying_work(const StreamWay& way) {
  double work = 0;
  for (const StreamStep& step : way) {
    if (!step.projection) continue;
    const auto before = static_cast<double>(step.projection->cols());
    const auto after = static_cast<double>(step.projection->rows());
    work += before * after * (before + after);
  }
  return work;
}

void pass(const StreamWay& way, ComposedPair& pair) {
  for (const StreamStep& step : way) {
    if (step.link > pair.link) pair.via.clear();
    pair.link = std::max(pair.link, step.link);
    const bool tells = step.link == pair.link && step.link != StreamLink::exact;
    if (tells && std::find(pair.via.begin(), pair.via.end(), step.op) == pair.via.end()) pair.via.push_back(step.op);
  }
}

void find_ways(const PassContext& context, const ResidualStream& stream, StreamPlan& plan) {
  for (std::size_t b = 0; b < stream.blocks.size(); ++b) {
    const StreamBlock& block = stream.blocks[b];
    const ValueId above = b == 0 ? block.read : context.graph[stream.blocks[b - 1].write].outputs.front();
    plan.trunk.push_back(find_trunk_way(context, above, block.read));
    plan.skip.push_back(find_skip_way(context, block));
    const auto carried = static_cast<double>(b) * plan.write_lags;
    for (const TrunkWay* way : {&plan.trunk.back(), &plan.skip.back()}) {
      if (!way->way) ++plan.stops[way->stopped];
      if (way->way) plan.carrying_work += carried * carrying_work(*way->way);
    }
  }
}

}  // namespace

StreamPlan plan_of(const PassContext& context, const ResidualStream& stream) {
  StreamPlan plan;
  for (const StreamBlock& block : stream.blocks) {
    plan.ends.push_back(find_block_ends(context, block));
    for (const StreamEnd& end : plan.ends.back().reads) {
      plan.read_extent = larger(plan.read_extent, extent_of(context, end.layer));
    }
    for (const StreamEnd& end : plan.ends.back().writes) {
      plan.write_extent = larger(plan.write_extent, extent_of(context, end.layer));
    }
  }
  // Projections of the trunk may take every second place: what is read at distance 1 was written at distance 2. So what is
  // written is kept at all distances, or at none.
  if (plan.read_extent == KernelLag{0, 0}) plan.write_extent = {0, 0};
  plan.write_lags = static_cast<double>(plan.write_extent[0] + 1) * static_cast<double>(2 * plan.write_extent[1] + 1);
  find_ways(context, stream, plan);
  const auto count = [&](const StreamEnd& end, std::int64_t units, const KernelLag& other) {
    const KernelLag own = extent_of(context, end.layer);
    const KernelLag most{std::min(own[0], other[0]), std::min(own[1], other[1])};
    plan.work += gram_work(end.layer, units, most);
    const auto taps = static_cast<double>(end.layer.taps);
    const double box = static_cast<double>(most[0] + 1) * static_cast<double>(2 * most[1] + 1);
    const double lags = std::min(box, taps * (taps + 1) / 2);  // fewer than the box where the kernel is dilated
    plan.entries += lags * static_cast<double>(units) * static_cast<double>(units);
  };
  double earlier_heads = 0;
  for (const BlockEnds& ends : plan.ends) {
    const auto heads = static_cast<double>(count_heads(context, ends)), units = static_cast<double>(ends.units);
    plan.head_entries += 4 * heads * units * units;
    plan.head_pairs += 3 * heads * earlier_heads;
    earlier_heads += heads;
    for (const StreamEnd& end : ends.reads) count(end, end.layer.inputs, plan.write_extent);
    for (const StreamEnd& end : ends.writes) count(end, end.layer.outputs, plan.write_extent);
  }
  return plan;
}

namespace {

class StreamComposer {
 public:
  StreamComposer(const PassContext& context, const ResidualStream& stream, const StreamPlan& plan)
      : context_(context), stream_(stream), plan_(plan), maps_(stream.blocks.size()) {}

  Result<std::vector<ComposedPair>> run() {
    std::vector<std::vector<ComposedPair>> pairs(maps_.size());
    auto status = for_each_index(maps_.size(), context_.cancelled, [this](std::size_t b) -> Status {
      read_block(b);
      return {};
    });
    if (!status) return propagate(std::move(status.error()));
    status = for_each_index(maps_.size(), context_.cancelled, [&](std::size_t from) -> Status {
      compose_from(from, pairs[from]);
      return {};
    });
    if (!status) return propagate(std::move(status.error()));
    std::vector<ComposedPair> all;
    for (const bool heads : {false, true}) {
      for (const auto& some : pairs) {
        std::copy_if(some.begin(), some.end(), std::back_inserter(all),
                     [&](const ComposedPair& pair) { return (pair.kind != CompositionKind::block) == heads; });
      }
    }
    return all;
  }

  std::size_t unread() const {
    std::size_t count = 0;
    for (const BlockMaps& maps : maps_) count += maps.unread;
    return count;
  }

 private:
  void read_block(std::size_t b) {
    const BlockEnds& ends = plan_.ends[b];
    BlockMaps& maps = maps_[b];
    std::map<NodeId, HeadLayerWeights> weights;
    std::size_t read = 0;
    for (const StreamEnd& end : ends.reads) {
      const auto kernel = read_end(context_, end.layer);
      if (!kernel) continue;
      if (!maps.read) maps.read.emplace(ends.units, plan_.write_extent);
      add_read(context_, end, *kernel, *maps.read);
      if (link_of(end.way) >= link_of(maps.read_way)) maps.read_way = end.way;
      ++read;
      weights.emplace(end.layer.node, HeadLayerWeights{end, *kernel});
    }
    for (const StreamEnd& end : ends.writes) {
      const auto kernel = read_end(context_, end.layer);
      if (!kernel) continue;
      if (!maps.write) maps.write.emplace(end.layer.outputs, plan_.write_extent);
      add_write(context_, end, *kernel, *maps.write);
      ++read;
      weights.emplace(end.layer.node, HeadLayerWeights{end, *kernel});
    }
    if (ends.units <= kMostSubspaceUnits) {
      if (maps.read) maps.read_space = leading_subspace(*maps.read, kSubspaceShare);
      if (maps.write) maps.write_space = leading_subspace(*maps.write, kSubspaceShare);
    }
    if (plan_.with_heads) maps.heads = find_head_maps(context_, weights);
    maps.unread = ends.reads.size() + ends.writes.size() - read;
  }

  // One write carried along the trunk, from reader to reader.
  void compose_from(std::size_t from, std::vector<ComposedPair>& pairs) const {
    if (!maps_[from].write) return;
    StreamMap write = *maps_[from].write;
    std::vector<StreamMap> heads;
    for (const HeadMaps& head : maps_[from].heads) heads.push_back(head.write);
    ComposedPair pair;
    pair.from = from;
    Matrix space = maps_[from].write_space;
    const auto go = [&](const TrunkWay& trunk) {
      if (trunk.way && !plan_.across_projections && projects(*trunk.way)) return false;
      if (!trunk.way || units_after(*trunk.way, write.units()) == 0) return false;
      carry(*trunk.way, write);
      for (StreamMap& head : heads) carry(*trunk.way, head);
      pass(*trunk.way, pair);
      if (changes_directions(*trunk.way)) space.resize(0, 0);
      return true;
    };
    for (std::size_t to = from + 1; to < maps_.size() && go(plan_.trunk[to]); ++to) {
      const BlockMaps& reader = maps_[to];
      if (reader.read && reader.read->units() == write.units()) {
        pair.to = to;
        pairs.push_back(compose_blocks(pair, reader, write, space));
        compose_heads(pair, reader, heads, pairs);
      }
      if (!go(plan_.skip[to]) || context_.cancelled()) break;
    }
  }

  static ComposedPair compose_blocks(ComposedPair pair, const BlockMaps& reader, const StreamMap& write,
                                     const Matrix& space) {
    pass(reader.read_way, pair);
    pair.composition = compose(*reader.read, write);
    if (space.cols() == 0 || reader.read_space.cols() == 0) return pair;
    pair.written = space.cols();
    pair.read = reader.read_space.cols();
    pair.overlap = subspace_overlap(space, reader.read_space);
    pair.overlap_by_chance =
        static_cast<double>(std::max(pair.written, pair.read)) / static_cast<double>(write.units());
    return pair;
  }

  static void compose_heads(ComposedPair pair, const BlockMaps& reader, const std::vector<StreamMap>& heads,
                            std::vector<ComposedPair>& pairs) {
    pass(reader.read_way, pair);
    for (std::size_t p = 0; p < heads.size(); ++p) {
      for (std::size_t l = 0; l < reader.heads.size(); ++l) {
        pair.from_head = p;
        pair.to_head = l;
        for (const auto& [kind, read] : reader.heads[l].reads) {
          pair.kind = kind;
          pair.composition = compose(read, heads[p]);
          pairs.push_back(pair);
        }
      }
    }
  }

  const PassContext& context_;
  const ResidualStream& stream_;
  const StreamPlan& plan_;
  std::vector<BlockMaps> maps_;
};

}  // namespace

Result<ComposedStream> compose_stream(const PassContext& context, const ResidualStream& stream,
                                      const StreamPlan& plan) {
  StreamComposer composer(context, stream, plan);
  auto pairs = composer.run();
  if (!pairs) return propagate(std::move(pairs.error()));
  return ComposedStream{std::move(*pairs), composer.unread()};
}

}  // namespace ramus
