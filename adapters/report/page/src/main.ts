// The page: reads its data, and puts the sections one under the other.
import { h, replace } from "./dom";
import { FactorsSection } from "./factors";
import { Index } from "./index";
import { BranchMap } from "./map";
import { NumbersSection } from "./numbers";
import type { Data } from "./report";
import { specializationSection } from "./specialization";
import { StreamsSection } from "./streams";
import { facts, header } from "./summary";
import { themeButton } from "./theme";
import { mountTooltip } from "./tooltip";
import { shortened } from "./words";

function titleOf(path: string): string {
  return path.split("/").pop() || path || "model";
}

function start(): void {
  const began = performance.now();
  const data = JSON.parse(document.getElementById("data")!.textContent ?? "") as Data;
  const index = new Index(data);
  const { report } = index;
  const title = shortened(titleOf(report.model.path), 60);
  document.title = `${title} – Ramus report`;
  mountTooltip();
  const numbers = new NumbersSection(index);
  const map = new BranchMap(index, (filter) => numbers.filter(filter));
  const open = (branch: string) => {
    map.element.scrollIntoView({ block: "start" });
    map.open(branch);
  };
  const streams = new StreamsSection(index, open);
  const sections: [string, string][] = [
    ["map", "Map"],
    ["specialization", "Specialization"],
    ["factors", "Factors"],
    ["streams", "Residual blocks"],
    ["numbers", "Numbers"],
  ];
  replace(
    document.getElementById("top")!,
    h("div", { class: "bar" }, h("h1", { dir: "auto" }, title), themeButton()),
    h(
      "p",
      { class: "facts-line" },
      facts(index).map((fact, i) => [i > 0 ? " · " : "", h("span", { dir: "auto" }, fact)]),
    ),
    h(
      "nav",
      { "aria-label": "Sections" },
      sections.map(([id, text]) => h("a", { href: `#${id}` }, text)),
    ),
  );
  replace(
    document.getElementById("content")!,
    header(index, open),
    map.element,
    specializationSection(index, open),
    new FactorsSection(index).element,
    streams.element,
    numbers.element,
  );
  replace(
    document.getElementById("foot")!,
    h(
      "p",
      {},
      `Written by ramus ${report.tool.version} from `,
      h("code", { dir: "auto" }, shortened(report.model.path, 120)),
      `, ${shortened(report.model.digest, 24)}. This file holds everything that it shows and fetches nothing.`,
    ),
  );
  requestAnimationFrame(() =>
    requestAnimationFrame(() => (document.documentElement.dataset["drawn"] = (performance.now() - began).toFixed(0))),
  );
}

function told(error: unknown): void {
  replace(
    document.getElementById("content")!,
    h(
      "p",
      { class: "caution" },
      "This page cannot show its report: ",
      error instanceof Error ? error.message : String(error),
    ),
  );
  throw error;
}

try {
  start();
} catch (error) {
  told(error);
}
