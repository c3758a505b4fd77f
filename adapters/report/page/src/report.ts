// What the page reads of a report (schema ramus.report/1, ../report.schema.json), and what stands beside it.
import type { Numbers } from "./packed";

export interface Range {
  layer: string;
  begin: number;
  end: number;
}

export interface Branch {
  id: string;
  name: string;
  nodes: string[];
  node_indices: number[];
  skip: boolean;
  projection: boolean;
  body?: string;
  units?: Range;
  layers: Range[];
  first_layer?: { node: string; index: number };
  parameters: number;
  macs: number;
  kernel?: [number, number];
}

export interface Group {
  id: string;
  name: string;
  kind: string;
  graph?: string;
  join: { node: string | null; index: number | null; op: string | null; along?: string };
  fork: { value: string; node?: string; index?: number };
  closed: boolean;
  leaking: boolean;
  parent: string | null;
  parent_branch: string | null;
  depth: number;
  repeated?: { of: string; times: number };
  crossing: string[];
  shared: string[];
  branches: Branch[];
}

export type Link = "exact" | "linear" | "approximate";

export interface Pair {
  kind: "block" | "query" | "key" | "value";
  from_block: number;
  to_block: number;
  from_head?: number;
  to_head?: number;
  link: Link;
  via: string[];
  score: number;
  baseline: number;
  excess: number;
  z: number;
  p: number;
  q: number;
  test: { name: string; n: number };
}

export interface PermutedQ {
  mean: number;
  sd: number;
  z: number | null;
  p: number;
}

export interface Communities {
  of: "blocks" | "heads";
  k: number;
  members: { block: number; head?: number; community: number }[];
  pairs: number;
  edges: number;
  newman_q: number;
  null: { permutations: number; any_order: PermutedQ; by_distance: PermutedQ };
  stability: number;
  runs: number;
}

export interface Block {
  group: string;
  branch: string;
  read: { value: string };
  write: { node: string };
  link: Link;
  via: string[];
}

export interface Stream {
  id: string;
  name: string;
  graph?: string;
  start: { value: string };
  end: { value: string };
  blocks: Block[];
  paths: string;
  path_lengths: string[];
  composition: Pair[];
  communities: Communities[];
}

export interface Meaning {
  factor: number;
  feature: string;
  pearson: number;
  spearman: number;
  partial: number | null;
  p: number;
  q: number;
  linearised?: true;
  named: boolean;
  test: { name: string; n: number; permutations: number };
}

export type Assigned = { unit: number; factor: number; pole: number; confidence: number };

export interface Factors {
  id: string;
  graph?: string;
  from: string;
  to: string;
  joint: boolean;
  summed: boolean;
  gated: boolean;
  leaking: boolean;
  rows: number;
  columns: number;
  reduction: string;
  normalise: string;
  centring: string;
  status: string;
  sigma: number[];
  energy: number[];
  p: number[];
  null: { method: string; permutations: number; upper?: number[] };
  significant: number;
  effective_rank: number;
  effective_rank_exact: boolean;
  same_as?: string;
  left?: Numbers[];
  right?: Numbers[];
  assignment?: { from: string | Assigned[]; to: string | Assigned[] };
  meaning: Meaning[];
}

export interface Latent {
  id: string;
  from: string;
  to: string;
  rows: number;
  columns: number;
  status: string;
  branches: number;
  n_cut: number;
  gap: number;
  energy: number;
  p: number;
  null: { n_cut: number; energy: number; permutations: number };
  saved: number;
  lost: number;
}

// Beside these fields, one Numbers per feature: of each unit.
export interface Features {
  layer: string;
  graph?: string;
  units: number;
  linearised?: boolean;
  field?: [number, number];
  [feature: string]: unknown;
}

export interface Enrichment {
  family: string;
  layer: string;
  hits: number;
  family_size: number;
  branch_size: number;
  population: number;
  expected: number;
  p: number;
  log_p: number;
  log_odds: number;
  q: number;
  in_score: boolean;
}

export interface Contrast {
  feature: string;
  at_layer: string;
  linearised?: true;
  auc: number;
  delta: number;
  p: number;
  q: number;
  test: { name: string; method: string; n: [number, number] };
  mean: number;
  mean_elsewhere: number;
}

export interface FactorShare {
  factor: number;
  energy_share: number;
  expected: number;
  p: number;
  q: number;
}

export interface MassTest {
  value: number;
  null_mean: number;
  p: number;
}

export interface Reads {
  from: string;
  mass: number[][];
  expected: number[][];
  information: MassTest;
  barber_q: MassTest;
  null: { permutations: number; units: number };
}

export interface Spread {
  feature: string;
  linearised?: boolean;
  h: number;
  eta_squared: number;
  p: number;
  q: number;
  test: { name: string; n: number; groups: number };
}

export interface Specialization {
  group: string;
  score: number | null;
  basis: "labels" | "factors" | null;
  p: number | null;
  null_mean: number | null;
  standard_error?: number;
  null_quantiles?: number[];
  units: number | null;
  layer?: string;
  permutations?: number;
  features: Spread[];
  factors_of?: string;
  set_aside: string[];
  branches: {
    branch: string;
    score: number | null;
    share: number | null;
    enrichment: Enrichment[];
    features: Contrast[];
    factors: FactorShare[];
  }[];
  wiring: { reads?: Reads[] };
  confounders: {
    kernel: ([number, number] | null)[];
    units: number[];
    depth: number[];
    kernels_differ: boolean;
    from_random?: { distance: number; n: number };
  };
  tests: Record<string, { name: string; n?: number; permutations?: number; corrected_over?: number }>;
}

export interface Against {
  value: number;
  null_mean: number;
  null_sd: number;
  z: number | null;
  p: number | null;
}

export interface Modularity {
  graph?: string;
  partition: "branches" | "clusters";
  groups?: string[];
  k: number;
  units: number;
  matrices: number;
  n_cut: Against;
  q: Against;
  null: { method: string; permutations: number };
}

export interface GraphNode {
  name: string;
  op: string;
  index: number;
}

export interface Report {
  schema: string;
  tool: { name: string; version: string };
  options: Record<string, string>;
  model: {
    path: string;
    bytes: number;
    digest: string;
    ir_version: number;
    opset: Record<string, number>;
    producer: string;
    graph_name: string;
    nodes: number;
    values: number;
    parameters: number;
    weight_bytes: number;
  };
  groups: Group[];
  streams: Stream[];
  factors: Factors[];
  latent: Latent[];
  features: Features[];
  specialization: Specialization[];
  modularity: Modularity[];
  notes: { where: string; code: string; text: string }[];
  graphs: { path: string; prefix: string; nodes: GraphNode[] }[];
}

// Kernels of a layer on the image: base64 of [units x height x width x 3], 128 is zero.
export interface Pictures {
  layer: string;
  graph?: string;
  height: number;
  width: number;
  pixels: string;
}

export interface Data {
  report: Report;
  text?: string; // the summary of `--format text`
  pictures?: Pictures[];
  left_out?: number; // lists of numbers, for the size of the file
}
