// Units of one layer placed by two factors, drawn as their kernels: the article's Figure 6.
import { h, s } from "./dom";
import { placeColour, sequential } from "./colours";
import { hideTooltip, showTooltip } from "./tooltip";
import type { Unit } from "./units";
import type { Index } from "./index";
import { fixed, nameWithin, percent, short, shortened, spaced } from "./words";

export interface Axis {
  factor: number;
  title: string; // "factor 0: colour"
  low: string; // what units at its ends have, where it has a name
  high: string;
}

export interface PlotOptions {
  title: string;
  caption: string;
  x: Axis;
  y: Axis;
  colourBy: string; // "branch", "assigned" or a feature
  graph?: string;
}

const kSize = 460;
const kMargin = 46;

export function scatter(index: Index, units: Unit[], options: PlotOptions): HTMLElement {
  const { x, y } = options;
  const value = (unit: Unit, axis: Axis) => unit.loadings[axis.factor] ?? 0;
  const place = (axis: Axis, from: number, to: number) => {
    const all = units.map((unit) => value(unit, axis));
    const low = Math.min(0, ...all),
      high = Math.max(0, ...all);
    const span = high - low || 1;
    return (number: number) => from + ((number - low) / span) * (to - from);
  };
  const pictured = units.some((unit) => unit.picture);
  const side = pictured ? Math.max(14, Math.min(26, 190 / Math.sqrt(units.length))) : 9;
  const toX = place(x, kMargin + side, kSize - side),
    toY = place(y, kSize - kMargin - side, side + 4);
  const svg = s("svg", {
    class: "scatter",
    viewBox: `0 0 ${kSize} ${kSize}`,
    tabindex: 0,
    role: "img",
    "aria-label": `${options.title}: ${units.length} units placed by ${x.title} and ${y.title}. Arrow keys go from unit to unit.`,
  });
  svg.append(
    s("path", { class: "zero", d: `M${toX(0)},4V${kSize - kMargin}M${kMargin},${toY(0)}H${kSize - 4}` }),
    axisText(x, false),
    axisText(y, true),
  );
  const fill = fillOf(units, options.colourBy);
  const marks = new Map<number, SVGElement>();
  for (const unit of units) {
    const at = `translate(${toX(value(unit, x)).toFixed(1)},${toY(value(unit, y)).toFixed(1)})`;
    const mark = unit.picture
      ? s(
          "g",
          { class: "unit", transform: at },
          s("rect", {
            class: "rim",
            x: -side / 2 - 2,
            y: -side / 2 - 2,
            width: side + 4,
            height: side + 4,
            rx: 3,
            style: { fill: fill(unit) },
          }),
          s("image", {
            class: unit.crisp ? "crisp" : "",
            x: -side / 2,
            y: -side / 2,
            width: side,
            height: side,
            href: unit.picture,
            preserveAspectRatio: "none",
          }),
        )
      : s("g", { class: "unit", transform: at }, s("circle", { class: "rim", r: 5, style: { fill: fill(unit) } }));
    mark.dataset["unit"] = String(unit.unit);
    marks.set(unit.unit, mark);
    svg.append(mark);
  }
  interact(
    svg,
    units,
    marks,
    (unit) => describe(index, unit, options),
    (unit) => value(unit, x),
  );
  return h(
    "figure",
    { class: "plot" },
    h("figcaption", {}, h("b", { dir: "auto" }, options.title), h("span", { class: "quiet" }, options.caption)),
    svg,
  );
}

function axisText(axis: Axis, vertical: boolean): SVGGElement {
  const middle = (kMargin + kSize) / 2,
    low = kMargin + 2,
    high = kSize - 4;
  const turn = vertical ? `translate(14,${kSize - kMargin + kMargin}) rotate(-90)` : `translate(0,${kSize - 12})`;
  return s(
    "g",
    { class: "axis", transform: turn },
    axis.low.length + axis.high.length > 44
      ? null
      : s(
          "text",
          { x: middle, y: 0, "text-anchor": "middle" },
          axis.low ? `factor ${axis.factor}` : shortened(axis.title, 40),
        ),
    axis.low ? s("text", { class: "end", x: low, y: 0 }, `← ${shortened(axis.low, 29)}`) : null,
    axis.high
      ? s("text", { class: "end", x: high, y: 0, "text-anchor": "end" }, `${shortened(axis.high, 29)} →`)
      : null,
  );
}

