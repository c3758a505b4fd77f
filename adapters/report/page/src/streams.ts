// Residual streams: who reads whom, how long the paths are, which blocks form communities.
import { choice, h, replace, s } from "./dom";
import { diverging, placeColour } from "./colours";
import type { Index } from "./index";
import { tail } from "./layout";
import type { Communities, Pair, Stream } from "./report";
import { hideTooltip, showTooltip } from "./tooltip";
import { bigText, count, fixed, kLevel, log10Of, pText, shortened } from "./words";

type Kind = Pair["kind"];
const kMostMembers = 160;

interface Member {
  block: number;
  head?: number;
}

export class StreamsSection {
  readonly element: HTMLElement;
  private readonly body = h("div");
  private readonly streams: Stream[];
  private kind: Kind = "block";
  private byCommunity = false;

  constructor(
    private readonly index: Index,
    private readonly open: (branch: string) => void,
  ) {
    this.streams = index.report.streams
      .filter((stream) => stream.blocks.length > 1)
      .sort((a, b) => b.composition.length - a.composition.length || b.blocks.length - a.blocks.length);
    this.element = h(
      "section",
      { id: "streams", class: "block", "aria-label": "Residual blocks" },
      h("h2", {}, "Residual blocks: who reads whom"),
    );
    if (this.streams.length === 0) {
      this.element.append(h("p", {}, "This network has no residual stream of two blocks or more."));
      return;
    }
    this.element.append(
      h(
        "p",
        { class: "lead" },
        "Blocks that add into one running sum are branches in parallel: none has to wait for another. What a later block reads of what an earlier one writes can be told from the weights alone, and compared with the same weights turned at random.",
      ),
    );
    if (this.streams.length > 1) {
      this.element.append(
        h(
          "div",
          { class: "controls" },
          choice(
            "Stream",
            this.streams
              .slice(0, 200)
              .map((stream, i) => [
                String(i),
                `${shortened(stream.name, 60)} (${count(stream.blocks.length, "block")})`,
              ]),
            "0",
            (value) => this.draw(this.streams[Number(value)]!),
          ),
        ),
      );
    }
    this.element.append(this.body);
    this.draw(this.streams[0]!);
  }

