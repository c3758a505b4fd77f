// The map and its controls: colour, unravelling, search, pan and zoom.
import { select } from "d3-selection";
import "d3-transition";
import { type ZoomBehavior, zoom, zoomIdentity } from "d3-zoom";
import { choice, h, replace, s } from "./dom";
import { colouring, type Mode } from "./colours";
import { drawFlow } from "./draw";
import type { Index } from "./index";
import { flow } from "./layout";
import { Panel } from "./panel";
import { Search } from "./search";
import { type Item, treesOf } from "./tree";
import { count, shortened } from "./words";

const kMostHeight = 760;
const kMargin = 22;
const kMostEnlarged = 1.3;

export class BranchMap {
  readonly element: HTMLElement;
  private readonly expanded = new Set<string>();
  private readonly panel: Panel;
  private readonly svg = s("svg", {
    class: "map",
    role: "group",
    "aria-label": "Map of branches: the path runs from left to right, row by row",
  });
  private readonly root = s("g");
  private readonly legend = h("div");
  private readonly frame = h("div", { class: "map-frame" });
  private readonly zooming: ZoomBehavior<SVGSVGElement, unknown>;
  private readonly found = new Set<string>();
  private mode: Mode = "branch";
  private unravelled = false;
  private tall = false;
  private width = 0;

