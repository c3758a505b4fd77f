// What is known of one branch or one group, beside the map.
import { h, replace } from "./dom";
import type { Claim } from "./claims";
import { mark } from "./claims";
import { placeColour } from "./colours";
import { galleryOf, sampled } from "./gallery";
import type { Index } from "./index";
import type { Branch, Group } from "./report";
import { scoreSentence } from "./score";
import { kindText } from "./summary";
import { count, fixed, human, listed, nameWithin, shortened } from "./words";

const kMostNodes = 200;
const kMostClaims = 8;
const kMostPictures = 96;

export class Panel {
  readonly element = h("aside", { class: "panel", hidden: true, "aria-label": "Details", tabindex: -1 });
  private before: Element | null = null;

  constructor(
    private readonly index: Index,
    private readonly show: { branch(id: string): void; group(id: string): void; numbers(filter: string): void },
  ) {
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  close(): void {
    this.element.hidden = true;
    document.querySelectorAll(".chosen").forEach((one) => one.classList.remove("chosen"));
    if (this.before instanceof SVGElement || this.before instanceof HTMLElement)
      this.before.focus({ preventScroll: true });
  }

  branch(id: string): void {
    const found = this.index.branches.get(id);
    if (!found) return;
    const { branch, group, place } = found;
    const all = this.index.claimsOfBranch.get(id) ?? [];
    const claimed = all.filter((claim) => claim.claimed);
    const rest = all.filter((claim) => !claim.claimed);
    this.open(
      [
        h("i", { class: "dot", style: { background: placeColour(place) } }),
        h("span", { dir: "auto" }, shortened(nameWithin(group.name, branch.name), 80)),
      ],
      h("p", { class: "quiet" }, `branch ${place + 1} of ${group.branches.length} of `, this.groupLink(group)),
      h("h4", {}, "What it does"),
      all.length === 0
        ? h("p", {}, branch.skip ? "It passes the values on as they are." : "Nothing was tested of this branch.")
        : claimed.length === 0
          ? h("p", {}, `Nothing clear. Strongest of ${count(all.length, "test")}: ${rest[0]!.sentence}.`)
          : h(
              "ul",
              { class: "found-list" },
              claimed.slice(0, kMostClaims).map((claim) => this.claim(claim)),
            ),
      claimed.length > kMostClaims ? h("p", { class: "quiet" }, `and ${claimed.length - kMostClaims} more`) : null,
      claimed.length > 0 && rest.length > 0
        ? h(
            "p",
            { class: "quiet" },
            `Nothing clear about ${
              listed(
                [...new Set(rest.map((claim) => claim.about))].filter(
                  (about) => !claimed.some((claim) => claim.about === about),
                ),
                5,
              ) || "the rest"
            }.`,
          )
        : null,
      all.length > 0
        ? h(
            "button",
            { class: "small", type: "button", onclick: () => this.show.numbers(branch.name) },
            "All its tests in the table",
          )
        : null,
      this.gallery(branch, group),
      h("h4", {}, "How it is built"),
      this.facts(branch),
      this.inside(branch),
      this.nodes(branch),
    );
  }

  group(id: string): void {
    const group = this.index.groups.get(id);
    if (!group) return;
    const special = this.index.specialization.get(id);
    const stream = this.index.streamOf.get(id);
    const score = scoreSentence(this.index, id);
    this.open(
      [h("span", { dir: "auto" }, shortened(group.name, 80))],
      h(
        "p",
        {},
        `${kindText(group.kind)}: ${count(group.branches.length, "branch", "branches")}`,
        group.join.node ? `, joined by ${group.join.op} ` : ", never joined",
        group.join.node ? h("code", { dir: "auto" }, shortened(group.join.node, 60)) : null,
        ". ",
        group.closed ? "" : "Open: something inside is also read outside, or reads from outside.",
      ),
      group.fork.value
        ? h("p", { class: "quiet" }, "forks at ", h("code", { dir: "auto" }, shortened(group.fork.value, 60)))
        : null,
      group.repeated ? h("p", { class: "quiet" }, `built alike ${group.repeated.times} times in this network`) : null,
      stream
        ? h("p", { class: "quiet" }, `block ${stream.block + 1} of ${stream.stream.blocks.length} of a residual stream`)
        : null,
      score ? h("p", {}, score + ".") : null,
      special && special.set_aside.length > 0
        ? h(
            "p",
            { class: "quiet" },
            `Not in the score, for they overlap other families: ${listed(special.set_aside.map((one) => shortened(one, 30)))}.`,
          )
        : null,
      h("h4", {}, "Its branches"),
      h(
        "ul",
        { class: "found-list" },
        group.branches.slice(0, 60).map((branch, place) => this.branchLine(branch, group, place)),
      ),
      group.branches.length > 60 ? h("p", { class: "quiet" }, `and ${group.branches.length - 60} more`) : null,
      group.parent ? h("p", { class: "quiet" }, "inside ", this.groupLink(this.index.groups.get(group.parent)!)) : null,
    );
  }

  private open(title: (Node | string)[], ...content: (Node | null)[]): void {
    if (this.element.hidden) this.before = document.activeElement;
    replace(
      this.element,
      h(
        "div",
        { class: "panel-head" },
        h("h3", {}, title),
        h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => this.close() }, "×"),
      ),
      content,
    );
    this.element.hidden = false;
    this.element.scrollTop = 0;
    this.element.focus({ preventScroll: true });
  }

  private claim(claim: Claim) {
    return h(
      "li",
      {},
      h("b", { dir: "auto" }, shortened(claim.brief, 80)),
      ` ${mark(claim.q)}`,
      h("div", { class: "quiet", dir: "auto" }, shortened(claim.sentence, 500) + "."),
    );
  }

  private groupLink(group: Group) {
    return h(
      "button",
      { class: "link", type: "button", onclick: () => this.show.group(group.id) },
      h("span", { dir: "auto" }, shortened(group.name, 60)),
    );
  }

  private branchLine(branch: Branch, group: Group, place: number) {
    const claim = this.index.claimed(branch.id)[0];
    return h(
      "li",
      {},
      h("i", { class: "dot", style: { background: placeColour(place) } }),
      h(
        "button",
        { class: "link", type: "button", onclick: () => this.show.branch(branch.id) },
        h("span", { dir: "auto" }, branch.skip ? "skip" : shortened(nameWithin(group.name, branch.name), 60)),
      ),
      claim ? h("span", { dir: "auto" }, `: ${shortened(claim.brief, 60)} ${mark(claim.q)}`) : null,
    );
  }

  private facts(branch: Branch) {
    const score = this.index.specialization
      .get(this.index.branches.get(branch.id)!.group.id)
      ?.branches.find((one) => one.branch === branch.id);
    const rows: [string, string][] = [];
    if (branch.units)
      rows.push([
        "units at the join",
        `[${branch.units.begin}, ${branch.units.end}) of ${shortened(branch.units.layer, 40)}`,
      ]);
    if (branch.kernel) rows.push(["largest kernel", `${branch.kernel[0]} × ${branch.kernel[1]}`]);
    if (branch.layers.length > 0) rows.push(["layers with weights", String(branch.layers.length)]);
    rows.push(["parameters", human(branch.parameters)]);
    if (branch.macs > 0) rows.push(["multiply-accumulates", human(branch.macs)]);
    if (score && score.score !== null)
      rows.push(["score", `${fixed(score.score, 3)} (${(100 * (score.share ?? 0)).toFixed(0)} % of the group's)`]);
    if (branch.projection) rows.push(["role", "projection of a residual block"]);
    return h(
      "table",
      { class: "facts" },
      h(
        "tbody",
        {},
        rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { dir: "auto" }, value))),
      ),
    );
  }

  private gallery(branch: Branch, group: Group) {
    const gallery = galleryOf(this.index, branch, group);
    if (!gallery) return null;
    const urls = sampled(gallery.urls, kMostPictures);
    return h(
      "div",
      {},
      h("h4", {}, gallery.linearised ? "Its units, as linearised kernels" : "Its filters on the image"),
      h(
        "div",
        { class: "gallery", role: "img", "aria-label": count(urls.length, "kernel") },
        urls.map((src) => h("img", { src, alt: "", class: gallery.crisp ? "crisp" : "", width: 30, height: 30 })),
      ),
      h(
        "p",
        { class: "quiet" },
        urls.length < gallery.urls.length ? `${urls.length} of ${gallery.urls.length}, evenly spaced; ` : "",
        "grey is zero, each scaled by its largest weight; layer ",
        h("span", { dir: "auto" }, shortened(gallery.layer, 60)),
      ),
    );
  }

  private inside(branch: Branch) {
    const children = this.index.children.get(branch.id) ?? [];
    if (children.length === 0) return null;
    return h(
      "div",
      {},
      h("h4", {}, "Groups inside"),
      h(
        "ul",
        { class: "found-list" },
        children.slice(0, 12).map((group) => h("li", {}, this.groupLink(group), ` ${kindText(group.kind)}`)),
        children.length > 12 ? h("li", { class: "quiet" }, `and ${children.length - 12} more`) : null,
      ),
    );
  }

  private nodes(branch: Branch) {
    if (branch.nodes.length === 0) return null;
    const { group } = this.index.branches.get(branch.id)!;
    const ops = this.index.ops.get(branch.body ?? group.graph ?? "");
    return h(
      "details",
      {},
      h("summary", {}, count(branch.nodes.length, "node")),
      h(
        "ol",
        { class: "nodes" },
        branch.nodes
          .slice(0, kMostNodes)
          .map((name, i) =>
            h(
              "li",
              {},
              h("span", { class: "op" }, ops?.get(branch.node_indices[i] ?? -1) ?? ""),
              " ",
              h("span", { dir: "auto" }, shortened(name, 120)),
            ),
          ),
      ),
      branch.nodes.length > kMostNodes
        ? h("p", { class: "quiet" }, `and ${branch.nodes.length - kMostNodes} more`)
        : null,
    );
  }
}
