// One layer's units as the factor plots need them: place, picture, features, branch, assignment.
import type { Index } from "./index";
import { kFewPixels, kernelUrls } from "./kernels";
import { assignedOf, isNumbers, numbersOf } from "./packed";
import type { Assigned, Factors, Features } from "./report";

export interface Unit {
  unit: number;
  loadings: number[]; // by factor, as far as the report has them
  picture?: string;
  crisp?: boolean; // a picture of few pixels, which are shown as such
  branch?: string; // id
  place?: number; // of the branch in its group
  assigned?: Assigned;
  features: [name: string, value: number][];
}

const kNotFeatures = new Set(["layer", "graph", "units", "linearised", "field"]);
const kMostPictures = 600; // of one plot

export function unitsOf(index: Index, factors: Factors, side: "from" | "to"): Unit[] {
  const shared = index.withVectors(factors);
  const vectors = ((side === "from" ? shared.right : shared.left) ?? [])
    .map(numbersOf)
    .filter((vector) => vector.length > 0);
  const size = vectors[0]?.length ?? 0;
  const layer = side === "from" ? factors.from : factors.to;
  const assigned = new Map(assignedOf(shared.assignment?.[side]).map((entry) => [entry.unit, entry]));
  const branches = branchesOfUnits(index, layer, size, factors.graph);
  const sources =
    side === "from" && factors.joint
      ? partsOf(index, layer, size, factors.graph)
      : [{ layer, begin: 0, offset: 0, end: size }];
  const units: Unit[] = [];
  for (let unit = 0; unit < size; ++unit) {
    units.push({ unit, loadings: vectors.map((vector) => vector[unit] ?? 0), features: [] });
    const last = units[unit]!;
    const branch = branches[unit];
    if (branch) Object.assign(last, branch);
    const own = assigned.get(unit);
    if (own) last.assigned = own;
  }
  for (const source of sources) {
    const features = index.featuresOf(source.layer, factors.graph);
    const pictures = index.picturesOf(source.layer, factors.graph);
    const urls = pictures && size <= kMostPictures ? kernelUrls(pictures) : [];
    const columns = featureColumns(features);
    for (let unit = source.begin; unit < source.end && unit < size; ++unit) {
      const there = unit - source.begin + source.offset;
      const picture = urls[there];
      if (picture) Object.assign(units[unit]!, { picture, crisp: pictures!.width < kFewPixels });
      for (const [name, values] of columns)
        if (values[there] !== undefined) units[unit]!.features.push([name, values[there]]);
    }
  }
  return units;
}

function featureColumns(features: Features | undefined): [string, number[]][] {
  return Object.entries(features ?? {}).flatMap(([name, values]): [string, number[]][] =>
    !kNotFeatures.has(name) && isNumbers(values) ? [[name, numbersOf(values)]] : [],
  );
}

// The layers whose units stand side by side at a join.
function partsOf(index: Index, join: string, size: number, graph?: string) {
  const parts: { layer: string; begin: number; end: number; offset: number }[] = [];
  for (const { branch, group } of index.branches.values()) {
    const last = branch.layers.at(-1);
    if (branch.units?.layer !== join || (group.graph ?? "") !== (graph ?? "") || !last) continue;
    const width = branch.units.end - branch.units.begin;
    if (last.end - last.begin === width && branch.units.end <= size)
      parts.push({ layer: last.layer, begin: branch.units.begin, end: branch.units.end, offset: last.begin });
  }
  return parts;
}

function branchesOfUnits(
  index: Index,
  layer: string,
  size: number,
  graph?: string,
): ({ branch: string; place: number } | undefined)[] {
  const out: ({ branch: string; place: number } | undefined)[] = new Array(size).fill(undefined);
  for (const { branch, group, place } of index.branches.values()) {
    if ((group.graph ?? "") !== (graph ?? "")) continue;
    for (const range of [...branch.layers, ...(branch.units ? [branch.units] : [])]) {
      if (range.layer !== layer) continue;
      for (let unit = range.begin; unit < Math.min(range.end, size); ++unit) out[unit] = { branch: branch.id, place };
    }
  }
  return out;
}
