// The first minute: where the branches are, what they do, how sure that is. Sentences, each from the report's numbers.
import { h } from "./dom";
import type { Claim } from "./claims";
import type { Index } from "./index";
import type { Group, Specialization, Stream } from "./report";
import { bigText, count, fixed, human, kLevel, listed, pText, percent, shortened, spaced } from "./words";

const kMostNames = 4;
const kMostClaims = 3;

const kKinds: Record<string, [one: string, many: string]> = {
  concat: ["concatenation", "concatenations"],
  sum: ["sum of branches", "sums of branches"],
  residual: ["residual block", "residual blocks"],
  gate: ["gate", "gates"],
  split: ["split of channels", "splits of channels"],
  towers: ["meeting of separate inputs", "meetings of separate inputs"],
  other: ["other join", "other joins"],
  grouped: ["grouped layer", "grouped layers"],
  conditional: ["choice between bodies", "choices between bodies"],
  outputs: ["parting into outputs", "partings into outputs"],
  heads: ["attention with heads", "attentions with heads"],
  experts: ["mixture of experts", "mixtures of experts"],
};

export function kindText(kind: string, n = 1): string {
  return (kKinds[kind] ?? [kind, kind])[n === 1 ? 0 : 1];
}

function name(text: string) {
  return h("b", { dir: "auto" }, shortened(text, 40));
}

// "4 attentions with heads, 8 residual blocks"
function kinds(groups: Group[]): string {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(group.kind, (counts.get(group.kind) ?? 0) + 1);
  return listed(
    [...counts].sort((a, b) => b[1] - a[1]).map(([kind, n]) => count(n, ...(kKinds[kind] ?? [kind, kind]))),
  );
}

function names(groups: Group[]): (Node | string)[] {
  return groups.flatMap((group, i) => [i === 0 ? "" : i === groups.length - 1 ? " and " : ", ", name(group.name)]);
}

export function whereText(index: Index): (Node | string)[] {
  const { groups, streams, model } = index.report;
  const out: (Node | string)[] = [
    `A network of ${count(model.nodes, "node")} and ${human(model.parameters)} parameters. `,
  ];
  if (groups.length === 0) return [...out, "It has no branches that can be seen: each layer reads the one before it. "];
  const sizes = new Set(groups.map((group) => group.branches.length));
  const all = groups.reduce((sum, group) => sum + group.branches.length, 0);
  if (groups.length === 1) {
    const [group] = groups as [Group];
    out.push(
      "Its path forks once, into ",
      h("b", {}, count(group.branches.length, "branch", "branches")),
      " that work side by side",
      group.join.node === null ? " and end in outputs of their own." : " and meet again in ",
      ...(group.join.node === null ? [] : [name(group.name), ` (${kindText(group.kind)}).`]),
    );
  } else {
    out.push(
      "Its path forks in ",
      h("b", {}, count(groups.length, "place")),
      sizes.size === 1
        ? ` into ${groups[0]!.branches.length} branches each`
        : ` into ${all.toLocaleString("en")} branches`,
    );
    if (groups.length <= kMostNames)
      out.push(
        groups.every((group) => group.join.node !== null)
          ? " that work side by side and meet again: "
          : " that work side by side: ",
        ...names(groups),
        ".",
      );
    else out.push(`: ${kinds(groups)}.`);
  }
  const stream = streams.reduce(
    (most, one) => (one.blocks.length > (most?.blocks.length ?? 1) ? one : most),
    undefined as Stream | undefined,
  );
  if (stream)
    out.push(
      ` ${stream.blocks.length} of its blocks add into one residual stream, and so work in parallel: ${bigText(stream.paths)} paths lead through them.`,
    );
  return out;
}

// The strongest claims, no branch twice before every other one had its turn.
export function topClaims(index: Index, most: number): Claim[] {
  const turns = new Map<string, number>();
  const ranked = index.claims
    .filter((claim) => claim.claimed && claim.effect > 0)
    .map((claim) => {
      const turn = turns.get(claim.branch) ?? 0;
      turns.set(claim.branch, turn + 1);
      return { claim, turn };
    });
  const kindRank = (claim: Claim) => (claim.kind === "factor" ? 1 : 0);
  ranked.sort((a, b) => a.turn - b.turn || kindRank(a.claim) - kindRank(b.claim) || a.claim.logP - b.claim.logP);
  return ranked.slice(0, most).map((entry) => entry.claim);
}

export function whatText(index: Index, open: (branch: string) => void): (Node | string)[] {
  const { specialization, factors } = index.report;
  const claims = topClaims(index, kMostClaims);
  if (claims.length > 0) {
    const told = claims.flatMap((claim, i): (Node | string)[] => [
      i === 0 ? " " : "; ",
      h(
        "button",
        { class: "link", type: "button", onclick: () => open(claim.branch) },
        h("span", { dir: "auto" }, shortened(index.branches.get(claim.branch)!.branch.name, 32)),
      ),
      " holds ",
      h(
        "span",
        { dir: "auto" },
        claim.kind === "family"
          ? familyText(claim)
          : claim.kind === "feature"
            ? `units with more ${shortened(claim.about, 40)} (${claim.size})`
            : shortened(claim.brief, 60),
      ),
    ]);
    return [h("b", {}, "The branches have specialised:"), ...told, "."];
  }
  const out: (Node | string)[] = [];
  const tested = specialization.some((entry) =>
    entry.branches.some((b) => b.enrichment.length + b.features.length + b.factors.length > 0),
  );
  if (tested)
    out.push(
      h("b", {}, "No branch was found to specialise:"),
      " they were compared, and none differs from the others beyond chance.",
    );
  else if (index.report.groups.length > 0)
    out.push(
      h("b", {}, "What the branches do was not tested:"),
      " no labels of units were given, and no branches read the image.",
    );
  const named = factors.filter((entry) => entry.meaning.some((meaning) => meaning.named));
  if (named.length > 0) {
    const words = [
      ...new Set(
        named.flatMap((entry) => entry.meaning.filter((m) => m.named).map((m) => shortened(spaced(m.feature), 40))),
      ),
    ];
    out.push(` Between ${count(named.length, "pair")} of layers, units hold together by ${listed(words, kMostNames)}.`);
  }
  const pairs = index.report.streams.flatMap((stream) => stream.composition.filter((pair) => pair.kind === "block"));
  const composed = pairs.filter((pair) => pair.q <= kLevel && pair.excess > 0);
  if (pairs.length > 0)
    out.push(
      ` In ${composed.length} of ${count(pairs.length, "pair")} of residual blocks the later one reads what the earlier one writes more than chance would (q at most ${kLevel}).`,
    );
  return out;
}

