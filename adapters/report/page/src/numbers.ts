// Every number of the report in a table, with its method beside it.
import { h, replace } from "./dom";
import type { Index } from "./index";
import { type AnySpec, tablesOf } from "./number_tables";
import { Table } from "./table";

export class NumbersSection {
  readonly element: HTMLElement;
  private readonly holder = h("div");
  private readonly tabs: HTMLButtonElement[] = [];
  private readonly made = new Map<number, Table<unknown>>();
  private readonly input = h("input", {
    type: "search",
    spellcheck: "false",
    oninput: () => this.table?.search(this.input.value),
  });
  private readonly specs: AnySpec[];
  private table: Table<unknown> | undefined;

  constructor(index: Index) {
    this.specs = tablesOf(index);
    this.specs.forEach((spec, i) =>
      this.tabs.push(
        h(
          "button",
          { type: "button", role: "tab", "aria-selected": "false", onclick: () => this.show(i) },
          `${spec.name} `,
          h("small", {}, spec.rows.length.toLocaleString("en")),
        ),
      ),
    );
    this.element = h(
      "section",
      { id: "numbers", class: "block", "aria-label": "Numbers" },
      h("h2", {}, "Numbers: all of them, with their methods"),
      h("p", { class: "lead" }, "Sort by a column's head; ? says how its number came about."),
      h("div", { class: "tabs", role: "tablist" }, this.tabs),
      h("div", { class: "controls" }, h("label", { class: "choice" }, h("span", {}, "Only rows with"), this.input)),
      this.holder,
      index.text
        ? h(
            "details",
            { class: "plain-text" },
            h("summary", {}, "All of it as plain text, for a mail or a terminal"),
            h("pre", { dir: "auto" }, index.text),
          )
        : null,
    );
    if (this.specs.length > 0) this.show(0);
  }

  filter(text: string): void {
    const branches = this.specs.findIndex((spec) => spec.name === "Tests of branches");
    if (branches >= 0) this.show(branches);
    this.input.value = text;
    this.table?.search(text);
    this.element.scrollIntoView({ block: "start" });
  }

  private show(place: number): void {
    this.tabs.forEach((tab, i) => tab.setAttribute("aria-selected", String(i === place)));
    if (!this.made.has(place)) this.made.set(place, new Table(this.specs[place]!));
    this.table = this.made.get(place)!;
    this.input.value = "";
    this.table.search("");
    replace(this.holder, this.table.element);
  }
}
