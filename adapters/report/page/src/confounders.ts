// What could fake a claim of a group: the sentences of ../text_confounders.cpp.
import type { Index } from "./index";
import { isNumbers, numbersOf } from "./packed";
import type { Group, Specialization } from "./report";
import { fixed, kLevel, listed, nameWithin, shortened, spaced } from "./words";

const kTogether = 0.4; // |Spearman| of two features from which one may stand for the other
const kNearRandom = 0.2;

function differ<T>(values: T[]): boolean {
  return values.some((value) => value !== values[0]);
}

export function confounders(index: Index, group: Group, entry: Specialization, claims: boolean): string[] {
  const out: string[] = [];
  const untrained = littleTrained(entry);
  if (!claims) return untrained ? [untrained] : [];
  const { kernel, units, depth, kernels_differ } = entry.confounders;
  const kernels = kernel.map((one) => (one ? `${one[0]}×${one[1]}` : "none"));
  const parts: string[] = [];
  if (differ(kernels)) parts.push(`kernels ${listed(kernels, 8)}`);
  if (differ(units)) parts.push(`units ${listed(units.map(String), 8)}`);
  if (differ(depth)) parts.push(`layers ${listed(depth.map(String), 8)}`);
  if (parts.length > 0) {
    out.push(
      `Branches that are not built alike: ${parts.join("; ")}${kernels_differ ? "; a pattern may gather where a kernel fits its size, whatever the branch" : ""}.`,
    );
  }
  const narrow = entry.branches.flatMap((branch, b) => {
    const built = group.branches[b];
    const first = built?.layers[0];
    const gathers = [...branch.enrichment, ...branch.factors].some((test) => test.q <= kLevel);
    if (!built || !first || built.layers.length < 2 || !gathers || first.end - first.begin >= (units[b] ?? 0))
      return [];
    return [
      `${shortened(nameWithin(group.name, built.name), 40)}: ${units[b]} units behind ${first.end - first.begin}`,
    ];
  });
  if (narrow.length > 0)
    out.push(`Units behind one bottleneck are not independent, and count as if they were (${listed(narrow)}).`);
  const together = featuresTogether(index, group, entry);
  if (together.length > 0)
    out.push(`Features that go together may be one difference, told twice: ${listed(together)}.`);
  if (untrained) out.push(untrained);
  return out;
}

function littleTrained(entry: Specialization): string | undefined {
  const random = entry.confounders.from_random;
  if (!random || random.distance > kNearRandom) return undefined;
  return `Filters that look little trained: the colours of all ${random.n} lie within ${fixed(random.distance)} of random filters' (Kolmogorov's distance).`;
}

function featuresTogether(index: Index, group: Group, entry: Specialization): string[] {
  const claimed = [
    ...new Set(
      entry.branches.flatMap((branch) => branch.features.filter((one) => one.q <= kLevel).map((one) => one.feature)),
    ),
  ];
  const values = claimed.map((feature) =>
    group.branches.flatMap((branch) => {
      const first = branch.layers[0];
      const all = first && index.featuresOf(first.layer, group.graph)?.[feature];
      return first && isNumbers(all) ? numbersOf(all).slice(first.begin, first.end) : [];
    }),
  );
  const out: string[] = [];
  for (let i = 0; i < claimed.length; ++i) {
    for (let j = i + 1; j < claimed.length; ++j) {
      const r = spearman(values[i]!, values[j]!);
      if (r !== undefined && Math.abs(r) >= kTogether)
        out.push(
          `${spaced(claimed[i]!)} and ${spaced(claimed[j]!)} (Spearman ${fixed(r)} over ${values[i]!.length} units)`,
        );
    }
  }
  return out;
}

function ranks(values: number[]): number[] {
  const order = values.map((value, i) => [value, i] as const).sort((a, b) => a[0] - b[0]);
  const out = new Array<number>(values.length);
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && order[j]![0] === order[i]![0]) ++j;
    for (let k = i; k < j; ++k) out[order[k]![1]] = (i + j - 1) / 2;
    i = j;
  }
  return out;
}

export function spearman(a: number[], b: number[]): number | undefined {
  if (a.length !== b.length || a.length < 3) return undefined;
  const x = ranks(a),
    y = ranks(b),
    mean = (a.length - 1) / 2;
  let xy = 0,
    xx = 0,
    yy = 0;
  x.forEach((value, i) => {
    xy += (value - mean) * (y[i]! - mean);
    xx += (value - mean) ** 2;
    yy += (y[i]! - mean) ** 2;
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : undefined;
}