// "all 9 units labelled BW vs Color"
function familyText(claim: Claim): string {
  const [hits, size] = claim.brief.split(" of ");
  const family = shortened(claim.about, 40);
  return hits === size?.split(" ")[0]
    ? `all ${hits} units labelled ${family}`
    : `${hits} of the ${size?.split(" ")[0]} units labelled ${family}`;
}

function scored(index: Index): Specialization[] {
  return index.report.specialization
    .filter((entry) => entry.score !== null)
    .sort((a, b) => (a.p ?? 1) - (b.p ?? 1) || (b.score ?? 0) - (a.score ?? 0));
}

export function sureText(index: Index): (Node | string)[] {
  const out: (Node | string)[] = [];
  const [first] = scored(index);
  const tests = index.claims.length,
    claimed = index.claims.filter((claim) => claim.claimed).length;
  if (tests === 0 && !first)
    return [
      "What stands in the map is structure, read from the graph: exact, and no estimate.",
      index.report.factors.length > 0 ? " Whatever is said of weights below stands beside what chance would give." : "",
    ];
  if (first) {
    const tries = first.permutations ?? 0,
      p = first.p ?? 1;
    const none = p <= 1.0001 / (1 + tries);
    out.push(
      h("b", {}, p <= kLevel ? "That is more than chance:" : "Chance could do as much:"),
      none
        ? ` none of ${tries} random deals of the units gave as sharp a split (`
        : ` random deals of the units gave as sharp a split in ${percent(p)} of ${tries} tries (`,
      shortened(index.groups.get(first.group)!.name, 40),
      `: score ${fixed(first.score ?? 0)} of 1, by chance ${fixed(first.null_mean ?? 0)}, p ${pText(p)})`,
      tests > 0 ? ", and " : ". ",
    );
  }
  if (tests > 0 && !first) out.push(h("b", {}, "How sure that is: "));
  if (tests > 0)
    out.push(
      `${claimed} of ${tests} questions asked of single branches pass with at most 5 % of false claims among them. `,
    );
  const confounded = index.report.specialization.some(
    (entry) =>
      entry.confounders.kernels_differ && index.claims.some((claim) => claim.group === entry.group && claim.claimed),
  );
  if (confounded)
    out.push("But the branches differ in kernel size too, and a pattern may gather where a kernel fits it. ");
  out.push("One network is one training: whether another would do the same, only others can show.");
  return out;
}

// Of all branches at once: what can be said in one word.
function verdict(index: Index): [sign: string, text: string] {
  if (index.report.groups.length === 0) return ["none", "no branches"];
  if (index.claims.length === 0 && scored(index).length === 0) return ["structure", "what branches do: not tested"];
  return index.claims.some((claim) => claim.claimed)
    ? ["found", "specialised beyond chance"]
    : ["chance", "no more than chance"];
}

export function facts(index: Index): string[] {
  const { model } = index.report;
  const opset = Object.entries(model.opset).map(([domain, version]) => `${shortened(domain, 24)} ${version}`);
  return [
    count(model.nodes, "node"),
    `${human(model.parameters)} parameters`,
    listed(opset, 3),
    model.producer ? `by ${shortened(model.producer, 40)}` : "",
  ].filter((text) => text !== "");
}

export function header(index: Index, open: (branch: string) => void): HTMLElement {
  const [sign, text] = verdict(index);
  return h(
    "section",
    { class: "summary", "aria-label": "Summary" },
    h("p", { class: "verdict" }, h("span", { class: `sign ${sign}` }, text)),
    h("p", { class: "first" }, whereText(index), " ", whatText(index, open), " ", sureText(index)),
    h(
      "details",
      { class: "explain" },
      h("summary", {}, "New to this? What a branch is, and what it means that it specialises"),
      h(
        "p",
        {},
        "A network passes numbers from layer to layer. At some places the path forks: several runs of layers, the ",
        h("b", {}, "branches"),
        ", read the same values, work side by side without seeing each other, and meet again where their results are joined or added.",
      ),
      h(
        "p",
        {},
        "Each layer holds many small detectors, its ",
        h("b", {}, "units"),
        ". Training need not put any of them into a particular branch. Where units of one kind gather in one branch nevertheless – all colour detectors in one, all edge detectors in the other – the branch has ",
        h("b", {}, "specialised"),
        ". This page shows where the forks are, which units gather, and how often chance alone would do the same (p; q once corrected for the number of questions asked).",
      ),
      h(
        "p",
        {},
        "After Voss, Goh, Cammarata, Petrov, Schubert, Olah, Branch Specialization, Distill 2021, doi 10.23915/distill.00024.008.",
      ),
    ),
  );
}