  constructor(
    private readonly index: Index,
    numbers: (filter: string) => void,
  ) {
    this.panel = new Panel(index, { branch: (id) => this.openBranch(id), group: (id) => this.openGroup(id), numbers });
    this.zooming = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.1, 4])
      .filter((event: MouseEvent | TouchEvent | WheelEvent) => {
        if (event.type === "wheel") return (event as WheelEvent).ctrlKey || (event as WheelEvent).metaKey;
        if ("touches" in event) return event.touches.length > 1;
        return !(event as MouseEvent).button && !(event.target as Element).closest("[role=button]");
      })
      .on("zoom", (event) => this.root.setAttribute("transform", String(event.transform)));
    this.svg.append(this.root);
    const view = select<SVGSVGElement, unknown>(this.svg);
    view.call(this.zooming).on("dblclick.zoom", null);
    this.svg.addEventListener("keydown", (event) => this.onKey(event));
    this.frame.append(this.svg, this.panel.element);
    this.element = h(
      "section",
      { id: "map", class: "block", "aria-label": "The map" },
      h("h2", {}, "The map"),
      this.lead(),
      this.controls(),
      this.legend,
      this.frame,
    );
    new ResizeObserver(() => {
      const width = Math.round(this.frame.clientWidth);
      if (width > 0 && Math.abs(width - this.width) > 8) {
        this.width = width;
        this.render();
      }
    }).observe(this.frame);
  }

  private lead() {
    return h(
      "p",
      { class: "lead" },
      "The path through the network runs along the grey line, row by row. Where it forks, each ",
      h("b", {}, "coloured lane"),
      " is a branch; under it stands what it was found to hold (more dots, surer). ≡ joins branches side by side, + adds them.",
      this.index.report.streams.some((stream) => stream.blocks.length > 1)
        ? " A thick line is a residual stream: its blocks arch over it and add to it."
        : "",
    );
  }

  private controls() {
    const modes: [Mode, string][] = [
      ["branch", "branch"],
      ["score", "score"],
      ["finding", "finding"],
      ["factor", "factor"],
      ["parameters", "parameters"],
    ];
    const streams = this.index.report.streams.some((stream) => stream.blocks.length > 1);
    const unravel = h(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": "false",
        onclick: () => {
          this.unravelled = !this.unravelled;
          unravel.setAttribute("aria-pressed", String(this.unravelled));
          this.render();
        },
      },
      "Unravel residual streams",
    );
    const button = (label: string, text: string, act: () => void) =>
      h("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    const view = select<SVGSVGElement, unknown>(this.svg);
    const search = new Search(
      this.index,
      (ids) => this.highlight(ids),
      (target) => (target.branch ? this.reveal(target.branch, true) : this.reveal(target.group!, false)),
    );
    return h(
      "div",
      { class: "controls" },
      search.element,
      choice("Colour by", modes, this.mode, (value) => {
        this.mode = value as Mode;
        this.render();
      }),
      streams ? unravel : null,
      h(
        "span",
        { class: "buttons", role: "group", "aria-label": "Zoom" },
        button("Zoom in (+)", "+", () => view.transition().duration(150).call(this.zooming.scaleBy, 1.35)),
        button("Zoom out (-)", "−", () =>
          view
            .transition()
            .duration(150)
            .call(this.zooming.scaleBy, 1 / 1.35),
        ),
        button("As it was (0)", "1:1", () =>
          view.transition().duration(150).call(this.zooming.transform, zoomIdentity),
        ),
        button("Expand everything", "⊞", () => this.expandAll()),
        button("Fold everything", "⊟", () => {
          this.expanded.clear();
          this.render();
        }),
      ),
    );
  }

  private onKey(event: KeyboardEvent): void {
    const view = select<SVGSVGElement, unknown>(this.svg);
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [40, 0],
      ArrowRight: [-40, 0],
      ArrowUp: [0, 40],
      ArrowDown: [0, -40],
    };
    const step = steps[event.key];
    if (step && event.shiftKey) view.call(this.zooming.translateBy, ...step);
    else if (event.key === "+" || event.key === "=") view.call(this.zooming.scaleBy, 1.35);
    else if (event.key === "-") view.call(this.zooming.scaleBy, 1 / 1.35);
    else if (event.key === "0") view.call(this.zooming.transform, zoomIdentity);
    else return;
    event.preventDefault();
  }

  // Groups inside lanes; repeats stay folded beyond some hundred.
  private expandAll(): void {
    for (const groups of this.index.children.values()) {
      const parent = groups[0]?.parent;
      if (parent && this.expanded.size < 400) this.expanded.add(parent);
    }
    this.render();
  }

  private toggle(key: string): void {
    if (this.expanded.has(key)) this.expanded.delete(key);
    else this.expanded.add(key);
    this.render();
  }

  private openBranch(id: string): void {
    this.panel.branch(id);
    this.choose(`[data-branch="${CSS.escape(id)}"]`);
  }

  private openGroup(id: string): void {
    this.panel.group(id);
    this.choose(`[data-group="${CSS.escape(id)}"]`);
  }

  open(branch: string): void {
    this.reveal(branch, true);
  }

  private choose(selector: string): void {
    this.root.querySelectorAll(".chosen").forEach((one) => one.classList.remove("chosen"));
    this.root.querySelector(selector)?.classList.add("chosen");
  }

  private highlight(ids: Set<string>): void {
    this.found.clear();
    for (const id of ids) this.found.add(id);
    this.root.querySelectorAll(".found").forEach((one) => one.classList.remove("found"));
    this.root.querySelectorAll<SVGElement>("[data-branch],[data-group]").forEach((one) => {
      if (ids.has(one.dataset["branch"] ?? "") || ids.has(one.dataset["group"] ?? "")) one.classList.add("found");
    });
  }

  // Expands what hides it, moves there, and opens its panel.
  private reveal(id: string, branch: boolean): void {
    const group = branch ? this.index.branches.get(id)?.group : this.index.groups.get(id);
    for (let parent = group?.parent; parent; parent = this.index.groups.get(parent)?.parent ?? null)
      this.expanded.add(parent);
    this.render();
    const selector = branch ? `[data-branch="${CSS.escape(id)}"]` : `[data-group="${CSS.escape(id)}"]`;
    const element = this.root.querySelector<SVGGElement>(selector) ?? this.drawAlike(group?.id, selector);
    if (element) {
      const box = element.getBoundingClientRect(),
        frame = this.frame.getBoundingClientRect();
      if (box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom) {
        const view = select<SVGSVGElement, unknown>(this.svg);
        view.call(this.zooming.translateBy, frame.left + frame.width / 3 - box.left, frame.top + 200 - box.top);
      }
    }
    if (branch) this.openBranch(id);
    else this.openGroup(id);
    this.frame.scrollIntoView({ block: "nearest" });
  }

  // Opens the folds one after the other until it is drawn.
  private drawAlike(group: string | undefined, selector: string): SVGGElement | null {
    if (!group) return null;
    for (let tries = 0; tries < 6; ++tries) {
      const folds = treesOf(this.index, { expanded: this.expanded, unravelled: this.unravelled }).flatMap(
        (tree) => tree.items,
      );
      const hiding = folds.find(
        (item) =>
          (item.type === "fold" &&
            !this.expanded.has(item.key) &&
            item.all.some((one) => one.type === "fork" && one.group.id === group)) ||
          (item.type === "cut" && !this.expanded.has(item.key)),
      );
      if (!hiding || (hiding.type !== "fold" && hiding.type !== "cut")) return null;
      this.expanded.add(hiding.key);
      this.render();
      const element = this.root.querySelector<SVGGElement>(selector);
      if (element) return element;
    }
    return null;
  }

  // A map of one short row is drawn larger, up to the frame's width.
  private enlargement(trees: { items: Item[] }[], width: number): number {
    const drawn = trees.filter((tree) => tree.items.length > 0);
    if (drawn.length !== 1) return 1;
    const laid = flow(this.index, drawn[0]!.items, Infinity);
    return Math.max(1, Math.min(kMostEnlarged, width / laid.width));
  }

  private render(): void {
    if (this.width === 0) return;
    const colours = colouring(this.mode, this.index);
    replace(
      this.legend,
      colours.legend,
      h(
        "p",
        { class: "quiet hint" },
        "Press a lane or a title for all that is known of it. Drag to move; + and −, or Ctrl and the wheel, to zoom.",
      ),
    );
    const options = {
      index: this.index,
      colouring: colours,
      found: this.found,
      hooks: {
        openBranch: (id: string) => this.openBranch(id),
        openGroup: (id: string) => this.openGroup(id),
        toggle: (key: string) => this.toggle(key),
      },
    };
    this.root.replaceChildren();
    let y = kMargin;
    const inner = this.width - 2 * kMargin;
    const trees = treesOf(this.index, { expanded: this.expanded, unravelled: this.unravelled });
    const scale = this.enlargement(trees, inner);
    for (const tree of trees) {
      if (tree.items.length === 0) continue;
      if (tree.graph !== "") {
        this.root.append(
          s("text", { class: "graph-name", x: kMargin, y: y + 12 }, `inside ${shortened(tree.graph, 60)}`),
        );
        y += 26;
      }
      const laid = flow(this.index, tree.items, inner / scale);
      const drawn = drawFlow(laid, options);
      drawn.setAttribute(
        "transform",
        `translate(${kMargin + Math.max(0, (inner - laid.width * scale) / 2) * (laid.rows.length === 1 ? 1 : 0)},${y}) scale(${scale})`,
      );
      this.root.append(drawn);
      y += laid.height * scale + 40;
    }
    const height = Math.max(160, y - 10);
    const shown = this.tall ? height : Math.min(height, kMostHeight);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${shown}`);
    this.svg.setAttribute("height", String(shown));
    this.frame.style.setProperty("--map-height", `${shown}px`);
    this.frame.querySelector(".taller")?.remove();
    if (height > kMostHeight) {
      this.frame.append(
        h(
          "button",
          {
            type: "button",
            class: "taller small",
            onclick: () => {
              this.tall = !this.tall;
              this.render();
            },
          },
          this.tall ? "Show less" : `Show all ${count(Math.ceil(height / kMostHeight), "screen")} of it`,
        ),
      );
    }
  }
}
