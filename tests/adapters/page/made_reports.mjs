// Reports that no model was needed for: very many nodes, and names that mean harm.

const digest = `sha256:${"0".repeat(64)}`;

function emptyReport(nodes) {
  return {
    schema: "ramus.report/1",
    tool: { name: "ramus", version: "0.0.0" },
    options: { seed: "0" },
    model: {
      path: "made.onnx",
      bytes: 1,
      digest,
      ir_version: 8,
      opset: { "ai.onnx": 13 },
      producer: "",
      graph_name: "made",
      nodes: nodes.length,
      values: nodes.length,
      parameters: 1000,
      weight_bytes: 4000,
    },
    groups: [],
    streams: [],
    factors: [],
    latent: [],
    features: [],
    specialization: [],
    modularity: [],
    notes: [],
    graphs: [{ path: "", prefix: "", inputs: ["v0"], outputs: [], nodes }],
  };
}

function node(index, name, op) {
  return { name, op, index, inputs: [`v${index}`], outputs: [`v${index + 1}`], hash: String(index).padStart(32, "0") };
}

function branch(id, name, nodes, more = {}) {
  return {
    id,
    name,
    nodes: nodes.map((one) => one.name),
    node_indices: nodes.map((one) => one.index),
    skip: nodes.length === 0,
    projection: false,
    layers: [],
    parameters: 100 * nodes.length,
    macs: 0,
    ...more,
  };
}

function group(id, name, kind, join, branches, more = {}) {
  return {
    id,
    name,
    kind,
    join: { node: join.name, index: join.index, op: join.op },
    fork: { value: `v${join.index}` },
    closed: true,
    leaking: false,
    parent: null,
    parent_branch: null,
    depth: 0,
    crossing: [],
    shared: [],
    branches,
    ...more,
  };
}

// Residual blocks of five nodes: the first half built alike, the others all different, every tenth with branches inside.
export function manyNodes(count) {
  const nodes = Array.from({ length: count }, (_, i) =>
    node(i, `layer${Math.floor(i / 5)}/n${i % 5}`, ["Conv", "Relu", "Conv", "Add", "Relu"][i % 5]),
  );
  const report = emptyReport(nodes);
  const blocks = Math.floor(count / 5),
    alike = Math.floor(blocks / 2);
  for (let i = 0; i < blocks; ++i) {
    const at = 5 * i,
      id = `g${report.groups.length}`;
    const arm = branch(`${id}.b1`, `layer${i}/arm`, nodes.slice(at, at + 3), { kernel: [3, 3] });
    report.groups.push(
      group(
        id,
        `layer${i}`,
        "residual",
        nodes[at + 3],
        [branch(`${id}.b0`, `layer${i}/skip`, []), arm],
        i < alike ? { repeated: { of: "g0", times: alike } } : {},
      ),
    );
    if (i < alike || i % 10 !== 0) continue;
    const inner = `g${report.groups.length}`;
    report.groups.push(
      group(
        inner,
        `layer${i}/inner`,
        "gate",
        nodes[at + 2],
        [branch(`${inner}.b0`, `layer${i}/a`, [nodes[at]]), branch(`${inner}.b1`, `layer${i}/b`, [nodes[at + 1]])],
        { parent: id, parent_branch: arm.id, depth: 1 },
      ),
    );
  }
  return report;
}

export const hostile = [
  `</script><img src=x onerror="window.hacked=1">`,
  `<!--<script>window.hacked=2</script>-->`,
  `"'\`; window.hacked=3; //`,
  `\u202Egnp.exe\u2066\u202E`,
  `👩‍👩‍👧‍👦 família ${"é".repeat(40)}`,
  `]]><svg onload=window.hacked=4>`,
  `@DATA@ @SCRIPT@ $& \\u003c`,
  "x".repeat(10_000),
  "__proto__",
  "",
];

