// Factors: which units of two adjacent layers hold together, and whether a feature of the image says along what.
import { choice, h, replace, s } from "./dom";
import type { Index } from "./index";
import type { Factors, Meaning } from "./report";
import { loadings } from "./loadings";
import { type Axis, scatter } from "./scatter";
import { type Unit, unitsOf } from "./units";
import { count, fixed, kLevel, listed, pText, percent, shortened, spaced } from "./words";

function nameOf(factors: Factors, factor: number): Meaning | undefined {
  return factors.meaning.find((entry) => entry.named && entry.factor === factor);
}

// The most telling first: what reads branches that read the image, then its first layers, then by names and size.
export function ranked(index: Index): Factors[] {
  const exact = (layer: string, graph?: string) => index.featuresOf(layer, graph)?.linearised === false;
  const branched = new Set<string>();
  for (const { branch, group } of index.branches.values()) {
    const first = branch.layers[0];
    if (branch.units && first && exact(first.layer, group.graph)) branched.add(branch.units.layer);
  }
  const rank = (entry: Factors) => {
    const named = entry.meaning.filter((meaning) => meaning.named).length;
    return (
      (entry.status === "found" ? 10_000 : 0) +
      (entry.joint && branched.has(entry.from) ? 2_000 : 0) +
      (exact(entry.from, entry.graph) ? 1_000 : 0) +
      (index.picturesOf(entry.from, entry.graph) ? 200 : 0) +
      100 * Math.min(named, 3) +
      (entry.joint ? 30 : 0) +
      Math.min(entry.significant, 8)
    );
  };
  return [...index.report.factors]
    .filter((entry) => index.withVectors(entry).right?.[0])
    .sort((a, b) => rank(b) - rank(a));
}

export class FactorsSection {
  readonly element: HTMLElement;
  private readonly body = h("div");
  private readonly order: Factors[];
  private chosen: Factors | undefined;
  private x = 0;
  private y = 1;
  private colourBy = "";

  constructor(private readonly index: Index) {
    this.order = ranked(index);
    this.element = h(
      "section",
      { id: "factors", class: "block", "aria-label": "Factors" },
      h("h2", {}, "Factors: which units hold together"),
      h(
        "p",
        { class: "lead" },
        "Where two layers follow one another, units that the second layer reads together lie on one side. The plots place the units of both layers by two such factors – singular vectors of the weights' magnitudes. An axis has a name only where a feature of the units explains it beyond chance.",
      ),
    );
    if (this.order.length === 0) {
      this.element.append(
        h(
          "p",
          {},
          index.report.factors.length === 0
            ? "None: no two layers with trained weights follow one another, or the pass was not run."
            : "None of the pairs of layers varies enough for a plot; their numbers are in the table below.",
        ),
      );
      return;
    }
    this.element.append(this.picker(), this.body);
    if (index.leftOut > 0)
      this.element.append(
        h(
          "p",
          { class: "quiet" },
          `${count(index.leftOut, "list")} of loadings and features of deeper layers are left out of this file, for its size; the JSON report has them.`,
        ),
      );
    this.choose(this.order[0]!);
  }

  private picker() {
    const text = (entry: Factors) => {
      const words = [
        ...new Set(entry.meaning.filter((meaning) => meaning.named).map((meaning) => spaced(meaning.feature))),
      ];
      return `${shortened(entry.from, 34)} → ${shortened(entry.to, 34)}${words.length > 0 ? ` (${listed(words, 3)})` : ""}`;
    };
    return h(
      "div",
      { class: "controls" },
      choice(
        "Layers",
        this.order.slice(0, 400).map((entry, i) => [String(i), text(entry)]),
        "0",
        (value) => this.choose(this.order[Number(value)]!),
      ),
    );
  }

  private choose(entry: Factors): void {
    this.chosen = entry;
    const named = entry.meaning.filter((meaning) => meaning.named).map((meaning) => meaning.factor);
    const known = (this.index.withVectors(entry).right ?? []).filter((one) => one).length;
    // The first two; where neither has a name and a later one has, that one.
    this.x = 0;
    this.y = Math.min(1, known - 1);
    const later = named.find((factor) => factor < known);
    if (later !== undefined && !named.some((factor) => factor < 2)) this.y = later;
    this.colourBy = "";
    this.draw();
  }

  private axis(factor: number): Axis {
    const entry = this.chosen!;
    const meaning = nameOf(entry, factor);
    const title = `factor ${factor}${meaning ? `: ${spaced(meaning.feature)}` : ""}`;
    if (!meaning) return { factor, title, low: "", high: "" };
    const word = spaced(meaning.feature);
    const more = `more ${word}`,
      less = `less ${word}`;
    return meaning.pearson > 0 ? { factor, title, low: less, high: more } : { factor, title, low: more, high: less };
  }

