// Bundles src/ into one HTML file with a place for the data. No network, no clock: the same sources, the same bytes.
// usage: node build.mjs --out FILE [--modules FOLDER-WITH-NODE_MODULES]
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const option = (name, usual) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? usual : resolve(process.argv[at + 1]);
};
const out = option("--out", join(here, "report_page.html"));
const modules = join(option("--modules", here), "node_modules");

const esbuild = createRequire(join(modules, "none.js"))("esbuild");
const common = {
  bundle: true,
  minify: true,
  write: false,
  charset: "ascii",
  nodePaths: [modules],
  logLevel: "warning",
};
const bundle = (entry, more) =>
  esbuild.buildSync({ ...common, ...more, entryPoints: [join(here, "src", entry)] }).outputFiles[0].text.trim();

// What ends an element inside it must not stand in its text.
const closed = (text, element) => {
  if (new RegExp(`</${element}|<!--`, "i").test(text)) throw new Error(`the bundle holds </${element} or <!--`);
  return text;
};
const script = closed(bundle("main.ts", { format: "iife", target: "es2022" }), "script");
const style = closed(bundle("style.css", { target: ["chrome111", "firefox113", "safari16.2"] }), "style");
const hash = createHash("sha256").update(script).digest("base64");

// Only the page's own script runs, and nothing is fetched from anywhere, whatever a name in a report holds.
const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data: blob:`;
const page = readFileSync(join(here, "src", "page.html"), "utf8");
const parts = { POLICY: policy, STYLE: style, SCRIPT: script };
writeFileSync(
  out,
  page.replace(/@(POLICY|STYLE|SCRIPT)@/g, (_, name) => parts[name]),
);
