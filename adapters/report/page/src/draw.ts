// The map's boxes as SVG.
import { s } from "./dom";
import { mark } from "./claims";
import { drawUnravelled } from "./draw_unravelled";
import { type DrawOptions, joint, pressable } from "./drawing";
import { type Box, type Flow, type LaneBox, type Row, kFan, kPicture, textWidth } from "./layout";
import type { Fork } from "./tree";

const kRail = 7;

// `lane`: the colour of the branch that it lies in, which is its trunk.
export function drawFlow(flow: Flow, options: DrawOptions, lane?: string): SVGGElement {
  const all = s("g");
  flow.rows.forEach((row, i) => {
    const next = flow.rows[i + 1];
    all.append(drawRow(row, options, lane));
    if (next) all.append(returnLine(row, next));
  });
  return all;
}

// From the end of a row to the beginning of the next.
function returnLine(row: Row, next: Row): SVGElement {
  const x = row.width + 4;
  const between = row.y + row.down + 13;
  return s("path", {
    class: "return",
    d: `M${row.width - 8},${row.y}H${x}q8,0 8,8V${between - 8}q0,8 -8,8H4q-8,0 -8,8V${next.y - 8}q0,8 8,8h6`,
  });
}

function drawRow(row: Row, options: DrawOptions, lane: string | undefined): SVGGElement {
  const g = s("g", { transform: `translate(0,${row.y})` });
  frames(row, options).forEach((frame) => g.append(frame));
  const style = lane ? { style: { stroke: lane, "stroke-width": String(kRail) } } : {};
  g.append(s("path", { class: "trunk", d: trunk(row, row.width - 8), ...style }));
  for (const run of streamRuns(row)) {
    g.append(
      s(
        "path",
        { class: "stream", d: `M${run.from},0H${run.to}` },
        s("title", {}, `residual stream ${run.name}: every block adds to it`),
      ),
    );
  }
  for (const box of row.boxes) g.append(drawBox(box, options));
  return g;
}

// Leaves out what forks cover, but for residual blocks, whose skip it is.
function trunk(row: Row, end: number): string {
  let path = "M2,0";
  for (const box of row.boxes) {
    if (box.blocks || (box.item.type === "fork" && !box.item.through))
      path += `H${box.x + 5}M${box.x + box.width - 5},0`;
  }
  const last = row.boxes.at(-1)?.item;
  return last?.type === "fork" && last.group.kind === "outputs" ? path : path + `H${end}`;
}

function streamRuns(row: Row): { from: number; to: number; name: string }[] {
  const runs: { from: number; to: number; name: string }[] = [];
  let last: Box | undefined;
  for (const box of row.boxes) {
    if (!box.stream || box.blocks) continue;
    const run = runs.at(-1);
    if (run && last?.stream === box.stream) run.to = box.x + box.width;
    else runs.push({ from: box.x, to: box.x + box.width, name: box.stream.name });
    last = box;
  }
  return runs;
}

// Around the boxes of a fold, one piece for each row.
function frames(row: Row, options: DrawOptions): SVGElement[] {
  const out: SVGElement[] = [];
  for (let i = 0; i < row.boxes.length; ) {
    const frame = row.boxes[i]!.frame;
    let j = i;
    while (j < row.boxes.length && row.boxes[j]!.frame?.key === frame?.key) ++j;
    if (frame) {
      const first = row.boxes[i]!,
        last = row.boxes[j - 1]!;
      const x = first.x - 8,
        width = last.x + last.width + 8 - x;
      const up = Math.max(...row.boxes.slice(i, j).map((box) => box.up)) + 12;
      const height = up + Math.max(...row.boxes.slice(i, j).map((box) => box.down)) + 10;
      if (frame.folded) {
        for (const step of [8, 4])
          out.push(s("rect", { class: "frame behind", x: x + step, y: -up + step, width, height, rx: 10 }));
      }
      out.push(s("rect", { class: frame.folded ? "frame" : "frame open", x, y: -up, width, height, rx: 10 }));
      const text = frame.folded ? `${frame.text} ▸` : `${frame.text} ▾`;
      const label = frame.folded ? `repeated ${frame.text}: show all` : `repeated ${frame.text}: fold`;
      const w = textWidth(text, true) + 16;
      if (first.begins)
        out.push(
          s(
            "g",
            {
              class: "badge",
              transform: `translate(${x + 10},${-up - 10})`,
              ...pressable(label, () => options.hooks.toggle(frame.key)),
            },
            s("rect", { width: w, height: 20, rx: 10 }),
            s("text", { x: w / 2, y: 14, "text-anchor": "middle" }, text),
          ),
        );
    }
    i = j;
  }
  return out;
}