export function fillOf(units: Unit[], by: string): (unit: Unit) => string {
  if (by === "branch") return (unit) => (unit.place === undefined ? "var(--rail)" : placeColour(unit.place));
  if (by === "assigned") return (unit) => (unit.assigned ? placeColour(unit.assigned.factor) : "var(--rail)");
  const of = (unit: Unit) => unit.features.find(([name]) => name === by)?.[1];
  const all = units.map(of).filter((one): one is number => one !== undefined);
  const low = Math.min(...all),
    high = Math.max(...all);
  return (unit) => {
    const one = of(unit);
    return one === undefined ? "var(--rail)" : sequential((one - low) / (high - low || 1));
  };
}

export function describe(
  index: Index,
  unit: Unit,
  options: { x: Axis; y: Axis; graph?: string },
): (Node | string | null)[] {
  const branch = unit.branch ? index.branches.get(unit.branch) : undefined;
  const assigned = unit.assigned;
  const rows: [string, string][] = [
    [options.x.title, fixed(unit.loadings[options.x.factor] ?? 0, 3)],
    [options.y.title, fixed(unit.loadings[options.y.factor] ?? 0, 3)],
    ...unit.features.map(([name, number]): [string, string] => [spaced(name), short(number)]),
  ];
  return [
    h(
      "div",
      { class: "tip-head" },
      unit.picture
        ? h("img", { class: unit.crisp ? "crisp" : "", src: unit.picture, alt: "kernel", width: 56, height: 56 })
        : null,
      h(
        "div",
        {},
        h("b", {}, `unit ${unit.unit}`),
        branch
          ? h(
              "div",
              { class: "quiet", dir: "auto" },
              `in ${shortened(nameWithin(branch.group.name, branch.branch.name), 30)}`,
            )
          : null,
        h(
          "div",
          { class: "quiet" },
          assigned
            ? `belongs to factor ${assigned.factor}, pole ${assigned.pole > 0 ? "+" : "−"}, confidence ${percent(assigned.confidence)}`
            : "belongs to no factor beyond chance",
        ),
      ),
    ),
    h(
      "table",
      { class: "facts" },
      h(
        "tbody",
        {},
        rows.map(([name, text]) => h("tr", {}, h("th", {}, shortened(name, 30)), h("td", {}, text))),
      ),
    ),
  ];
}

// Pointer and arrow keys show one unit at a time.
export function interact(
  svg: SVGSVGElement,
  units: Unit[],
  marks: Map<number, SVGElement>,
  tell: (unit: Unit) => (Node | string | null)[],
  order: (unit: Unit) => number,
): void {
  const byNumber = new Map(units.map((unit) => [unit.unit, unit]));
  const sorted = [...units].sort((a, b) => order(a) - order(b));
  let chosen: SVGElement | undefined;
  const show = (number: number, x: number, y: number) => {
    const unit = byNumber.get(number),
      mark = marks.get(number);
    if (!unit || !mark) return;
    chosen?.classList.remove("chosen");
    chosen = mark;
    mark.classList.add("chosen");
    if (mark.parentNode?.lastChild !== mark && svg.classList.contains("scatter")) mark.parentNode?.append(mark);
    showTooltip(x, y, ...tell(unit));
  };
  const leave = () => {
    chosen?.classList.remove("chosen");
    chosen = undefined;
    hideTooltip();
  };
  svg.addEventListener("pointermove", (event) => {
    const mark = (event.target as Element).closest<SVGElement>("[data-unit]");
    if (mark) show(Number(mark.dataset["unit"]), event.clientX, event.clientY);
    else leave();
  });
  svg.addEventListener("pointerleave", leave);
  svg.addEventListener("blur", leave);
  let at = -1;
  svg.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    at = Math.max(0, Math.min(sorted.length - 1, at + step));
    const unit = sorted[at]!;
    const box = marks.get(unit.unit)!.getBoundingClientRect();
    show(unit.unit, box.right, box.top);
  });
}
