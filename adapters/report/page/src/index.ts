// The report with what the page looks up again and again.
import type { Branch, Data, Factors, Features, Group, Pictures, Report, Specialization, Stream } from "./report";
import { type Claim, claimsOf } from "./claims";

export class Index {
  readonly report: Report;
  readonly groups = new Map<string, Group>();
  readonly branches = new Map<string, { branch: Branch; group: Group; place: number }>();
  readonly children = new Map<string, Group[]>(); // by id of the branch that holds them
  readonly specialization = new Map<string, Specialization>();
  readonly factors = new Map<string, Factors>();
  readonly streamOf = new Map<string, { stream: Stream; block: number }>(); // by id of a group
  readonly claims: Claim[];
  readonly claimsOfBranch = new Map<string, Claim[]>(); // strongest first
  readonly ops = new Map<string, Map<number, string>>(); // by graph and index
  readonly text: string | undefined;
  readonly leftOut: number;
  private readonly features = new Map<string, Features>();
  private readonly pictures = new Map<string, Pictures>();

  constructor(data: Data) {
    this.report = data.report;
    this.text = data.text;
    this.leftOut = data.left_out ?? 0;
    for (const group of this.report.groups) {
      this.groups.set(group.id, group);
      group.branches.forEach((branch, place) => this.branches.set(branch.id, { branch, group, place }));
      if (group.parent_branch) push(this.children, group.parent_branch, group);
    }
    for (const entry of this.report.specialization) this.specialization.set(entry.group, entry);
    for (const entry of this.report.factors) this.factors.set(entry.id, entry);
    for (const entry of this.report.features) this.features.set(key(entry.layer, entry.graph), entry);
    for (const entry of data.pictures ?? []) this.pictures.set(key(entry.layer, entry.graph), entry);
    for (const stream of this.report.streams) {
      stream.blocks.forEach((block, place) => this.streamOf.set(block.group, { stream, block: place }));
    }
    for (const graph of this.report.graphs) {
      this.ops.set(graph.path, new Map(graph.nodes.map((node) => [node.index, node.op])));
    }
    this.claims = claimsOf(this);
    for (const claim of this.claims) push(this.claimsOfBranch, claim.branch, claim);
  }

  hasPictures(): boolean {
    return this.pictures.size > 0;
  }

  featuresOf(layer: string, graph?: string): Features | undefined {
    return this.features.get(key(layer, graph));
  }

  picturesOf(layer: string, graph?: string): Pictures | undefined {
    return this.pictures.get(key(layer, graph));
  }

  // With left, right and assignment, which equal matrices share.
  withVectors(factors: Factors): Factors {
    return (factors.same_as && this.factors.get(factors.same_as)) || factors;
  }

  // The feature that names a factor of a wiring.
  nameOfFactor(wiring: string | undefined, factor: number): string | undefined {
    return this.factors.get(wiring ?? "")?.meaning.find((entry) => entry.named && entry.factor === factor)?.feature;
  }

  // What is claimed of the branch, strongest first.
  claimed(branch: string): Claim[] {
    return (this.claimsOfBranch.get(branch) ?? []).filter((claim) => claim.claimed);
  }
}

function key(layer: string, graph?: string): string {
  return `${graph ?? ""}\n${layer}`;
}

function push<T>(map: Map<string, T[]>, name: string, value: T): void {
  const list = map.get(name);
  if (list) list.push(value);
  else map.set(name, [value]);
}