function drawBox(box: Box, options: DrawOptions): SVGElement {
  const item = box.item;
  switch (item.type) {
    case "beads":
      return s(
        "g",
        { class: "beads", transform: `translate(${box.x},0)` },
        s("rect", { y: -10, width: box.width, height: 20, rx: 10 }),
        s("text", { x: box.width / 2, y: 4, "text-anchor": "middle" }, box.text),
        s("title", {}, item.ops.slice(0, 200).join(", ")),
      );
    case "cut":
      return s(
        "g",
        {
          class: "badge",
          transform: `translate(${box.x},0)`,
          ...pressable(`${box.text}: show them`, () => options.hooks.toggle(item.key)),
        },
        s("rect", { y: -13, width: box.width, height: 26, rx: 13 }),
        s("text", { x: box.width / 2, y: 4, "text-anchor": "middle" }, box.text),
      );
    case "unravelled":
      return drawUnravelled(box, item, options);
    case "fork":
      return drawFork(box, item, options);
    default:
      return s("g");
  }
}

function drawFork(box: Box, fork: Fork, options: DrawOptions): SVGElement {
  const { group } = fork;
  const g = s("g", {
    class: options.found.has(group.id) ? "fork found" : "fork",
    transform: `translate(${box.x},0)`,
    "data-group": group.id,
  });
  const special = options.index.specialization.get(group.id);
  const sure = special?.p !== null && special?.p !== undefined && special.p <= 0.05;
  g.append(
    s(
      "g",
      { class: "title", ...pressable(`group ${group.name}`, () => options.hooks.openGroup(group.id)) },
      s("title", {}, `${group.name}: ${box.subtitle}`),
      s("rect", { class: "hit", x: 0, y: -box.up, width: box.width, height: 32, rx: 6 }),
      s("text", { class: "name", x: box.width / 2, y: -box.up + 13, "text-anchor": "middle" }, box.title),
      s(
        "text",
        { class: sure ? "sub sure" : "sub", x: box.width / 2, y: -box.up + 27, "text-anchor": "middle" },
        box.subtitle,
      ),
    ),
  );
  const lanes = box.lanes ?? [];
  const ordered = [...lanes]
    .sort((a, b) => Number(a.lane?.branch.skip ?? true) - Number(b.lane?.branch.skip ?? true))
    .reverse();
  for (const lane of ordered) g.append(drawLane(lane, box, fork, options));
  g.append(s("circle", { class: "forkdot", cx: 5, cy: 0, r: 4 }));
  if (group.join.node !== null) g.append(joint(box.width - 5, group.join.op ?? "", group.closed));
  return g;
}

// `meets`: comes back to the trunk.
function curve(width: number, y: number, meets = true): string {
  const f = kFan;
  if (!meets) return `M5,0C${f * 0.7},0 ${f * 0.3},${y} ${f},${y}H${width - 5}`;
  if (y === 0) return `M5,0H${width - 5}`;
  return `M5,0C${f * 0.7},0 ${f * 0.3},${y} ${f},${y}H${width - f}C${width - f * 0.3},${y} ${width - f * 0.7},0 ${width - 5},0`;
}

// The same, leaving out what is drawn between `from` and `to`.
function around(width: number, y: number, from: number, to: number): string {
  const f = kFan;
  return (
    `M5,0C${f * 0.7},0 ${f * 0.3},${y} ${f},${y}H${from}` +
    `M${to},${y}H${width - f}C${width - f * 0.3},${y} ${width - f * 0.7},0 ${width - 5},0`
  );
}

