// What the map's drawings share.
import { s } from "./dom";
import type { Colouring } from "./colours";
import type { Index } from "./index";

export interface Hooks {
  openBranch(id: string): void;
  openGroup(id: string): void;
  toggle(key: string): void;
}

export interface DrawOptions {
  index: Index;
  colouring: Colouring;
  hooks: Hooks;
  found: Set<string>; // ids of branches and groups that the search found
}

export function pressable(label: string, act: () => void) {
  return {
    tabindex: 0,
    role: "button",
    "aria-label": label,
    onclick: (event: Event) => {
      event.stopPropagation();
      act();
    },
    onkeydown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      act();
    },
  };
}

export function joint(x: number, op: string, closed: boolean): SVGElement {
  const sign = /^(Add|Sum)$/.test(op) ? "+" : op === "Mul" ? "×" : /Concat/.test(op) ? "≡" : "";
  return s(
    "g",
    { class: closed ? "join" : "join open", transform: `translate(${x},0)` },
    s("circle", { r: sign ? 8 : 5 }),
    sign ? s("text", { y: 4.5, "text-anchor": "middle" }, sign) : null,
    s("title", {}, op),
  );
}