  private draw(): void {
    const entry = this.chosen!;
    const from = unitsOf(this.index, entry, "from"),
      to = unitsOf(this.index, entry, "to");
    const known = from[0]?.loadings.length ?? 0;
    const factors = Array.from({ length: known }, (_, i): [string, string] => [String(i), this.axis(i).title]);
    const colours = colourChoices([...from, ...to]);
    if (!colours.some(([value]) => value === this.colourBy))
      this.colourBy = this.usualColour(colours, [...from, ...to]);
    const pick = (label: string, value: number, set: (n: number) => void) =>
      choice(label, factors, String(value), (text) => {
        set(Number(text));
        this.draw();
      });
    const pictured = from.some((unit) => unit.picture) || to.some((unit) => unit.picture);
    const plot = (units: Unit[], side: "from" | "to") => {
      const layer = side === "from" ? entry.from : entry.to;
      const features = this.index.featuresOf(layer, entry.graph);
      const drawn = units.some((unit) => unit.picture)
        ? features?.linearised
          ? "drawn as linearised kernels"
          : features?.field
            ? "drawn as their kernels on the image"
            : "drawn as their kernels"
        : "";
      return scatter(this.index, units, {
        title: shortened(layer, 48),
        caption: `${count(units.length, "unit")} that ${side === "from" ? "are read" : "read them, placed by what they read"}${drawn ? ", " + drawn : ""}`,
        x: this.axis(this.x),
        y: this.axis(this.y),
        colourBy: this.colourBy,
        ...(entry.graph ? { graph: entry.graph } : {}),
      });
    };
    replace(
      this.body,
      h("p", {}, this.sentence(entry)),
      this.names(entry),
      this.latent(entry),
      h(
        "div",
        { class: "controls" },
        pick("Across", this.x, (n) => (this.x = n)),
        pick("Up", this.y, (n) => (this.y = n)),
        choice(pictured ? "Rim" : "Colour", colours, this.colourBy, (value) => {
          this.colourBy = value;
          this.draw();
        }),
      ),
      h("div", { class: "pair" }, plot(from, "from"), plot(to, "to")),
      this.colourBy === "branch" ? this.branchLegend([...from, ...to]) : null,
      pictured || !this.index.report.features.some((one) => one.field)
        ? null
        : h(
            "p",
            { class: "quiet" },
            "Kernels are drawn where the page was written by ramus analyze MODEL --html; a report alone does not hold them.",
          ),
      h(
        "div",
        { class: "pair uneven" },
        this.scree(entry),
        loadings(this.index, from, this.axis(this.x), this.axis(this.y), this.colourBy, entry.from),
      ),
    );
  }

  // The branches where units of several stand in one plot, else the feature that names an axis.
  private usualColour(colours: [string, string][], units: Unit[]): string {
    const branches = new Set(units.map((unit) => unit.branch).filter((one) => one !== undefined));
    const named = [this.x, this.y].map((factor) => nameOf(this.chosen!, factor)?.feature);
    const known = (value: string | undefined) => value !== undefined && colours.some(([one]) => one === value);
    if (branches.size > 1) return "branch";
    return named.find(known) ?? colours.find(([one]) => one !== "branch")?.[0] ?? colours[0]![0];
  }

  private sentence(entry: Factors): string {
    const { null: chance, significant } = entry;
    const how =
      chance.method === "permutation"
        ? count(chance.permutations, "permutation")
        : chance.method === "tracy-widom"
          ? "Tracy-Widom edge"
          : "not tested";
    const shares = entry.energy.slice(0, Math.min(significant, 3)).map(percent).join(" + ");
    return `${significant} of the first ${entry.sigma.length} factors ${significant === 1 ? "is" : "are"} beyond chance (${how})${shares ? `, with ${shares}${significant > 3 ? " + …" : ""} of the energy` : ""}; effective rank ${entry.effective_rank_exact ? "" : "at least "}${entry.effective_rank.toFixed(1)} of ${Math.min(entry.rows, entry.columns)}. Weights reduced over the kernel by ${entry.reduction}, normalised by ${entry.normalise}, centred by ${entry.centring}.`;
  }

