// What the map draws: forks and plain nodes one after the other, branches inside, runs of alike groups folded.
//
//   Sequence = [Beads | Fork | Fold | Cut]...      Fork: one Sequence for each branch
import type { Index } from "./index";
import type { Branch, Group, Stream } from "./report";

export interface Beads {
  type: "beads";
  ops: string[]; // in order
}

export interface Lane {
  branch: Branch;
  place: number;
  inside: Item[];
}

export interface Fork {
  type: "fork";
  group: Group;
  lanes: Lane[];
  through: boolean; // one lane is the trunk itself: a residual block
}

export interface Fold {
  type: "fold";
  key: string;
  times: number;
  items: Item[]; // the first of them
  groups: number; // that are folded away, the first ones not counted
  all: Item[];
}

export interface Cut {
  type: "cut"; // more groups than are drawn at once
  key: string;
  groups: number;
}

export interface Unravelled {
  type: "unravelled";
  stream: Stream;
}

export type Item = Beads | Fork | Fold | Cut | Unravelled;

export interface TreeOptions {
  expanded: Set<string>; // keys of folds and cuts, ids of groups inside lanes
  unravelled: boolean;
}

export const kFewGroups = 12; // up to which nothing is folded
const kMostAtOnce = 80; // forks of one sequence
const kLongestPeriod = 8;

export function treesOf(index: Index, options: TreeOptions): { graph: string; items: Item[] }[] {
  const roots = new Map<string, Group[]>();
  for (const group of index.report.groups) {
    if (group.parent !== null) continue;
    const graph = group.graph ?? "";
    const list = roots.get(graph);
    if (list) list.push(group);
    else roots.set(graph, [group]);
  }
  if (!roots.has("")) roots.set("", []);
  return [...roots]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([graph, groups]) => {
      const nodes = [...(index.ops.get(graph)?.keys() ?? [])];
      return { graph, items: new Builder(index, options).sequence(graph, groups, nodes, `root:${graph}`) };
    });
}

class Builder {
  constructor(
    private readonly index: Index,
    private readonly options: TreeOptions,
  ) {}

  // Groups and the nodes between them, in the file's order.
  sequence(graph: string, groups: Group[], nodes: number[], key: string): Item[] {
    const inside = new Set<number>();
    const placed = groups.map((group) => {
      let first = Infinity;
      for (const node of this.allNodes(group)) {
        inside.add(node);
        first = Math.min(first, node);
      }
      const join = group.join.index;
      if (join !== null && group.kind !== "heads" && group.kind !== "grouped") inside.add(join);
      return { group, at: Math.min(first, join ?? Infinity) };
    });
    placed.sort((a, b) => (a.group.join.index ?? Infinity) - (b.group.join.index ?? Infinity) || a.at - b.at);
    const ops = this.index.ops.get(graph);
    const plain = [...new Set(nodes)].filter((node) => !inside.has(node)).sort((a, b) => a - b);
    const items: Item[] = [];
    let next = 0;
    const beadsUpTo = (limit: number) => {
      const run: string[] = [];
      while (next < plain.length && plain[next]! < limit) run.push(ops?.get(plain[next++]!) ?? "?");
      const telling = run.filter((op) => op !== "Constant");
      if (telling.length > 0) items.push({ type: "beads", ops: telling });
    };
    for (const { group, at } of placed) {
      beadsUpTo(group.join.index === null ? Infinity : Number.isFinite(at) ? at : 0);
      items.push(this.fork(group));
    }
    beadsUpTo(Infinity);
    const unravelled = this.options.unravelled ? this.unravel(items) : items;
    return this.cut(this.fold(unravelled, key), key);
  }

  // With those of conditional bodies left out: they count in another graph.
  private allNodes(group: Group): number[] {
    return group.branches.flatMap((branch) => (branch.body ? [] : branch.node_indices));
  }

  private fork(group: Group): Fork {
    const lanes = group.branches.map((branch, place) => {
      const children = this.index.children.get(branch.id) ?? [];
      const graph = branch.body ?? group.graph ?? "";
      const inside =
        this.options.expanded.has(group.id) && children.length > 0
          ? this.sequence(graph, children, branch.node_indices, branch.id)
          : [];
      return { branch, place, inside };
    });
    const through = group.kind === "residual" && lanes.filter((lane) => lane.branch.skip).length === 1;
    return { type: "fork", group, lanes, through };
  }

