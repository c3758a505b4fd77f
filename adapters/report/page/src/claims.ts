// Everything that was tested of a branch, in one form: what, how large, how sure, by which test.
import type { Index } from "./index";
import type { Contrast, Enrichment, FactorShare, Specialization } from "./report";
import { count, fixed, kLevel, pText, percent, spaced } from "./words";

export interface Claim {
  group: string;
  branch: string;
  kind: "family" | "feature" | "factor";
  about: string; // "Curves", "colour", "factor 0 (frequency)"
  effect: number; // in [-1, 1]; positive: more of it here
  brief: string; // "30 of 30 Curves", "higher colour"
  size: string; // "odds ratio 182", "AUC 0.96"
  sentence: string; // with test, n, effect, p, q
  test: string;
  n: string;
  p: number;
  logP: number;
  q: number;
  claimed: boolean;
}

export function claimsOf(index: Index): Claim[] {
  const all: Claim[] = [];
  for (const entry of index.report.specialization) {
    for (const branch of entry.branches) {
      const base = { group: entry.group, branch: branch.branch };
      for (const cell of branch.enrichment) all.push({ ...base, ...family(cell, entry) });
      for (const contrast of branch.features) all.push({ ...base, ...feature(contrast, entry) });
      for (const share of branch.factors) all.push({ ...base, ...factor(share, entry, index) });
    }
  }
  return all.sort((a, b) => a.logP - b.logP);
}

// How far below the level q lies, in dots.
export function mark(q: number): string {
  return q > kLevel ? "" : q > 1e-3 ? "•" : q > 1e-6 ? "••" : "•••";
}

type Told = Omit<Claim, "group" | "branch">;

function over(entry: Specialization, kind: string): string {
  const tests = entry.tests[kind]?.corrected_over;
  return tests === undefined ? "" : ` over ${count(tests, "test")}`;
}

function family(cell: Enrichment, entry: Specialization): Told {
  const odds = Math.exp(cell.log_odds);
  const oddsText = odds < 9.95 ? odds.toFixed(1) : odds.toFixed(0);
  const brief = `${cell.hits} of ${cell.family_size} ${cell.family}`;
  return {
    kind: "family",
    about: cell.family,
    effect: Math.max(-1, Math.min(1, cell.log_odds / 5)),
    brief,
    size: `odds ratio ${oddsText}`,
    sentence:
      `${cell.hits} of ${cell.family_size} units labelled ${cell.family} are here, by chance ${cell.expected.toFixed(1)}; ` +
      `the branch has ${cell.branch_size} of ${cell.population} units; odds ratio ${oddsText}; hypergeometric test, ` +
      `upper tail, p ${pText(cell.p, cell.log_p)}, q ${pText(cell.q)}${over(entry, "enrichment")}`,
    test: "hypergeometric, upper tail",
    n: `${cell.population}`,
    p: cell.p,
    logP: cell.log_p,
    q: cell.q,
    claimed: cell.q <= kLevel,
  };
}

function feature(contrast: Contrast, entry: Specialization): Told {
  const name = spaced(contrast.feature);
  const way = contrast.auc < 0.5 ? "lower" : "higher";
  return {
    kind: "feature",
    about: name,
    effect: contrast.delta,
    brief: `${way} ${name}`,
    size: `AUC ${fixed(contrast.auc)}`,
    sentence:
      `${way} ${name}${contrast.linearised ? " (of linearised kernels)" : ""}, AUC ${fixed(contrast.auc)}, mean ` +
      `${fixed(contrast.mean)} against ${fixed(contrast.mean_elsewhere)} elsewhere; ${contrast.test.n[0]} against ` +
      `${contrast.test.n[1]} units at the first layers; Mann-Whitney test, two-sided, p ${pText(contrast.p)}, ` +
      `q ${pText(contrast.q)}${over(entry, "features")}`,
    test: `Mann-Whitney, two-sided, ${contrast.test.method}`,
    n: `${contrast.test.n[0]} against ${contrast.test.n[1]}`,
    p: contrast.p,
    logP: Math.log(contrast.p),
    q: contrast.q,
    claimed: contrast.q <= kLevel,
  };
}

function factor(share: FactorShare, entry: Specialization, index: Index): Told {
  const name = index.nameOfFactor(entry.factors_of, share.factor);
  const about = `factor ${share.factor}${name ? ` (${spaced(name)})` : ""}`;
  const excess = share.energy_share - share.expected;
  const test = entry.tests["factors"];
  return {
    kind: "factor",
    about,
    effect: excess >= 0 ? excess / Math.max(1e-9, 1 - share.expected) : excess / Math.max(1e-9, share.expected),
    brief: `${excess >= 0 ? "more" : "less"} of ${about}`,
    size: `${percent(share.energy_share)} of the energy, by chance ${percent(share.expected)}`,
    sentence:
      `${percent(share.energy_share)} of the energy of ${about} of ${entry.factors_of ?? ""}, by chance ` +
      `${percent(share.expected)}; branches permuted over ${test?.n ?? "?"} units ${test?.permutations ?? "?"} times, ` +
      `p ${pText(share.p)}, q ${pText(share.q)}${over(entry, "factors")}`,
    test: "permutation of branches over units, two-sided",
    n: String(test?.n ?? ""),
    p: share.p,
    logP: Math.log(share.p),
    q: share.q,
    claimed: share.q <= kLevel,
  };
}
