// A table that sorts, filters, says how each number came about, and leaves as CSV or JSON.
import { h, replace } from "./dom";
import { count, pText, short, shortened } from "./words";

export interface Column<Row> {
  title: string;
  of(row: Row): string | number | boolean | null | undefined;
  method?: string; // how the number came about
  p?: boolean; // written as a probability
}

export interface TableSpec<Row> {
  name: string;
  about: string;
  rows: Row[];
  columns: Column<Row>[];
}

const kPage = 25;
let serial = 0;

export class Table<Row> {
  readonly element: HTMLElement;
  private sorted: { column: number; down: boolean } | undefined;
  private shown = kPage;
  private filter = "";
  private readonly body = h("tbody");
  private readonly more = h("button", {
    type: "button",
    class: "small",
    onclick: () => {
      this.shown += 10 * kPage;
      this.draw();
    },
  });
  private readonly heads: HTMLTableCellElement[] = [];
  private readonly method = h("p", { class: "method", role: "status", hidden: true });
  private readonly said = h("span", { class: "quiet", role: "status" });

  constructor(private readonly spec: TableSpec<Row>) {
    const id = `method${serial++}`;
    this.method.id = id;
    spec.columns.forEach((column, i) => {
      const sort = h("button", { type: "button", class: "sort", onclick: () => this.sort(i) }, column.title);
      const ask = column.method
        ? h(
            "button",
            {
              type: "button",
              class: "ask",
              "aria-label": `How ${column.title} came about`,
              "aria-controls": id,
              onclick: () => this.tell(column),
            },
            "?",
          )
        : null;
      this.heads.push(h("th", { scope: "col", "aria-sort": "none" }, sort, ask));
    });
    this.element = h(
      "div",
      { class: "table" },
      h(
        "div",
        { class: "controls" },
        h("span", { class: "quiet" }, spec.about),
        h(
          "span",
          { class: "buttons" },
          h("button", { type: "button", onclick: () => void this.copy("CSV", this.csv()) }, "Copy as CSV"),
          h("button", { type: "button", onclick: () => void this.copy("JSON", this.json()) }, "Copy as JSON"),
        ),
        this.said,
      ),
      this.method,
      h(
        "div",
        { class: "scroll" },
        h(
          "table",
          { class: "numbers" },
          h("caption", { class: "unseen" }, spec.name),
          h("thead", {}, h("tr", {}, this.heads)),
          this.body,
        ),
      ),
      this.more,
    );
    this.draw();
  }

  search(text: string): void {
    this.filter = text.toLowerCase();
    this.shown = kPage;
    this.draw();
  }

  private tell(column: Column<Row>): void {
    replace(this.method, h("b", {}, column.title), ": ", column.method);
    this.method.hidden = false;
  }

  private sort(column: number): void {
    const down =
      this.sorted?.column === column
        ? !this.sorted.down
        : typeof this.spec.columns[column]!.of(this.spec.rows[0]!) === "number" && !this.spec.columns[column]!.p;
    this.sorted = { column, down };
    this.heads.forEach((head, i) =>
      head.setAttribute("aria-sort", i !== column ? "none" : down ? "descending" : "ascending"),
    );
    this.draw();
  }

  private rows(): Row[] {
    const { columns } = this.spec;
    let rows = this.spec.rows;
    if (this.filter !== "")
      rows = rows.filter((row) =>
        columns.some((column) =>
          String(column.of(row) ?? "")
            .toLowerCase()
            .includes(this.filter),
        ),
      );
    if (!this.sorted) return rows;
    const { column, down } = this.sorted;
    const of = columns[column]!.of;
    return [...rows].sort((a, b) => compare(of(a), of(b)) * (down ? -1 : 1));
  }

  private draw(): void {
    const rows = this.rows();
    replace(
      this.body,
      rows.slice(0, this.shown).map((row) =>
        h(
          "tr",
          {},
          this.spec.columns.map((column) => {
            const value = column.of(row);
            return typeof value === "number"
              ? h("td", { class: "number" }, column.p ? pText(value) : short(value))
              : h(
                  "td",
                  { dir: "auto" },
                  value === null || value === undefined
                    ? "–"
                    : typeof value === "boolean"
                      ? value
                        ? "yes"
                        : "no"
                      : shortened(value, 80),
                );
          }),
        ),
      ),
      rows.length === 0
        ? h("tr", {}, h("td", { colspan: this.spec.columns.length, class: "quiet" }, "nothing with these words"))
        : null,
    );
    this.more.hidden = rows.length <= this.shown;
    this.more.textContent = `Show more of ${count(rows.length, "row")}`;
  }

  private csv(): string {
    const quoted = (value: unknown) => {
      const text = value === null || value === undefined ? "" : String(value);
      // A leading = + - @ would be a formula where a spreadsheet opens it.
      const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const { columns } = this.spec;
    return (
      [
        columns.map((column) => quoted(column.title)).join(","),
        ...this.rows().map((row) => columns.map((column) => quoted(column.of(row))).join(",")),
      ].join("\r\n") + "\r\n"
    );
  }

  private json(): string {
    const { columns } = this.spec;
    return JSON.stringify(
      this.rows().map((row) => Object.fromEntries(columns.map((column) => [column.title, column.of(row) ?? null]))),
      null,
      1,
    );
  }

  private async copy(what: string, text: string): Promise<void> {
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      const area = h("textarea", { class: "unseen" });
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand("copy"); // where pages from files have no clipboard
      area.remove();
    }
    this.said.textContent = done
      ? `${count(this.rows().length, "row")} copied as ${what}`
      : "The browser gave no access to the clipboard";
  }
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
  if (b === null || b === undefined) return -1;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