  // The forks of one residual stream, and what stands between them, as one item.
  private unravel(items: Item[]): Item[] {
    const out: Item[] = [];
    let open: Stream | undefined;
    for (const item of items) {
      const stream = item.type === "fork" ? this.index.streamOf.get(item.group.id)?.stream : undefined;
      if (stream && stream.blocks.length > 1) {
        if (stream !== open) out.push({ type: "unravelled", stream });
        open = stream;
      } else if (item.type === "fork") {
        out.push(item);
        open = undefined;
      } else if (!open || items.indexOf(item) > lastFork(items)) {
        out.push(item);
      }
    }
    return out;
  }

  // Tandem repeats of alike groups, as the shortest period that repeats.
  private fold(items: Item[], key: string): Item[] {
    const units = unitsOf(items);
    if (units.length <= kFewGroups || this.index.report.groups.length <= kFewGroups) return items;
    const out: Item[] = [];
    let at = 0;
    while (at < units.length) {
      const { period, times } = longestRun(units, at);
      const groups = units.slice(at, at + period * times).filter((unit) => unit.group !== "").length;
      if (times < 3 || groups < 3) {
        out.push(...units[at]!.items);
        ++at;
        continue;
      }
      const name = `${key}/${units[at]!.group}x${times}`;
      const all = units.slice(at, at + period * times).flatMap((unit) => unit.items);
      const first = units.slice(at, at + period).flatMap((unit) => unit.items);
      const expanded = this.options.expanded.has(name);
      out.push({
        type: "fold",
        key: name,
        times,
        items: expanded ? this.cut(all, name) : first,
        all,
        groups: (groups / times) * (times - 1),
      });
      at += period * times;
    }
    return out;
  }

  private cut(items: Item[], key: string): Item[] {
    const name = `cut:${key}`;
    if (this.options.expanded.has(name)) return items;
    let forks = 0;
    for (let i = 0; i < items.length; ++i) {
      if (items[i]!.type !== "beads" && ++forks > kMostAtOnce) {
        const rest = items.slice(i);
        return [
          ...items.slice(0, i),
          { type: "cut", key: name, groups: rest.filter((item) => item.type !== "beads").length },
        ];
      }
    }
    return items;
  }
}

function lastFork(items: Item[]): number {
  for (let i = items.length - 1; i >= 0; --i) if (items[i]!.type === "fork") return i;
  return -1;
}

interface Unit {
  sign: string; // equal for units that are built alike
  group: string;
  items: Item[];
}

// A fork with the beads before it.
function unitsOf(items: Item[]): Unit[] {
  const units: Unit[] = [];
  let before: Item[] = [];
  for (const item of items) {
    if (item.type === "beads") {
      before.push(item);
      continue;
    }
    const group = item.type === "fork" ? (item.group.repeated?.of ?? item.group.id) : "";
    units.push({ sign: `${group}|${item.type}`, group, items: [...before, item] });
    before = [];
  }
  if (before.length > 0) units.push({ sign: `end${units.length}`, group: "", items: before });
  return units;
}

function longestRun(units: Unit[], at: number): { period: number; times: number } {
  let best = { period: 1, times: 1 };
  for (let period = 1; period <= kLongestPeriod && at + 2 * period <= units.length; ++period) {
    let length = period;
    while (at + length < units.length && units[at + length]!.sign === units[at + length - period]!.sign) ++length;
    const times = Math.floor(length / period);
    if (times > 1 && times * period > best.times * best.period) best = { period, times };
    if (times > 1) break;
  }
  return best;
}

// "Conv · Relu · MaxPool +2": operators with weights first to be named, each once.
export function opsText(ops: string[], most = 3): { text: string; rest: number } {
  const distinct = [...new Set(ops)];
  const weight = (op: string) =>
    /Conv|MatMul|Gemm|LSTM|GRU|RNN|Attention|Einsum/.test(op)
      ? 0
      : /Pool|Norm|Softmax|Relu|Gelu|Sigmoid/.test(op)
        ? 1
        : 2;
  const chosen = new Set([...distinct].sort((a, b) => weight(a) - weight(b)).slice(0, most));
  const shown = distinct.filter((op) => chosen.has(op));
  return { text: shown.join(" · "), rest: ops.length - shown.length };
}