  private draw(stream: Stream): void {
    const kinds = [...new Set(stream.composition.map((pair) => pair.kind))];
    if (!kinds.includes(this.kind)) this.kind = kinds[0] ?? "block";
    const communities = stream.communities.find((entry) => (entry.of === "heads") === (this.kind !== "block"));
    const names: Record<Kind, string> = {
      block: "whole blocks",
      query: "what queries read",
      key: "what keys read",
      value: "what values read",
    };
    const order = h(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": String(this.byCommunity),
        onclick: () => {
          this.byCommunity = !this.byCommunity;
          this.draw(stream);
        },
      },
      "Order by community",
    );
    replace(
      this.body,
      h(
        "div",
        { class: "pair uneven reverse" },
        h(
          "div",
          {},
          kinds.length === 0
            ? h(
                "p",
                {},
                "Composition was not measured here: no weights of the blocks' ends are known, or they are beyond the limits of the pass; the notes among the numbers say which.",
              )
            : [
                h(
                  "div",
                  { class: "controls" },
                  kinds.length > 1
                    ? choice(
                        "Show",
                        kinds.map((kind) => [kind, names[kind]]),
                        this.kind,
                        (value) => {
                          this.kind = value as Kind;
                          this.draw(stream);
                        },
                      )
                    : null,
                  communities ? order : null,
                ),
                this.matrix(stream, communities),
              ],
        ),
        h(
          "div",
          {},
          this.paths(stream),
          stream.communities.map((entry) => this.communitiesText(entry)),
          this.links(stream),
        ),
      ),
    );
  }

  private members(stream: Stream, communities: Communities | undefined): Member[] {
    const seen = new Map<string, Member>();
    for (const pair of stream.composition) {
      if (pair.kind !== this.kind) continue;
      for (const member of [from(pair), to(pair)]) seen.set(nameOf(member), member);
    }
    const all = [...seen.values()].sort((a, b) => a.block - b.block || (a.head ?? -1) - (b.head ?? -1));
    if (!this.byCommunity || !communities) return all;
    const of = new Map(communities.members.map((member) => [nameOf(member), member.community]));
    const rank = (member: Member) => {
      const c = of.get(nameOf(member)) ?? -1;
      return c < 0 ? 1e6 : c;
    };
    return all.sort((a, b) => rank(a) - rank(b) || a.block - b.block || (a.head ?? -1) - (b.head ?? -1));
  }

  private matrix(stream: Stream, communities: Communities | undefined): HTMLElement {
    const sure = communities !== undefined && communities.null.by_distance.p <= kLevel;
    const every = this.members(stream, communities);
    const members = every.slice(0, kMostMembers);
    const place = new Map(members.map((member, i) => [nameOf(member), i]));
    const pairs = stream.composition.filter(
      (pair) => pair.kind === this.kind && place.has(nameOf(from(pair))) && place.has(nameOf(to(pair))),
    );
    const n = members.length,
      left = 70,
      top = 70,
      size = 560;
    const step = (size - left - 10) / Math.max(1, n);
    const most = Math.max(1e-9, ...pairs.map((pair) => Math.abs(pair.excess)));
    const svg = s("svg", {
      class: "matrix",
      viewBox: `0 0 ${size} ${size - left + top}`,
      role: "img",
      "aria-label": `${pairs.length} pairs; ${pairs.filter((pair) => pair.q <= kLevel && pair.excess > 0).length} compose beyond chance`,
    });
    const of = new Map(
      (this.byCommunity || sure ? communities : undefined)?.members.map((member) => [nameOf(member), member.community]),
    );
    members.forEach((member, i) => {
      const community = of.get(nameOf(member)) ?? -1;
      if (community >= 0)
        svg.append(
          s("rect", {
            x: left - 8,
            y: top + i * step,
            width: 5,
            height: step,
            style: { fill: placeColour(community) },
          }),
          s("rect", {
            y: top - 8,
            x: left + i * step,
            height: 5,
            width: step,
            style: { fill: placeColour(community) },
          }),
        );
      if (n > 40 && i % Math.ceil(n / 30) !== 0) return;
      const text = member.head === undefined ? String(member.block) : `${member.block}.${member.head}`;
      svg.append(
        s("text", { class: "tick", x: left - 12, y: top + (i + 0.5) * step + 4, "text-anchor": "end" }, text),
        s(
          "text",
          {
            class: "tick",
            x: left + (i + 0.5) * step,
            y: top - 12,
            "text-anchor": n > 20 ? "start" : "middle",
            transform: n > 20 ? `rotate(-60 ${left + (i + 0.5) * step} ${top - 12})` : undefined,
          },
          text,
        ),
      );
    });
    for (const pair of pairs) {
      const row = place.get(nameOf(from(pair)))!,
        column = place.get(nameOf(to(pair)))!;
      const claimed = pair.q <= kLevel;
      const cell = s("rect", {
        class: claimed ? "cell sure" : "cell",
        x: left + column * step + 0.5,
        y: top + row * step + 0.5,
        width: Math.max(1, step - 1),
        height: Math.max(1, step - 1),
        style: { fill: diverging((pair.excess / most) * (claimed ? 1 : 0.5)) },
      });
      cell.addEventListener("pointermove", (event) =>
        showTooltip(event.clientX, event.clientY, this.pairText(stream, pair)),
      );
      cell.addEventListener("pointerleave", hideTooltip);
      cell.addEventListener("click", () => this.open(stream.blocks[pair.to_block]!.branch));
      svg.append(cell);
      if (claimed && step > 9)
        svg.append(
          s("circle", {
            class: "q",
            cx: left + (column + 0.5) * step,
            cy: top + (row + 0.5) * step,
            r: Math.min(2.5, step / 6),
          }),
        );
    }
    svg.append(
      s("text", { class: "axis-name", x: left, y: 16 }, "reads: later →"),
      s("text", { class: "axis-name", transform: `translate(14,${top}) rotate(90)` }, "writes: later →"),
    );
    const beyond = pairs.filter((pair) => pair.q <= kLevel && pair.excess > 0);
    const first = pairs[0];
    return h(
      "figure",
      { class: "plot" },
      h(
        "figcaption",
        {},
        h(
          "b",
          {},
          this.kind === "block"
            ? "What each block reads of those before it"
            : "What each head reads of those before it",
        ),
        h(
          "span",
          { class: "quiet" },
          ` colour: composition score above (`,
          h("i", { class: "swatch", style: { background: diverging(0.8) } }),
          ") or below (",
          h("i", { class: "swatch", style: { background: diverging(-0.8) } }),
          `) that of random rotations; a dot: q at most 0.05. ${beyond.length} of ${count(pairs.length, "pair")} compose beyond chance.`,
          first ? ` Stream of ${first.test.n} units.` : "",
          every.length > n ? ` The first ${n} of ${every.length} are drawn.` : "",
        ),
      ),
      svg,
    );
  }

  private pairText(stream: Stream, pair: Pair) {
    const name = (member: Member) =>
      `${tail(this.index.groups.get(stream.blocks[member.block]!.group)?.name ?? "", 34)}${member.head === undefined ? "" : `, head ${member.head}`}`;
    return h(
      "div",
      { dir: "auto" },
      h("b", {}, `${name(to(pair))} reads ${name(from(pair))}`),
      h(
        "p",
        {},
        `score ${fixed(pair.score, 3)}, by chance ${fixed(pair.baseline, 3)}, z ${fixed(pair.z, 1)}, p ${pText(pair.p)}, q ${pText(pair.q)}; ${pair.link}${pair.via.length > 0 ? ` across ${pair.via.slice(0, 4).join(", ")}` : ""}`,
      ),
    );
  }

  // Paths by how many blocks they enter.
  private paths(stream: Stream): HTMLElement {
    const lengths = stream.path_lengths;
    const head = h(
      "figcaption",
      {},
      h("b", {}, `${bigText(stream.paths)} paths`),
      h(
        "span",
        { class: "quiet" },
        ` through ${count(stream.blocks.length, "block")}, by the number of blocks that they enter`,
      ),
    );
    if (lengths.length === 0) return h("figure", { class: "plot" }, head);
    const logs = lengths.map(log10Of),
      top = Math.max(...logs);
    const width = 460,
      height = 170,
      bottom = 22;
    const step = width / lengths.length;
    const svg = s("svg", {
      class: "paths",
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `most paths enter ${logs.indexOf(top)} blocks`,
    });
    logs.forEach((log, i) => {
      const tall = Math.max(lengths[i] === "0" ? 0 : 1, 10 ** (log - top) * (height - bottom - 8));
      svg.append(
        s(
          "rect",
          { class: "bar sure", x: i * step + step * 0.1, width: step * 0.8, y: height - bottom - tall, height: tall },
          s("title", {}, `${count(i, "block")}: ${bigText(lengths[i]!)} paths`),
        ),
      );
      if (lengths.length <= 20 || i % Math.ceil(lengths.length / 12) === 0)
        svg.append(
          s("text", { class: "tick", x: (i + 0.5) * step, y: height - 6, "text-anchor": "middle" }, String(i)),
        );
    });
    const mean =
      logs.reduce((sum, log, i) => sum + i * 10 ** (log - top), 0) /
      logs.reduce((sum, log) => sum + 10 ** (log - top), 0);
    return h(
      "figure",
      { class: "plot" },
      head,
      svg,
      h("p", { class: "quiet" }, `The mean path enters ${mean.toFixed(1)} of ${stream.blocks.length} blocks.`),
    );
  }

  private communitiesText(entry: Communities): HTMLElement {
    const { any_order, by_distance, permutations } = entry.null;
    const grouped = entry.members.filter((member) => member.community >= 0).length;
    const told =
      by_distance.p <= kLevel
        ? "They compose more than blocks as far apart would."
        : any_order.p <= kLevel
          ? "No more than that near blocks compose most."
          : "No more than chance.";
    return h(
      "div",
      {},
      h("h4", {}, `${count(entry.k, "community", "communities")} of ${entry.of}`),
      h(
        "p",
        {},
        `${told} Newman's Q ${fixed(entry.newman_q)} of ${grouped} ${entry.of}; dealt to other pairs ${fixed(any_order.mean)}, p ${pText(any_order.p)}; to pairs as far apart ${fixed(by_distance.mean)}, p ${pText(by_distance.p)} (${permutations} times). ${count(entry.runs, "run")} agree to ${fixed(entry.stability)} (adjusted mutual information).`,
      ),
    );
  }

  private links(stream: Stream): HTMLElement {
    const inexact = stream.blocks.filter((block) => block.link !== "exact");
    if (inexact.length === 0)
      return h(
        "p",
        { class: "quiet" },
        "The sums follow one another exactly: in parallel, the network computes the same.",
      );
    const via = [...new Set(inexact.flatMap((block) => block.via))];
    const linear = inexact.every((block) => block.link === "linear");
    return h(
      "p",
      { class: "quiet" },
      `${inexact.length} of ${count(stream.blocks.length, "link")} between sums pass ${shortened(via.slice(0, 6).join(", ") || "other operators", 80)}: ${linear ? "linear, so the parallel picture holds" : "the parallel picture is an approximation there"}.`,
    );
  }
}

function from(pair: Pair): Member {
  return pair.from_head === undefined ? { block: pair.from_block } : { block: pair.from_block, head: pair.from_head };
}

function to(pair: Pair): Member {
  return pair.to_head === undefined ? { block: pair.to_block } : { block: pair.to_block, head: pair.to_head };
}

function nameOf(member: Member): string {
  return `${member.block}.${member.head ?? ""}`;
}
