// Finds groups, branches, nodes and labels by a part of their name.
import { h, replace } from "./dom";
import type { Index } from "./index";
import { nameWithin, shortened } from "./words";

const kMost = 12;

export interface Target {
  branch?: string;
  group?: string;
}

interface Entry extends Target {
  text: string;
  what: string;
  lower: string;
}

export class Search {
  readonly element: HTMLElement;
  private entries: Entry[] | undefined;
  private readonly list = h("ul", { class: "hits", id: "hits", hidden: true });
  private readonly input: HTMLInputElement;

  constructor(
    private readonly index: Index,
    private readonly highlight: (ids: Set<string>) => void,
    private readonly go: (target: Target) => void,
  ) {
    this.input = h("input", {
      type: "search",
      "aria-label": "Find a branch, node or label",
      "aria-controls": "hits",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.find(),
      onkeydown: (event: KeyboardEvent) => {
        if (event.key === "ArrowDown") this.list.querySelector("button")?.focus();
        if (event.key === "Enter") this.list.querySelector("button")?.click();
        if (event.key === "Escape") this.clear();
      },
    });
    this.element = h(
      "div",
      { class: "search" },
      h("label", { class: "choice" }, h("span", {}, "Find"), this.input),
      this.list,
    );
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget as Node | null)) this.list.hidden = true;
    });
  }

  private clear(): void {
    this.input.value = "";
    this.find();
  }

  // Groups, then branches, then what was found in them, then their nodes: a node leads to its innermost branch.
  private all(): Entry[] {
    const out: Entry[] = [];
    const add = (text: string, what: string, target: Target) =>
      out.push({ text, what, lower: text.toLowerCase(), ...target });
    for (const group of this.index.groups.values()) add(group.name, group.kind, { group: group.id });
    for (const { branch, group } of this.index.branches.values())
      if (!branch.skip) add(branch.name, `branch of ${shortened(group.name, 24)}`, { branch: branch.id });
    for (const claim of this.index.claims) {
      if (claim.claimed)
        add(
          claim.about,
          `${claim.kind} in ${shortened(nameWithin("", this.index.branches.get(claim.branch)!.branch.name), 24)}`,
          { branch: claim.branch },
        );
    }
    const innermost = new Map<string, { branch: string; depth: number }>();
    for (const { branch, group } of this.index.branches.values()) {
      for (const node of branch.nodes)
        if ((innermost.get(node)?.depth ?? -1) < group.depth)
          innermost.set(node, { branch: branch.id, depth: group.depth });
    }
    for (const [node, { branch }] of innermost)
      add(node, `node in ${shortened(this.index.branches.get(branch)!.branch.name, 24)}`, { branch });
    return out;
  }

  private find(): void {
    this.entries ??= this.all();
    const text = this.input.value.trim().toLowerCase();
    const hits = text === "" ? [] : this.entries.filter((entry) => entry.lower.includes(text));
    this.highlight(
      new Set(
        hits
          .slice(0, 500)
          .flatMap((hit) => [hit.branch ?? "", hit.group ?? ""])
          .filter((id) => id !== ""),
      ),
    );
    this.list.hidden = text === "";
    replace(
      this.list,
      hits.slice(0, kMost).map((hit) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              onclick: () => {
                this.list.hidden = true;
                this.go(hit);
              },
            },
            h("span", { dir: "auto" }, shortened(hit.text, 60)),
            h("small", {}, hit.what),
          ),
        ),
      ),
      hits.length > kMost ? h("li", { class: "quiet" }, `${hits.length - kMost} more`) : null,
      text !== "" && hits.length === 0 ? h("li", { class: "quiet" }, "nothing of that name") : null,
    );
  }
}
