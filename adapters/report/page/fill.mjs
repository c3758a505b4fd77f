// Puts a report into the page, as the library does: for work on the page without a compiler.
// usage: node fill.mjs PAGE.html REPORT.json OUT.html
import { readFileSync, writeFileSync } from "node:fs";

const [page, report, out] = process.argv.slice(2);
const read = JSON.parse(readFileSync(report, "utf8"));
const data = JSON.stringify(read.report ? read : { report: read }).replaceAll("<", "\\u003c");
writeFileSync(
  out,
  readFileSync(page, "utf8").replace("@DATA@", () => data),
);
