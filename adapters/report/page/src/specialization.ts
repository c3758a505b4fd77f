// Specialization: branch by family, feature or factor; the score beside what chance gives; what could fake it.
import { h, s } from "./dom";
import type { Claim } from "./claims";
import { mark } from "./claims";
import { diverging, placeColour } from "./colours";
import { confounders } from "./confounders";
import type { Index } from "./index";
import type { Branch, Group, Specialization } from "./report";
import { hideTooltip, showTooltip } from "./tooltip";
import { count, fixed, kLevel, listed, nameWithin, pText, shortened } from "./words";

const kMostGroups = 12; // shown at first
const kMostAsked = 40;
const kMostAcross = 8; // branches side by side

const kKinds: [Claim["kind"], string, string][] = [
  ["family", "Families of labelled units", "log odds ratio"],
  ["feature", "Features of first layers", "2 AUC − 1, against all other branches"],
  ["factor", "Shares of factors", "share of the factor's energy against the share of units"],
];

export function specializationSection(index: Index, open: (branch: string) => void): HTMLElement {
  const section = h("section", { id: "specialization", class: "block", "aria-label": "Specialization" }, h("h2", {}, "Specialization: what gathers in which branch"));
  const entries = index.report.specialization.filter((entry) => tested(entry));
  if (entries.length === 0) {
    section.append(h("p", {}, "Nothing to test. Give families of units with --labels, features with --features, or a model whose branches read the image."));
    return section;
  }
  section.append(
    h("p", { class: "lead" }, "Each cell asks: does this branch hold more of it (", swatch(0.8), ") or less (", swatch(-0.8), ") than chance would put there? Dots say how sure: • q at most 0.05, •• 0.001, ••• 10⁻⁶. Without a dot, nothing is claimed."),
  );
  const strength = (entry: Specialization) => Math.min(1, ...index.claims.filter((claim) => claim.group === entry.group).map((claim) => claim.q), entry.p ?? 1);
  const order = entries.map((entry) => ({ entry, q: strength(entry) })).sort((a, b) => a.q - b.q).map(({ entry }) => entry);
  order.slice(0, kMostGroups).forEach((entry) => section.append(groupPart(index, entry, open)));
  if (order.length > kMostGroups) {
    const more = h("button", { type: "button", onclick: () => {
      more.replaceWith(...order.slice(kMostGroups).map((entry) => groupPart(index, entry, open)));
    } }, `Show ${count(order.length - kMostGroups, "more group")}`);
    section.append(more);
  }
  section.append(cautions(index));
  return section;
}

function tested(entry: Specialization): boolean {
  return entry.score !== null || entry.branches.some((branch) => branch.enrichment.length + branch.features.length + branch.factors.length > 0) || (entry.wiring.reads?.length ?? 0) > 0;
}

function swatch(value: number) {
  return h("i", { class: "swatch", style: { background: diverging(value) }, role: "img", "aria-label": value > 0 ? "one colour" : "the other colour" });
}

function groupPart(index: Index, entry: Specialization, open: (branch: string) => void): HTMLElement {
  const group = index.groups.get(entry.group)!;
  const claims = index.claims.filter((claim) => claim.group === entry.group);
  const warnings = confounders(index, group, entry, claims.some((claim) => claim.claimed));
  return h(
    "article", { class: "group" },
    h("h3", { dir: "auto" }, shortened(group.name, 60)),
    entry.score === null ? h("p", { class: "quiet" }, "No score: it takes at least 16 units that have a family or a factor.") : scorePart(entry),
    h("div", { class: "heats" }, kKinds.map(([kind, title, effect]) => heat(group, claims.filter((claim) => claim.kind === kind), title, effect, open)), reading(index, group, entry)),
    warnings.length > 0 ? h("div", { class: "caution" }, h("b", {}, "What could fake this"), h("ul", {}, warnings.map((text) => h("li", { dir: "auto" }, text)))) : null,
  );
}