  private names(entry: Factors) {
    const named = entry.meaning.filter((meaning) => meaning.named);
    if (named.length === 0)
      return h(
        "p",
        { class: "quiet" },
        `No factor has a name: no feature of the units passed its test (q at most ${kLevel}).`,
      );
    return h(
      "ul",
      { class: "names" },
      named.map((meaning) =>
        h(
          "li",
          {},
          `factor ${meaning.factor} is `,
          h("b", { dir: "auto" }, shortened(spaced(meaning.feature), 40)),
          meaning.linearised ? " (of linearised kernels)" : "",
          `: r ${fixed(meaning.pearson)}${meaning.partial === null ? "" : ` (${fixed(meaning.partial)} given the other features)`}, ${count(meaning.test.n, "unit")} permuted ${meaning.test.permutations} times, p ${pText(meaning.p)}, q ${pText(meaning.q)}`,
        ),
      ),
    );
  }

  // Groups of units that this layer without branches falls into.
  private latent(entry: Factors) {
    const found = this.index.report.latent.find((one) => one.id === entry.id && one.status === "found");
    if (!found) return null;
    return h(
      "p",
      {},
      h("b", {}, `${found.branches} latent branches: `),
      `the units fall into ${found.branches} groups that hold ${percent(found.energy)} of the energy (by chance ${percent(found.null.energy)}; entries permuted within rows ${found.null.permutations} times, p ${pText(found.p)}). A grouped convolution of that shape would save ${percent(found.saved)} of the weights and lose ${percent(found.lost)} of their energy.`,
    );
  }

  private branchLegend(units: Unit[]) {
    const seen = new Map<string, number>();
    for (const unit of units) if (unit.branch) seen.set(unit.branch, unit.place ?? 0);
    return h(
      "div",
      { class: "legend" },
      [...seen]
        .slice(0, 12)
        .map(([id, place]) =>
          h(
            "span",
            { class: "chip" },
            h("i", { style: { background: `var(--b${place % 8})` } }),
            h("span", { dir: "auto" }, shortened(this.index.branches.get(id)!.branch.name, 40)),
          ),
        ),
    );
  }

  // Singular values beside what chance gives.
  private scree(entry: Factors) {
    const { sigma } = entry,
      upper = entry.null.upper ?? [];
    const width = 460,
      height = 200,
      left = 40,
      bottom = 24;
    const most = Math.max(...sigma, ...upper) * 1.06 || 1;
    const step = (width - left) / Math.max(1, sigma.length);
    const y = (value: number) => height - bottom - (value / most) * (height - bottom - 8);
    const svg = s("svg", {
      class: "scree",
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `Singular values ${sigma.map((one) => fixed(one)).join(", ")}; by chance 95 % stay below ${upper.map((one) => fixed(one)).join(", ")}`,
    });
    svg.append(s("path", { class: "zero", d: `M${left},${height - bottom}H${width}` }));
    sigma.forEach((value, i) => {
      const x = left + i * step + step * 0.18,
        w = step * 0.64;
      const sure = (entry.p[i] ?? 1) <= kLevel && i < entry.significant;
      svg.append(
        s(
          "rect",
          { class: sure ? "bar sure" : "bar", x, width: w, y: y(value), height: height - bottom - y(value) },
          s(
            "title",
            {},
            `factor ${i}: σ ${fixed(value, 3)}, ${percent(entry.energy[i] ?? 0)} of the energy, p ${pText(entry.p[i] ?? 1)}${upper[i] ? `; by chance 95 % below ${fixed(upper[i]!, 3)}` : ""}`,
          ),
        ),
      );
      if (upper[i]) svg.append(s("path", { class: "edge", d: `M${x - w * 0.18},${y(upper[i]!)}h${w * 1.36}` }));
      svg.append(s("text", { class: "tick", x: x + w / 2, y: height - 8, "text-anchor": "middle" }, String(i)));
    });
    svg.append(
      s("text", { class: "tick", x: 4, y: 14 }, fixed(most, 1)),
      s("text", { class: "tick", x: 4, y: height - bottom }, "0"),
    );
    return h(
      "figure",
      { class: "plot" },
      h(
        "figcaption",
        {},
        h("b", {}, "Singular values σ of the factors"),
        h(
          "span",
          { class: "quiet" },
          upper.length > 0
            ? "a line marks what 95 % of random weights stay below; full bars lie beyond chance"
            : "full bars lie beyond chance",
        ),
      ),
      svg,
    );
  }
}

// Features of all units, of which some differ.
function colourChoices(units: Unit[]): [string, string][] {
  const out: [string, string][] = [];
  if (units.some((unit) => unit.branch)) out.push(["branch", "branch"]);
  if (units.some((unit) => unit.assigned)) out.push(["assigned", "factor that it belongs to"]);
  const names = new Set(units.flatMap((unit) => unit.features.map(([name]) => name)));
  for (const name of names) out.push([name, shortened(spaced(name), 40)]);
  if (out.length === 0) out.push(["none", "nothing"]);
  return out;
}
