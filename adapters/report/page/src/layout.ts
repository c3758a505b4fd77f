// Where everything of the map stands. The trunk runs left to right and breaks into rows like text, so that a deep
// network is readable at any width; lanes of a fork lie above one another around it.
//
//        title
//      .── lane ──.
//   ──<            >── beads ──<        a row; its baseline is the trunk
//      '── lane ──'
import type { Index } from "./index";
import type { Fork, Item, Lane, Unravelled } from "./tree";
import { opsText } from "./tree";
import type { Stream } from "./report";
import { galleryOf, sampled } from "./gallery";
import { count, human, nameWithin, shortened } from "./words";

export interface LaneBox {
  lane: Lane | null; // null: stands for lanes that are not drawn
  y: number; // of its rail, from the fork's baseline
  name: string;
  facts: string;
  caption: string;
  pill: string; // groups inside, folded
  pictures?: { urls: string[]; crisp: boolean; told: string };
  inner?: Flow;
  innerX: number;
}

export interface Box {
  item: Item;
  x: number;
  width: number;
  up: number;
  down: number;
  text?: string;
  title?: string;
  subtitle?: string;
  lanes?: LaneBox[];
  blocks?: { y: number; text: string; place: number; dash: boolean; count: number }[];
  frame?: { key: string; text: string; folded: boolean };
  begins?: boolean; // the frame
  stream?: Stream;
}

export interface Row {
  y: number; // baseline
  up: number;
  down: number;
  boxes: Box[];
  width: number;
}

export interface Flow {
  rows: Row[];
  width: number;
  height: number;
}

export const kFan = 26; // where lanes part and meet
const kGap = 14;
const kRowGap = 30;
const kTitle = 36;
const kMostLanes = 12;
export const kPicture = 19; // side of a kernel on the map
const kMostPictures = 8; // of a lane
const kMostPictured = 6; // lanes of a group
const kFramePad = 16;

let canvas: CanvasRenderingContext2D | null = null;

export function textWidth(text: string, bold = false, size = 12): number {
  canvas ??= document.createElement("canvas").getContext("2d");
  if (!canvas) return text.length * 7;
  canvas.font = `${bold ? "600 " : ""}${size}px system-ui, sans-serif`;
  return canvas.measureText(text.slice(0, 200)).width;
}

// The end of a path says more than its beginning.
export function tail(name: string, most = 26): string {
  const letters = [...name.slice(-4 * most)];
  return letters.length <= most && name.length <= 4 * most ? name : "…" + letters.slice(-(most - 1)).join("");
}

export function flow(index: Index, items: Item[], maxWidth: number): Flow {
  const boxes = boxesOf(index, items, undefined, maxWidth);
  const rows: Row[] = [];
  let row: Row = { y: 0, up: 14, down: 14, boxes: [], width: 0 };
  let x = kGap;
  const finish = () => {
    if (row.boxes.length === 0) return;
    row.width = x;
    rows.push(row);
    row = { y: 0, up: 14, down: 14, boxes: [], width: 0 };
    x = kGap;
  };
  for (const [i, box] of boxes.entries()) {
    const framed = box.frame !== undefined;
    const begins = framed && boxes[i - 1]?.frame?.key !== box.frame!.key;
    const whole = begins && box.frame!.folded ? frameWidth(boxes, i) : 0; // stays in one row where it can
    const needed = whole > 0 && whole <= maxWidth ? whole : box.width;
    if (row.boxes.length > 0 && x + needed + kGap > maxWidth) finish();
    box.x = x + (framed && row.boxes.at(-1)?.frame?.key !== box.frame!.key ? 6 : 0);
    x = box.x + box.width + kGap;
    if (begins) box.begins = true;
    row.boxes.push(box);
    row.up = Math.max(row.up, box.up + (framed ? kFramePad + 8 : 0));
    row.down = Math.max(row.down, box.down + (framed ? kFramePad : 0));
  }
  finish();
  let y = 0;
  for (const one of rows) {
    one.y = y + one.up;
    y = one.y + one.down + kRowGap;
  }
  return { rows, width: Math.max(0, ...rows.map((one) => one.width)), height: Math.max(0, y - kRowGap) };
}

