// The units of a layer, sorted by their loading on one factor.
import { h, s } from "./dom";
import { type Axis, describe, fillOf, interact } from "./scatter";
import type { Index } from "./index";
import type { Unit } from "./units";
import { fixed, shortened } from "./words";

export function loadings(
  index: Index,
  units: Unit[],
  axis: Axis,
  other: Axis,
  colourBy: string,
  layer: string,
): HTMLElement {
  const sorted = [...units].sort((a, b) => (a.loadings[axis.factor] ?? 0) - (b.loadings[axis.factor] ?? 0));
  const width = 640,
    height = 200,
    bottom = 40;
  const step = width / Math.max(1, sorted.length);
  const most = Math.max(1e-12, ...sorted.map((unit) => Math.abs(unit.loadings[axis.factor] ?? 0)));
  const middle = (height - bottom) / 2;
  const fill = fillOf(units, colourBy);
  const svg = s("svg", {
    class: "loadings",
    viewBox: `0 0 ${width} ${height}`,
    tabindex: 0,
    role: "img",
    "aria-label": `Loadings of ${units.length} units on ${axis.title}, sorted; from ${fixed(-most)} to ${fixed(most)}`,
  });
  const marks = new Map<number, SVGElement>();
  sorted.forEach((unit, i) => {
    const value = unit.loadings[axis.factor] ?? 0;
    const tall = Math.max(1, (Math.abs(value) / most) * (middle - 2));
    const mark = s(
      "g",
      { class: "unit" },
      s("rect", { class: "hit", x: i * step, y: 0, width: step, height: height - bottom }),
      s("rect", {
        class: "rim",
        x: i * step + step * 0.08,
        y: value > 0 ? middle - tall : middle,
        width: step * 0.84,
        height: tall,
        style: { fill: fill(unit) },
      }),
    );
    mark.dataset["unit"] = String(unit.unit);
    marks.set(unit.unit, mark);
    svg.append(mark);
  });
  // As many pictures as fit below.
  const size = 26,
    fits = Math.floor(width / (size + 2));
  const pictured = sorted.filter((unit) => unit.picture);
  const shown = Math.min(fits, pictured.length);
  for (let i = 0; i < shown; ++i) {
    const unit = pictured[Math.round((i * (pictured.length - 1)) / Math.max(1, shown - 1))]!;
    const x = shown === pictured.length ? sorted.indexOf(unit) * step + step / 2 - size / 2 : i * (width / shown);
    svg.append(
      s("image", {
        class: unit.crisp ? "crisp" : "",
        x: Math.max(0, Math.min(width - size, x)),
        y: height - bottom + 8,
        width: size,
        height: size,
        href: unit.picture,
        preserveAspectRatio: "none",
      }),
    );
  }
  svg.append(s("path", { class: "zero", d: `M0,${middle}H${width}` }));
  interact(
    svg,
    units,
    marks,
    (unit) => describe(index, unit, { x: axis, y: other }),
    (unit) => unit.loadings[axis.factor] ?? 0,
  );
  return h(
    "figure",
    { class: "plot" },
    h(
      "figcaption",
      {},
      h("b", {}, `Loadings on ${axis.title}, sorted`),
      h("span", { class: "quiet", dir: "auto" }, `units of ${shortened(layer, 40)}`),
    ),
    svg,
  );
}
