// Tables whose cells are colours: what was asked of the branches of a group, and whom they read.
import { h } from "./dom";
import type { Claim } from "./claims";
import { mark } from "./claims";
import { diverging, placeColour } from "./colours";
import type { Index } from "./index";
import type { Branch, Group, Specialization } from "./report";
import { hideTooltip, showTooltip } from "./tooltip";
import { fixed, kLevel, nameWithin, pText, shortened } from "./words";

const kMostAsked = 40;
const kMostAcross = 8; // branches side by side

// What was asked, the surest first, against the branches; with many branches, these go down the side.
export function heat(
  group: Group,
  claims: Claim[],
  title: string,
  effect: string,
  open: (branch: string) => void,
): HTMLElement | null {
  if (claims.length === 0) return null;
  const asked = [...new Set(claims.map((claim) => claim.about))]; // claims come sorted by p
  const cells = new Map(claims.map((claim) => [`${claim.branch}\n${claim.about}`, claim]));
  const clear = asked.filter((about) => claims.some((claim) => claim.about === about && claim.claimed)).length;
  const aboutHead = (about: string, scope: string) =>
    h("th", { scope }, h("span", { dir: "auto" }, shortened(about, 40)));
  const branchHead = (branch: Branch, place: number, scope: string) =>
    h(
      "th",
      { scope },
      h("i", { class: "dot", style: { background: placeColour(place) } }),
      h(
        "button",
        { type: "button", class: "link", onclick: () => open(branch.id) },
        h("span", { dir: "auto" }, shortened(nameWithin(group.name, branch.name), 24)),
      ),
    );
  const at = (branch: Branch, about: string) => cell(cells.get(`${branch.id}\n${about}`));
  const build = (most: number) => {
    const some = asked.slice(0, most);
    return group.branches.length <= kMostAcross
      ? table(
          group.branches.map((branch, place) => branchHead(branch, place, "col")),
          some.map((about) => [aboutHead(about, "row"), ...group.branches.map((branch) => at(branch, about))]),
        )
      : table(
          some.map((about) => aboutHead(about, "col")),
          group.branches.map((branch, place) => [
            branchHead(branch, place, "row"),
            ...some.map((about) => at(branch, about)),
          ]),
        );
  };
  const first = Math.min(kMostAsked, Math.max(clear + 3, 10));
  const holder = h("div", { class: "scroll" }, build(first));
  return h(
    "figure",
    { class: "heat-figure" },
    h(
      "figcaption",
      {},
      h("b", {}, title),
      h("span", { class: "quiet" }, `colour: ${effect}; ${claims[0]!.test}; ${clear} of ${asked.length} with a claim`),
    ),
    holder,
    asked.length > first
      ? h(
          "button",
          {
            type: "button",
            class: "small",
            onclick: (event: Event) => {
              holder.replaceChildren(build(asked.length));
              (event.target as HTMLElement).remove();
            },
          },
          `Show ${asked.length - first} more, where nothing is clear`,
        )
      : null,
  );
}

function table(heads: HTMLElement[], rows: HTMLElement[][]) {
  return h(
    "table",
    { class: "heat" },
    h("thead", {}, h("tr", {}, h("td"), heads)),
    h(
      "tbody",
      {},
      rows.map((row) => h("tr", {}, row)),
    ),
  );
}

function cell(claim: Claim | undefined) {
  if (!claim) return h("td", { class: "none", "aria-label": "not tested" });
  const text =
    claim.kind === "family"
      ? claim.brief.split(" of ")[0]!
      : claim.kind === "feature"
        ? fixed(claim.effect)
        : claim.size.split(" ")[0] + "%";
  const td = h(
    "td",
    {
      tabindex: 0,
      class: claim.claimed ? "claimed" : "unclaimed",
      style: { background: diverging(claim.effect * (claim.claimed ? 0.9 : 0.45)) },
      "aria-label": `${claim.sentence}`,
    },
    h("span", { class: "value" }, text),
    h("span", { class: "mark" }, mark(claim.q)),
  );
  const show = (x: number, y: number) =>
    showTooltip(
      x,
      y,
      h("b", { dir: "auto" }, shortened(claim.brief, 80)),
      h("p", { dir: "auto" }, shortened(claim.sentence, 600) + "."),
      h("p", { class: "quiet" }, claim.claimed ? "Claimed: q is at most 0.05." : "Not claimed."),
    );
  td.addEventListener("pointermove", (event) => show(event.clientX, event.clientY));
  td.addEventListener("pointerleave", hideTooltip);
  td.addEventListener("focus", () => {
    const box = td.getBoundingClientRect();
    show(box.left, box.bottom);
  });
  td.addEventListener("blur", hideTooltip);
  return td;
}

// Whom its branches read of the groups before.
export function reading(index: Index, group: Group, entry: Specialization) {
  return (entry.wiring.reads ?? []).slice(0, 3).map((reads) => {
    const from = index.groups.get(reads.from);
    if (!from) return null;
    const sure = reads.information.p <= kLevel;
    return h(
      "figure",
      { class: "heat-figure" },
      h(
        "figcaption",
        {},
        h("b", { dir: "auto" }, `Whom they read of ${shortened(from.name, 40)}`),
        h(
          "span",
          { class: "quiet" },
          ` colour: weight read against independence; ${sure ? "" : "nothing clear: "}${fixed(reads.information.value, 3)} nats, by chance ${fixed(reads.information.null_mean, 3)}, p ${pText(reads.information.p)} (not corrected; ${reads.null.units} units dealt to branches ${reads.null.permutations} times)`,
        ),
      ),
      h(
        "div",
        { class: "scroll" },
        table(
          from.branches.map((branch) =>
            h("th", { scope: "col" }, h("span", { dir: "auto" }, shortened(nameWithin(from.name, branch.name), 26))),
          ),
          group.branches.map((branch, column) => [
            h(
              "th",
              { scope: "row" },
              h("i", { class: "dot", style: { background: placeColour(column) } }),
              h("span", { dir: "auto" }, shortened(nameWithin(group.name, branch.name), 28)),
            ),
            ...from.branches.map((_, row) => {
              const mass = reads.mass[row]?.[column] ?? 0,
                expected = reads.expected[row]?.[column] ?? 0;
              const ratio = expected > 0 ? mass / expected : 0;
              return h(
                "td",
                {
                  class: sure ? "claimed" : "unclaimed",
                  style: {
                    background: diverging(Math.max(-1, Math.min(1, Math.log2(ratio || 0.25))) * (sure ? 0.9 : 0.45)),
                  },
                },
                h("span", { class: "value" }, expected > 0 ? `${ratio.toFixed(2)}×` : "–"),
              );
            }),
          ]),
        ),
      ),
    );
  });
}