function drawLane(lane: LaneBox, box: Box, fork: Fork, options: DrawOptions): SVGElement {
  const middle = box.width / 2;
  if (!lane.lane) {
    return s(
      "g",
      { class: "lane more", ...pressable(lane.name, () => options.hooks.openGroup(fork.group.id)) },
      s("path", { class: "rail thin", d: curve(box.width, lane.y, fork.group.kind !== "outputs") }),
      s("text", { x: middle, y: lane.y - 6, "text-anchor": "middle" }, lane.name),
    );
  }
  const { branch, place } = lane.lane;
  const colour = options.colouring.of(branch, fork.group, place);
  const claims = options.index.claimed(branch.id);
  const top = claims.find((claim) => claim.effect > 0) ?? claims[0];
  const label = branch.skip
    ? `skip of ${fork.group.name}`
    : `branch ${branch.name}, ${lane.facts}${top ? `, ${top.brief}` : ""}`;
  const labelY = lane.inner ? lane.y - lane.inner.rows[0]!.up - 8 : lane.y - (lane.pill ? 15 : 9);
  const g = s("g", {
    class: `lane${branch.skip ? " skip" : ""}${options.found.has(branch.id) ? " found" : ""}`,
    "data-branch": branch.id,
    ...pressable(label, () => options.hooks.openBranch(branch.id)),
  });
  g.append(s("title", {}, branch.name));
  const innerAt = lane.inner ? middle - lane.inner.width / 2 : 0;
  const path = lane.inner
    ? around(box.width, lane.y, innerAt + 4, innerAt + lane.inner.width - 10)
    : curve(box.width, lane.y, fork.group.kind !== "outputs");
  g.append(
    s("path", { class: "halo", d: path }),
    s("path", {
      class: "rail",
      d: path,
      style: {
        stroke: branch.skip && fork.through ? "transparent" : colour,
        "stroke-width": branch.skip ? "3" : String(kRail),
      },
    }),
  );
  if (!(branch.skip && fork.through)) {
    const nameWidth = textWidth(lane.name, true, 11.5),
      factsWidth = lane.facts ? textWidth(lane.facts, false, 11) + 6 : 0;
    const from = middle - (nameWidth + factsWidth) / 2;
    g.append(s("text", { class: "name", x: from, y: labelY }, lane.name));
    if (lane.facts) g.append(s("text", { class: "facts", x: from + nameWidth + 6, y: labelY }, lane.facts));
  }
  if (lane.caption && top) {
    const below = lane.inner ? lane.inner.rows[0]!.down + 4 : lane.pill ? 12 : 4;
    g.append(
      s(
        "text",
        { class: "caption", x: middle, y: lane.y + below + 13, "text-anchor": "middle" },
        `${lane.caption} ${mark(top.q)}`,
        s("title", {}, top.sentence),
      ),
    );
  }
  if (lane.pictures) g.append(pictures(lane, middle));
  if (lane.pill) g.append(pill(lane, middle, fork, options));
  if (lane.inner) {
    const inner = s(
      "g",
      { transform: `translate(${innerAt},${lane.y - lane.inner.rows[0]!.y})` },
      drawFlow(lane.inner, options, colour),
    );
    const holder = s("g", {}, g, inner, foldButton(innerAt, lane, fork, options));
    return holder;
  }
  return g;
}

function pictures(lane: LaneBox, middle: number): SVGElement {
  const { urls, crisp, told } = lane.pictures!;
  const step = kPicture + 3,
    from = middle - (urls.length * step - 3) / 2;
  const y = lane.y + (lane.pill ? 12 : 5) + (lane.caption ? 18 : 2);
  return s(
    "g",
    {},
    s("title", {}, told),
    urls.map((href, i) =>
      s("image", {
        class: crisp ? "crisp" : "",
        href,
        x: from + i * step,
        y,
        width: kPicture,
        height: kPicture,
        preserveAspectRatio: "none",
      }),
    ),
  );
}

function pill(lane: LaneBox, middle: number, fork: Fork, options: DrawOptions): SVGElement {
  const width = textWidth(lane.pill, false, 11) + 30;
  return s(
    "g",
    {
      class: "pill",
      transform: `translate(${middle - width / 2},${lane.y})`,
      ...pressable(`${lane.pill} inside: expand`, () => options.hooks.toggle(fork.group.id)),
    },
    s("rect", { y: -10, width, height: 20, rx: 10 }),
    s("text", { x: width / 2, y: 4, "text-anchor": "middle" }, `⊞ ${lane.pill}`),
  );
}

function foldButton(x: number, lane: LaneBox, fork: Fork, options: DrawOptions): SVGElement {
  return s(
    "g",
    {
      class: "pill",
      transform: `translate(${x - 4},${lane.y - lane.inner!.rows[0]!.up - 20})`,
      ...pressable("fold what is inside", () => options.hooks.toggle(fork.group.id)),
    },
    s("rect", { width: 20, height: 18, rx: 9 }),
    s("text", { x: 10, y: 13, "text-anchor": "middle" }, "⊟"),
  );
}