// What was asked, the surest first, against the branches; with many branches, these go down the side.
function heat(group: Group, claims: Claim[], title: string, effect: string, open: (branch: string) => void): HTMLElement | null {
  if (claims.length === 0) return null;
  const asked = [...new Set(claims.map((claim) => claim.about))]; // claims come sorted by p
  const cells = new Map(claims.map((claim) => [`${claim.branch}\n${claim.about}`, claim]));
  const clear = asked.filter((about) => claims.some((claim) => claim.about === about && claim.claimed)).length;
  const aboutHead = (about: string, scope: string) => h("th", { scope }, h("span", { dir: "auto" }, shortened(about, 40)));
  const branchHead = (branch: Branch, place: number, scope: string) => h("th", { scope }, h("i", { class: "dot", style: { background: placeColour(place) } }),
    h("button", { type: "button", class: "link", onclick: () => open(branch.id) }, h("span", { dir: "auto" }, shortened(nameWithin(group.name, branch.name), 24))));
  const at = (branch: Branch, about: string) => cell(cells.get(`${branch.id}\n${about}`));
  const build = (most: number) => {
    const some = asked.slice(0, most);
    if (group.branches.length <= kMostAcross) {
      return h("table", { class: "heat" }, h("thead", {}, h("tr", {}, h("td"), group.branches.map((branch, place) => branchHead(branch, place, "col")))),
        h("tbody", {}, some.map((about) => h("tr", {}, aboutHead(about, "row"), group.branches.map((branch) => at(branch, about))))));
    }
    return h("table", { class: "heat" }, h("thead", {}, h("tr", {}, h("td"), some.map((about) => aboutHead(about, "col")))),
      h("tbody", {}, group.branches.map((branch, place) => h("tr", {}, branchHead(branch, place, "row"), some.map((about) => at(branch, about))))));
  };
  const first = Math.min(kMostAsked, Math.max(clear + 3, 10));
  const holder = h("div", { class: "scroll" }, build(first));
  return h("figure", { class: "heat-figure" },
    h("figcaption", {}, h("b", {}, title), h("span", { class: "quiet" }, `colour: ${effect}; ${claims[0]!.test}; ${clear} of ${asked.length} with a claim`)),
    holder,
    asked.length > first ? h("button", { type: "button", class: "small", onclick: (event: Event) => {
      holder.replaceChildren(build(asked.length));
      (event.target as HTMLElement).remove();
    } }, `Show ${asked.length - first} more, where nothing is clear`) : null);
}

function cell(claim: Claim | undefined) {
  if (!claim) return h("td", { class: "none", "aria-label": "not tested" });
  const text = claim.kind === "family" ? claim.brief.split(" of ")[0]! : claim.kind === "feature" ? fixed(claim.effect) : claim.size.split(" ")[0] + "%";
  const td = h("td", { tabindex: 0, class: claim.claimed ? "claimed" : "unclaimed", style: { background: diverging(claim.effect * (claim.claimed ? 0.9 : 0.45)) }, "aria-label": `${claim.sentence}` },
    h("span", { class: "value" }, text), h("span", { class: "mark" }, mark(claim.q)));
  const show = (x: number, y: number) => showTooltip(x, y, h("b", { dir: "auto" }, shortened(claim.brief, 80)), h("p", { dir: "auto" }, shortened(claim.sentence, 600) + "."), h("p", { class: "quiet" }, claim.claimed ? "Claimed: q is at most 0.05." : "Not claimed."));
  td.addEventListener("pointermove", (event) => show(event.clientX, event.clientY));
  td.addEventListener("pointerleave", hideTooltip);
  td.addEventListener("focus", () => {
    const box = td.getBoundingClientRect();
    show(box.left, box.bottom);
  });
  td.addEventListener("blur", hideTooltip);
  return td;
}

