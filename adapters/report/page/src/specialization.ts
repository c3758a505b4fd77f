// Specialization: branch by family, feature or factor; the score beside what chance gives; what could fake it.
import { h } from "./dom";
import type { Claim } from "./claims";
import { diverging } from "./colours";
import { confounders } from "./confounders";
import { heat, reading } from "./heat";
import type { Index } from "./index";
import type { Specialization } from "./report";
import { scorePart } from "./score";
import { count, shortened } from "./words";

const kMostGroups = 12; // shown at first

const kKinds: [Claim["kind"], string, string][] = [
  ["family", "Families of labelled units", "log odds ratio"],
  ["feature", "Features of first layers", "2 AUC − 1, against all other branches"],
  ["factor", "Shares of factors", "share of the factor's energy against the share of units"],
];

export function specializationSection(index: Index, open: (branch: string) => void): HTMLElement {
  const section = h(
    "section",
    { id: "specialization", class: "block", "aria-label": "Specialization" },
    h("h2", {}, "Specialization: what gathers in which branch"),
  );
  const entries = index.report.specialization.filter((entry) => tested(entry));
  if (entries.length === 0) {
    section.append(
      h(
        "p",
        {},
        "Nothing to test. Give families of units with --labels, features with --features, or a model whose branches read the image.",
      ),
    );
    return section;
  }
  section.append(
    h(
      "p",
      { class: "lead" },
      "Each cell asks: does this branch hold more of it (",
      swatch(0.8),
      ") or less (",
      swatch(-0.8),
      ") than chance would put there? Dots say how sure: • q at most 0.05, •• 0.001, ••• 10⁻⁶. Without a dot, nothing is claimed.",
    ),
  );
  const strength = (entry: Specialization) =>
    Math.min(1, ...index.claims.filter((claim) => claim.group === entry.group).map((claim) => claim.q), entry.p ?? 1);
  const order = entries
    .map((entry) => ({ entry, q: strength(entry) }))
    .sort((a, b) => a.q - b.q)
    .map(({ entry }) => entry);
  order.slice(0, kMostGroups).forEach((entry) => section.append(groupPart(index, entry, open)));
  if (order.length > kMostGroups) {
    const more = h(
      "button",
      {
        type: "button",
        onclick: () => {
          more.replaceWith(...order.slice(kMostGroups).map((entry) => groupPart(index, entry, open)));
        },
      },
      `Show ${count(order.length - kMostGroups, "more group")}`,
    );
    section.append(more);
  }
  section.append(cautions(index));
  return section;
}

function tested(entry: Specialization): boolean {
  return (
    entry.score !== null ||
    entry.branches.some((branch) => branch.enrichment.length + branch.features.length + branch.factors.length > 0) ||
    (entry.wiring.reads?.length ?? 0) > 0
  );
}

function swatch(value: number) {
  return h("i", {
    class: "swatch",
    style: { background: diverging(value) },
    role: "img",
    "aria-label": value > 0 ? "one colour" : "the other colour",
  });
}

function groupPart(index: Index, entry: Specialization, open: (branch: string) => void): HTMLElement {
  const group = index.groups.get(entry.group)!;
  const claims = index.claims.filter((claim) => claim.group === entry.group);
  const warnings = confounders(
    index,
    group,
    entry,
    claims.some((claim) => claim.claimed),
  );
  return h(
    "article",
    { class: "group" },
    h("h3", { dir: "auto" }, shortened(group.name, 60)),
    entry.score === null
      ? h("p", { class: "quiet" }, "No score: it takes at least 16 units that have a family or a factor.")
      : scorePart(entry),
    h(
      "div",
      { class: "heats" },
      kKinds.map(([kind, title, effect]) =>
        heat(
          group,
          claims.filter((claim) => claim.kind === kind),
          title,
          effect,
          open,
        ),
      ),
      reading(index, group, entry),
    ),
    warnings.length > 0
      ? h(
          "div",
          { class: "caution" },
          h("b", {}, "What could fake this"),
          h(
            "ul",
            {},
            warnings.map((text) => h("li", { dir: "auto" }, text)),
          ),
        )
      : null,
  );
}

// What holds of all claims above, said once.
function cautions(index: Index) {
  const branches = index.report.specialization.flatMap((entry) =>
    entry.branches.map((branch, b) => ({ branch, depth: entry.confounders.depth[b] ?? 0 })),
  );
  const lines = ["One network is one training: its units are no replications, other seeds are (ramus compare)."];
  if (branches.some(({ branch, depth }) => branch.features.length > 0 && depth > 1))
    lines.push(
      "Features are tested at the first layer of each branch: units behind one bottleneck are not independent.",
    );
  if (branches.some(({ branch }) => branch.enrichment.length > 0))
    lines.push("Families were chosen by people who may have seen the branches; no p corrects for that.");
  if (branches.some(({ branch }) => branch.features.some((one) => one.linearised)))
    lines.push("Linearised kernels leave out what the nonlinearities before them do.");
  return h(
    "div",
    { class: "caution" },
    h("b", {}, "Of all of it"),
    h(
      "ul",
      {},
      lines.map((line) => h("li", {}, line)),
    ),
  );
}
