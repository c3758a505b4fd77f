// A residual stream with its blocks side by side.
import { s } from "./dom";
import { placeColour } from "./colours";
import { type DrawOptions, joint, pressable } from "./drawing";
import type { Box } from "./layout";
import type { Unravelled } from "./tree";

export function drawUnravelled(box: Box, item: Unravelled, options: DrawOptions): SVGElement {
  const g = s("g", { class: "unravelled", transform: `translate(${box.x},0)` });
  const lines = box.blocks ?? [];
  const left = 24,
    right = box.width - 24;
  const communities = new Map<number, number>();
  for (const found of item.stream.communities) {
    if (found.of === "blocks" && found.null.by_distance.p <= 0.05)
      for (const member of found.members) communities.set(member.block, member.community);
  }
  g.append(s("text", { class: "name", x: box.width / 2, y: -box.up + 14, "text-anchor": "middle" }, box.title));
  g.append(
    s(
      "text",
      { class: "sub", x: box.width / 2, y: -box.up + 29, "text-anchor": "middle" },
      "each block reads the sum of the start and of all blocks above it" +
        (lines.some((line) => line.dash) ? "; dashed: across an operator that is not linear" : ""),
    ),
  );
  const low = lines.length > 0 ? lines.at(-1)!.y + 26 : 0;
  for (const line of lines) {
    const block = item.stream.blocks[line.place]!;
    const found = options.index.branches.get(block.branch);
    const community = communities.get(line.place);
    const colour =
      community !== undefined && community >= 0
        ? placeColour(community)
        : options.colouring.mode === "branch"
          ? placeColour(line.place)
          : found
            ? options.colouring.of(found.branch, found.group, found.place)
            : "var(--rail)";
    const text = line.count > 1 ? `${line.count} × ${line.text}` : line.text;
    g.append(
      s(
        "g",
        {
          class: "lane",
          "data-branch": block.branch,
          ...pressable(`block ${text}`, () => options.hooks.openBranch(block.branch)),
        },
        s("title", {}, `${text}; ${block.link}${block.via.length > 0 ? ` across ${block.via.join(", ")}` : ""}`),
        s("path", { class: "halo", d: bus(left, right, line.y) }),
        s("path", {
          class: line.dash ? "rail dash" : "rail",
          d: bus(left, right, line.y),
          style: { stroke: colour, "stroke-width": line.count > 1 ? "8" : "5" },
        }),
        s("text", { class: "name", x: box.width / 2, y: line.y - 6, "text-anchor": "middle" }, text),
      ),
    );
  }
  g.append(
    s("path", { class: "rail thin", d: bus(left, right, low) }),
    s("text", { class: "facts", x: box.width / 2, y: low - 5, "text-anchor": "middle" }, "straight through"),
  );
  g.append(s("circle", { class: "forkdot", cx: 5, cy: 0, r: 4 }), joint(box.width - 5, "Sum", true));
  return g;
}

function bus(left: number, right: number, y: number): string {
  return `M5,0C${left * 0.7},0 ${left * 0.3},${y} ${left},${y}H${right}C${right + left * 0.7},${y} ${right + left * 0.3},0 ${right + left - 5},0`;
}