// Everything that a model, its labels and features can name.
export function hostileNames() {
  const nodes = hostile.flatMap((name, i) => [
    node(2 * i, `${name}#${i}`, i % 2 === 0 ? "Conv" : name || "Op"),
    node(2 * i + 1, `join ${name}#${i}`, "Concat"),
  ]);
  const report = emptyReport(nodes);
  Object.assign(report.model, {
    path: `/tmp/${hostile[0]}.onnx`,
    producer: hostile[1],
    graph_name: hostile[2],
    opset: { "ai.onnx": 13, [hostile[0]]: 1 },
  });
  hostile.forEach((name, i) => {
    const id = `g${i}`,
      units = (b) => ({ layer: `join ${name}#${i}`, begin: 8 * b, end: 8 * b + 8 });
    report.groups.push(
      group(
        id,
        `${name}|${i}`,
        "concat",
        nodes[2 * i + 1],
        [0, 1].map((b) =>
          branch(`${id}.b${b}`, `${name}/${b}`, b === 0 ? [nodes[2 * i]] : [], { units: units(b), skip: false }),
        ),
      ),
    );
    const cell = (b) => ({
      family: name || "family",
      layer: `join ${name}#${i}`,
      hits: b === 0 ? 8 : 0,
      family_size: 8,
      branch_size: 8,
      population: 16,
      expected: 4,
      p: b === 0 ? 7.8e-5 : 1,
      log_p: b === 0 ? -9.46 : 0,
      log_odds: b === 0 ? 5.7 : -5.7,
      q: b === 0 ? 0.001 : 1,
      in_score: true,
    });
    const contrast = (b) => ({
      feature: name || "feature",
      at_layer: `${name}#${i}`,
      auc: b === 0 ? 1 : 0,
      delta: b === 0 ? 1 : -1,
      p: 1e-4,
      q: 2e-4,
      test: { name: "mann-whitney", method: "exact", n: [8, 8] },
      mean: b,
      mean_elsewhere: 1 - b,
    });
    report.specialization.push({
      group: id,
      score: 0.9,
      basis: "labels",
      p: 0.001,
      null_mean: 0,
      units: 16,
      layer: `join ${name}#${i}`,
      permutations: 999,
      features: [],
      set_aside: [name || "set"],
      branches: [0, 1].map((b) => ({
        branch: `${id}.b${b}`,
        score: 0.45,
        share: 0.5,
        enrichment: [cell(b)],
        features: [contrast(b)],
        factors: [],
      })),
      wiring: {},
      confounders: { kernel: [null, null], units: [8, 8], depth: [1, 1], kernels_differ: false },
      tests: {
        score: { name: "permutation", n: 16, permutations: 999 },
        enrichment: { name: "hypergeometric", corrected_over: 20 },
        features: { name: "mann-whitney", corrected_over: 20 },
      },
    });
    report.features.push({ layer: `${name}#${i}`, units: 4, [name || "feature"]: [0, 1, 2, 3] });
    const list = [0.5, -0.5, 0.5, -0.5];
    report.factors.push({
      id: `${name}#${i}->x`,
      from: `${name}#${i}`,
      from_index: 2 * i,
      from_weight: name,
      to: `join ${name}#${i}`,
      to_index: 2 * i + 1,
      joint: false,
      leaking: false,
      gated: false,
      summed: false,
      rows: 4,
      columns: 4,
      reduction: "l2",
      normalise: "inputs",
      centring: "rows",
      status: "found",
      total_energy: 2,
      sigma: [1, 1],
      energy: [0.5, 0.5],
      p: [0.01, 0.5],
      null: { method: "permutation", permutations: 99 },
      significant: 1,
      residual: 0,
      effective_rank: 2,
      effective_rank_exact: true,
      silent: { from: [], to: [] },
      beside: { raw: { sigma: [], one_signed: false, meaning: [] }, centred: { sigma: [], meaning: [] } },
      left: [list, list],
      right: [list, list],
      assignment: { from: [{ unit: 0, factor: 0, pole: 1, confidence: 0.5 }], to: [] },
      meaning: [
        {
          factor: 0,
          feature: name || "feature",
          pearson: 0.9,
          spearman: 0.9,
          partial: null,
          p: 0.001,
          q: 0.002,
          named: true,
          test: { name: "permutation", n: 4, permutations: 999 },
        },
      ],
    });
    report.notes.push({ where: name, code: "made", text: name });
  });
  return report;
}
