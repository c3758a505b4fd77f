// The score of a group beside what chance gives.
import { h, s } from "./dom";
import type { Index } from "./index";
import type { Specialization } from "./report";
import { fixed, kLevel, listed, pText, shortened } from "./words";

// The score as a diamond beside the spread of permuted ones.
export function scorePart(entry: Specialization): HTMLElement {
  const score = entry.score ?? 0,
    mean = entry.null_mean ?? 0,
    quantiles = entry.null_quantiles;
  const low = Math.min(-0.02, mean, ...(quantiles ?? [])),
    high = Math.max(score * 1.15, 0.1, ...(quantiles ?? []));
  const width = 460,
    x = (value: number) => 8 + ((value - low) / (high - low)) * (width - 16);
  const svg = s("svg", {
    class: "score",
    viewBox: `0 0 ${width} 46`,
    role: "img",
    "aria-label": `score ${fixed(score)}, by chance ${fixed(mean)}`,
  });
  svg.append(s("path", { class: "zero", d: `M8,22H${width - 8}` }));
  if (quantiles && quantiles.length === 7) {
    svg.append(
      s("path", { class: "whisker", d: `M${x(quantiles[0]!)},22H${x(quantiles[6]!)}` }),
      s("rect", {
        class: "null",
        x: x(quantiles[1]!),
        width: Math.max(2, x(quantiles[5]!) - x(quantiles[1]!)),
        y: 15,
        height: 14,
        rx: 3,
      }),
      s("rect", {
        class: "null inner",
        x: x(quantiles[2]!),
        width: Math.max(2, x(quantiles[4]!) - x(quantiles[2]!)),
        y: 15,
        height: 14,
      }),
    );
  } else svg.append(s("path", { class: "edge", d: `M${x(mean)},13v18` }));
  const d = x(score);
  svg.append(
    s("path", { class: (entry.p ?? 1) <= kLevel ? "diamond sure" : "diamond", d: `M${d},12l9,10l-9,10l-9,-10z` }),
  );
  const near = d - x(mean) < 90;
  svg.append(
    s(
      "text",
      { class: "tick", x: x(mean), y: 44, "text-anchor": x(mean) < 40 ? "start" : near ? "end" : "middle" },
      "by chance",
    ),
    s(
      "text",
      { class: "tick strong", x: Math.min(width - 34, d), y: 44, "text-anchor": near ? "start" : "middle" },
      `score ${fixed(score)}`,
    ),
  );
  return h(
    "div",
    { class: "score-line" },
    svg,
    h(
      "p",
      {},
      `Score ${fixed(score)}: adjusted mutual information of branches and ${entry.basis}, ${entry.units} units; by chance ${fixed(mean)}, p ${pText(entry.p ?? 1)}, permuted ${entry.permutations ?? "?"} times.`,
      entry.set_aside.length > 0
        ? h(
            "span",
            { class: "quiet" },
            ` Not in the score, for they overlap other families: ${listed(
              entry.set_aside.map((one) => shortened(one, 30)),
              6,
            )}.`,
          )
        : null,
    ),
  );
}

export function scoreSentence(index: Index, group: string): string {
  const entry = index.specialization.get(group);
  if (!entry || entry.score === null) return "";
  return `score ${fixed(entry.score)} (adjusted mutual information of branches and ${entry.basis}, ${entry.units} units; by chance ${fixed(entry.null_mean ?? 0)}, p ${pText(entry.p ?? 1)}, permuted ${entry.permutations ?? "?"} times)`;
}
