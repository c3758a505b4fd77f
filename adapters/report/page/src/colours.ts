// What a lane's colour says. Colours are CSS variables, so that the theme changes them without drawing anew.
import { h } from "./dom";
import type { Index } from "./index";
import type { Branch, Group } from "./report";
import { fixed, human, shortened } from "./words";

export type Mode = "branch" | "score" | "finding" | "factor" | "parameters";

export const kBranchColours = 8;

export function placeColour(place: number): string {
  return `var(--b${place % kBranchColours})`;
}

// Negative and positive values in [-1, 1] around the background.
export function diverging(value: number): string {
  const share = Math.round(100 * Math.min(1, Math.abs(value)));
  return `color-mix(in oklab, var(${value < 0 ? "--less" : "--more"}) ${share}%, var(--zero))`;
}

export function sequential(value: number): string {
  return `color-mix(in oklab, var(--high) ${Math.round(100 * Math.max(0, Math.min(1, value)))}%, var(--low))`;
}

export interface Colouring {
  mode: Mode;
  of(branch: Branch, group: Group, place: number): string;
  legend: HTMLElement;
}

const kNone = "var(--rail)";

function chip(colour: string, text: string) {
  return h("span", { class: "chip" }, h("i", { style: { background: colour } }), h("span", { dir: "auto" }, text));
}

export function colouring(mode: Mode, index: Index): Colouring {
  return { mode, ...coloursOf(mode, index) };
}

function coloursOf(mode: Mode, index: Index): Omit<Colouring, "mode"> {
  switch (mode) {
    case "branch":
      return {
        of: (_, __, place) => placeColour(place),
        legend: h("div", { class: "legend" }, "Colour tells the branches of a group apart: their place in it."),
      };
    case "score":
      return byScore(index);
    case "finding":
      return byWord(
        index,
        "the strongest claim",
        (branch) => index.claimed(branch.id).find((claim) => claim.kind !== "factor" && claim.effect > 0)?.about,
      );
    case "factor":
      return byWord(
        index,
        "the factor that it holds most of, beyond chance",
        (branch) => index.claimed(branch.id).find((claim) => claim.kind === "factor" && claim.effect > 0)?.about,
      );
    case "parameters":
      return byParameters(index);
  }
}

function byScore(index: Index): Omit<Colouring, "mode"> {
  const scores = new Map<string, number>();
  for (const entry of index.report.specialization) {
    for (const branch of entry.branches) if (branch.score !== null) scores.set(branch.branch, branch.score);
  }
  const most = Math.max(0.01, ...scores.values());
  return {
    of: (branch) => (scores.has(branch.id) ? sequential(scores.get(branch.id)! / most) : kNone),
    legend:
      scores.size === 0
        ? h(
            "div",
            { class: "legend" },
            "No group has a score: it takes labels of units, or a layer that reads the branches.",
          )
        : scale(
            "score of the branch: its share of what branch and kind of unit say about each other",
            "0",
            fixed(most),
            chip(kNone, "not scored"),
          ),
  };
}

function byParameters(index: Index): Omit<Colouring, "mode"> {
  const most = Math.max(1, ...[...index.branches.values()].map(({ branch }) => branch.parameters));
  return {
    of: (branch) => (branch.parameters > 0 ? sequential(Math.log1p(branch.parameters) / Math.log1p(most)) : kNone),
    legend: scale("parameters of the branch, by their logarithm", "1", human(most), chip(kNone, "none")),
  };
}

function scale(text: string, low: string, high: string, more: HTMLElement) {
  return h("div", { class: "legend" }, text, h("span", { class: "scale" }, low, h("i", { class: "ramp" }), high), more);
}

function byWord(index: Index, what: string, word: (branch: Branch) => string | undefined): Omit<Colouring, "mode"> {
  const counts = new Map<string, number>();
  for (const { branch } of index.branches.values()) {
    const found = word(branch);
    if (found !== undefined) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const words = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, kBranchColours)
    .map(([text]) => text);
  return {
    of: (branch) => {
      const found = word(branch);
      if (found === undefined) return kNone;
      const place = words.indexOf(found);
      return place < 0 ? "var(--ink-2)" : placeColour(place);
    },
    legend: h(
      "div",
      { class: "legend" },
      counts.size === 0 ? `Nothing to colour by ${what}: none passed its test.` : `Colour tells ${what}:`,
      words.map((text, place) => chip(placeColour(place), shortened(text, 30))),
      counts.size > words.length ? chip("var(--ink-2)", "other") : null,
      counts.size > 0 ? chip(kNone, "nothing clear") : null,
    ),
  };
}