function frameWidth(boxes: Box[], from: number): number {
  let width = 0;
  for (let i = from; i < boxes.length && boxes[i]!.frame?.key === boxes[from]!.frame?.key; ++i)
    width += boxes[i]!.width + kGap;
  return width + 20;
}

function boxesOf(index: Index, items: Item[], frame: Box["frame"], maxWidth: number): Box[] {
  return items.flatMap((item): Box[] => {
    if (item.type === "fold") {
      const expanded = item.items.length > item.all.length / item.times;
      const inside = { key: item.key, text: `${item.times} ×`, folded: !expanded };
      return boxesOf(index, item.items, inside, maxWidth);
    }
    const box = boxOf(index, item, maxWidth);
    if (frame) box.frame = frame;
    return [box];
  });
}

function boxOf(index: Index, item: Exclude<Item, { type: "fold" }>, maxWidth: number): Box {
  switch (item.type) {
    case "beads": {
      const { text, rest } = opsText(item.ops);
      const shown = shortened(text, 40) + (rest > 0 ? ` +${rest}` : "");
      return { item, x: 0, width: textWidth(shown, false, 11) + 18, up: 12, down: 12, text: shown };
    }
    case "cut": {
      const text = `… ${count(item.groups, "more group")}`;
      return { item, x: 0, width: textWidth(text) + 24, up: 14, down: 14, text };
    }
    case "unravelled":
      return unravelledBox(index, item, maxWidth);
    case "fork":
      return forkBox(index, item);
  }
}

function forkBox(index: Index, fork: Fork): Box {
  const { group } = fork;
  const score = index.specialization.get(group.id)?.score;
  const title = tail(group.name);
  const kind = group.kind === "residual" ? "residual block" : `${group.kind} of ${group.branches.length}`;
  const subtitle =
    kind +
    (group.closed || group.kind === "outputs" ? "" : ", open") +
    (score === null || score === undefined ? "" : ` · score ${score.toFixed(2)}`);
  const drawn = fork.lanes.length > kMostLanes + 1 ? fork.lanes.slice(0, kMostLanes) : fork.lanes;
  const lanes = drawn.map((lane) => laneBox(index, fork, lane));
  if (drawn.length < fork.lanes.length) {
    lanes.push({
      lane: null,
      y: 0,
      name: `… ${fork.lanes.length - drawn.length} more branches`,
      facts: "",
      caption: "",
      pill: "",
      innerX: 0,
    });
  }
  const widest = Math.max(fork.through ? 60 : 110, ...lanes.map((lane) => laneWidth(lane)));
  const width = Math.max(widest + 2 * kFan, textWidth(title, true) + 8, textWidth(subtitle, false, 11) + 8);
  const heights = lanes.map((lane) => laneHeight(lane));
  const box: Box = { item: fork, x: 0, width, up: 0, down: 0, title, subtitle, lanes };
  const streamed = index.streamOf.get(group.id)?.stream;
  if (streamed && streamed.blocks.length > 1) box.stream = streamed;
  if (fork.through) {
    // Arms arch over the trunk, which is the skip.
    let y = 0;
    lanes.forEach((lane, i) => {
      if (lane.lane?.branch.skip) {
        lane.y = 0;
        return;
      }
      y -= Math.max(34, heights[i]!.below + 16);
      lane.y = y;
      y -= heights[i]!.above;
    });
    box.up = -y + kTitle;
    box.down = 14;
  } else {
    const all = heights.reduce((sum, height) => sum + height.above + height.below, 0);
    let y = -all / 2;
    lanes.forEach((lane, i) => {
      lane.y = y + heights[i]!.above;
      y += heights[i]!.above + heights[i]!.below;
    });
    box.up = all / 2 + kTitle;
    box.down = all / 2 + 4;
  }
  return box;
}