// The score as a diamond beside the spread of permuted ones.
function scorePart(entry: Specialization): HTMLElement {
  const score = entry.score ?? 0, mean = entry.null_mean ?? 0, quantiles = entry.null_quantiles;
  const low = Math.min(-0.02, mean, ...(quantiles ?? [])), high = Math.max(score * 1.15, 0.1, ...(quantiles ?? []));
  const width = 460, x = (value: number) => 8 + ((value - low) / (high - low)) * (width - 16);
  const svg = s("svg", { class: "score", viewBox: `0 0 ${width} 46`, role: "img", "aria-label": `score ${fixed(score)}, by chance ${fixed(mean)}` });
  svg.append(s("path", { class: "zero", d: `M8,22H${width - 8}` }));
  if (quantiles && quantiles.length === 7) {
    svg.append(s("path", { class: "whisker", d: `M${x(quantiles[0]!)},22H${x(quantiles[6]!)}` }), s("rect", { class: "null", x: x(quantiles[1]!), width: Math.max(2, x(quantiles[5]!) - x(quantiles[1]!)), y: 15, height: 14, rx: 3 }),
      s("rect", { class: "null inner", x: x(quantiles[2]!), width: Math.max(2, x(quantiles[4]!) - x(quantiles[2]!)), y: 15, height: 14 }));
  } else svg.append(s("path", { class: "edge", d: `M${x(mean)},13v18` }));
  const d = x(score);
  svg.append(s("path", { class: (entry.p ?? 1) <= kLevel ? "diamond sure" : "diamond", d: `M${d},12l9,10l-9,10l-9,-10z` }));
  const near = d - x(mean) < 90;
  svg.append(s("text", { class: "tick", x: x(mean), y: 44, "text-anchor": x(mean) < 40 ? "start" : near ? "end" : "middle" }, "by chance"), s("text", { class: "tick strong", x: Math.min(width - 34, d), y: 44, "text-anchor": near ? "start" : "middle" }, `score ${fixed(score)}`));
  return h("div", { class: "score-line" }, svg, h("p", {}, `Score ${fixed(score)}: adjusted mutual information of branches and ${entry.basis}, ${entry.units} units; by chance ${fixed(mean)}, p ${pText(entry.p ?? 1)}, permuted ${entry.permutations ?? "?"} times.`, entry.set_aside.length > 0 ? h("span", { class: "quiet" }, ` Not in the score, for they overlap other families: ${listed(entry.set_aside.map((one) => shortened(one, 30)), 6)}.`) : null));
}

// Whom its branches read of the groups before.
function reading(index: Index, group: Group, entry: Specialization) {
  return (entry.wiring.reads ?? []).slice(0, 3).map((reads) => {
    const from = index.groups.get(reads.from);
    if (!from) return null;
    const sure = reads.information.p <= kLevel;
    return h("figure", { class: "heat-figure" },
      h("figcaption", {}, h("b", { dir: "auto" }, `Whom they read of ${shortened(from.name, 40)}`), h("span", { class: "quiet" }, ` colour: weight read against independence; ${sure ? "" : "nothing clear: "}${fixed(reads.information.value, 3)} nats, by chance ${fixed(reads.information.null_mean, 3)}, p ${pText(reads.information.p)} (not corrected; ${reads.null.units} units dealt to branches ${reads.null.permutations} times)`)),
      h("div", { class: "scroll" }, h("table", { class: "heat" },
        h("thead", {}, h("tr", {}, h("td"), from.branches.map((branch) => h("th", { scope: "col" }, h("span", { dir: "auto" }, shortened(nameWithin(from.name, branch.name), 26)))))),
        h("tbody", {}, group.branches.map((branch, column) => h("tr", {}, h("th", { scope: "row" }, h("i", { class: "dot", style: { background: placeColour(column) } }), h("span", { dir: "auto" }, shortened(nameWithin(group.name, branch.name), 28))),
          from.branches.map((_, row) => {
            const mass = reads.mass[row]?.[column] ?? 0, expected = reads.expected[row]?.[column] ?? 0;
            const ratio = expected > 0 ? mass / expected : 0;
            return h("td", { class: sure ? "claimed" : "unclaimed", style: { background: diverging(Math.max(-1, Math.min(1, Math.log2(ratio || 0.25))) * (sure ? 0.9 : 0.45)) } }, h("span", { class: "value" }, expected > 0 ? `${ratio.toFixed(2)}×` : "–"));
          })))))));
  });
}

// What holds of all claims above, said once.
function cautions(index: Index) {
  const branches = index.report.specialization.flatMap((entry) => entry.branches.map((branch, b) => ({ branch, depth: entry.confounders.depth[b] ?? 0 })));
  const lines = ["One network is one training: its units are no replications, other seeds are (ramus compare)."];
  if (branches.some(({ branch, depth }) => branch.features.length > 0 && depth > 1)) lines.push("Features are tested at the first layer of each branch: units behind one bottleneck are not independent.");
  if (branches.some(({ branch }) => branch.enrichment.length > 0)) lines.push("Families were chosen by people who may have seen the branches; no p corrects for that.");
  if (branches.some(({ branch }) => branch.features.some((one) => one.linearised))) lines.push("Linearised kernels leave out what the nonlinearities before them do.");
  return h("div", { class: "caution" }, h("b", {}, "Of all of it"), h("ul", {}, lines.map((line) => h("li", {}, line))));
}