function laneBox(index: Index, fork: Fork, lane: Lane): LaneBox {
  const { branch } = lane;
  const children = index.children.get(branch.id) ?? [];
  const facts: string[] = [];
  if (branch.kernel) facts.push(`${branch.kernel[0]}×${branch.kernel[1]}`);
  if (branch.units) facts.push(count(branch.units.end - branch.units.begin, "unit"));
  else if (branch.parameters > 0) facts.push(human(branch.parameters));
  const claim = index.claimed(branch.id).find((entry) => entry.effect > 0) ?? index.claimed(branch.id)[0];
  const inner = lane.inside.length > 0 ? flow(index, lane.inside, Infinity) : undefined;
  const pill = children.length > 0 && !inner ? pillText(children) : "";
  const box: LaneBox = {
    lane,
    y: 0,
    name: branch.skip ? "skip" : shortened(nameWithin(fork.group.name, branch.name), 24),
    facts: facts.join(" · "),
    caption: claim ? shortened(claim.brief, 30) : "",
    pill,
    innerX: 0,
  };
  if (inner) box.inner = inner;
  const gallery =
    fork.lanes.length <= kMostPictured && !fork.through && !inner ? galleryOf(index, branch, fork.group) : undefined;
  if (gallery) {
    const urls = sampled(gallery.urls, kMostPictures);
    box.pictures = {
      urls,
      crisp: gallery.crisp,
      told: `${urls.length} of its ${count(gallery.urls.length, gallery.linearised ? "linearised kernel" : "filter")}, evenly spaced`,
    };
  }
  if (branch.skip) Object.assign(box, { facts: "", caption: "" });
  return box;
}

function pillText(children: { kind: string; branches: unknown[] }[]): string {
  if (children.length === 1) {
    const only = children[0]!;
    return only.kind === "heads" ? `${only.branches.length} heads` : `${only.kind} of ${only.branches.length}`;
  }
  return `${children.length} groups`;
}

function laneWidth(lane: LaneBox): number {
  const label = textWidth(lane.name, true, 11.5) + (lane.facts ? textWidth(lane.facts, false, 11) + 6 : 0);
  const pill = lane.pill ? textWidth(lane.pill, false, 11) + 34 : 0;
  return (
    Math.max(
      label,
      lane.caption ? textWidth(lane.caption, true, 11) + 22 : 0,
      pill,
      lane.inner ? lane.inner.width + 10 : 0,
      (lane.pictures?.urls.length ?? 0) * (kPicture + 3),
    ) + 8
  );
}

function laneHeight(lane: LaneBox): { above: number; below: number } {
  const row = lane.inner?.rows[0];
  const inside = row ? { above: row.up + 22, below: row.down + 8 } : { above: 22, below: 9 };
  if (lane.pill) Object.assign(inside, { above: inside.above + 6, below: inside.below + 6 });
  if (lane.lane?.branch.skip) return { above: 23, below: 8 };
  return {
    above: inside.above + 5,
    below: inside.below + (lane.caption ? 16 : 0) + (lane.pictures ? kPicture + 6 : 0),
  };
}

const kMostBlocks = 24;

// All blocks of a stream side by side between its start and its end; where there are many, alike ones as one.
function unravelledBox(index: Index, item: Unravelled, maxWidth: number): Box {
  const { stream } = item;
  const fold = stream.blocks.length > kMostBlocks;
  const lines: NonNullable<Box["blocks"]> = [];
  const lineOf = new Map<string, (typeof lines)[number]>();
  stream.blocks.forEach((block, place) => {
    const group = index.groups.get(block.group);
    const sign = group?.repeated?.of ?? block.group;
    const alike = fold ? lineOf.get(sign) : undefined;
    if (alike) {
      ++alike.count;
      return;
    }
    const line = {
      y: 0,
      text: tail(group?.name ?? block.branch, 32),
      place,
      dash: block.link === "approximate",
      count: 1,
    };
    lineOf.set(sign, line);
    lines.push(line);
  });
  const step = 24;
  lines.forEach((line, i) => (line.y = (i - (lines.length - 1) / 2) * step - 10));
  const half = (lines.length * step) / 2;
  const width = Math.min(620, Math.max(280, (Number.isFinite(maxWidth) ? maxWidth : 620) - 40));
  return {
    item,
    x: 0,
    width,
    up: half + 52,
    down: half + 26,
    blocks: lines,
    title: `Residual stream, unravelled: ${count(stream.blocks.length, "block")} in parallel`,
    stream,
  };
}
