// What page_test.sh runs once Node, Chromium and a page are there.
// usage: node page_test.mjs RAMUS SOURCE_DIR SHARED_DIR WORK_DIR CHROMIUM
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { hostile, hostileNames, manyNodes } from "./made_reports.mjs";

const [ramus, sourceDir, shared, work, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(join(work, "none.js"))("playwright-core");

const kMostPage = 1_500_000; // bytes, without the data
const kMostData = 3_000_000;

const failures = [];
function expect(condition, ...what) {
  if (!condition) failures.push(what.join(" "));
}

const run = (...args) => execFileSync(ramus, [...args, "--quiet"], { stdio: ["ignore", "ignore", "pipe"] });

function analysed(name, model, ...options) {
  const out = join(work, `${name}.html`);
  run("analyze", model, "--html", out, ...options);
  return out;
}

function exported(name, report) {
  const json = join(work, `${name}.json`),
    out = join(work, `${name}.html`);
  writeFileSync(json, JSON.stringify(report));
  execFileSync(ramus, ["export", json, "--to", "html", "-o", out]);
  return out;
}

function checkSize(name, file) {
  const text = readFileSync(file, "utf8");
  const begin = text.indexOf('<script type="application/json" id="data">');
  const end = text.indexOf("</script>", begin);
  const data = end - begin;
  expect(begin > 0 && statSync(file).size - data < kMostPage, name, "page of", statSync(file).size - data, "bytes");
  expect(data < kMostData, name, "data of", data, "bytes");
  expect(
    !/https?:\/\/(?!www\.w3\.org\/)/.test(text.slice(0, begin).replace(/<script>.*/s, "")),
    name,
    "names an address",
  );
  return data;
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

// Opens it, gives it to `check`, and expects that nothing complained and nothing left the page.
async function open(name, file, { width = 1280, scheme = "light", check = async () => {} } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
  const page = await context.newPage();
  const said = [],
    asked = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("dialog", (dialog) => {
    said.push(`dialog ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => !/^(data|blob):/.test(request.url()) && asked.push(request.url()));
  page.setDefaultTimeout(15_000);
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => document.documentElement.dataset.drawn !== undefined);
  const drawn = Number(await page.evaluate(() => document.documentElement.dataset.drawn));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide <= 0, name, "at", width, "is wider than the window by", wide);
  try {
    await check(page);
  } catch (error) {
    failures.push(`${name} at ${width}: ${String(error).split("\n").slice(0, 6).join(" | ")}`);
  }
  expect(said.length === 0, name, "complained:", said.slice(0, 3).join(" | "));
  expect(asked.length === 1, name, "asked for", asked.slice(1, 4).join(" "));
  if (process.env.RAMUS_SCREENSHOTS)
    await page.screenshot({
      path: join(process.env.RAMUS_SCREENSHOTS, `${name}-${width}-${scheme}.png`),
      fullPage: true,
    });
  await context.close();
  return drawn;
}

const text = (page, selector) => page.locator(selector).first().innerText();

async function checkExample(page) {
  expect(/2 branches/.test(await text(page, ".first")), "example: the summary tells the branches");
  expect(/more colour/.test(await text(page, ".first")), "example: the summary tells what they hold");
  // A lane opens its panel; Escape closes it and gives the focus back.
  await page.locator("#map [data-branch='g0.b0']").focus();
  await page.keyboard.press("Enter");
  expect(/AUC 0\.9\d/.test(await text(page, ".panel")), "example: the panel tells the effect");
  await page.keyboard.press("Escape");
  expect(await page.locator(".panel").isHidden(), "example: the panel closes");
  expect(
    await page.evaluate(() => document.activeElement?.getAttribute("data-branch") === "g0.b0"),
    "example: focus returns",
  );
  // Colours: every mode draws lanes and a legend.
  for (const mode of ["score", "finding", "factor", "parameters", "branch"]) {
    await page.locator("#map select").first().selectOption(mode);
    expect((await page.locator("#map .lane").count()) === 2, "example: lanes by", mode);
    expect((await text(page, "#map .legend")).length > 10, "example: a legend of", mode);
  }
  // Kernels of the first layers are drawn, and a unit tells its features.
  const pictured = page.locator("#factors select").first();
  expect((await page.locator("#factors .scatter image").count()) > 0, "example: kernels are drawn");
  expect((await pictured.locator("option").count()) >= 5, "example: pairs of layers to choose");
  await page.locator("#factors .scatter .unit").first().hover();
  expect(
    /unit \d+/.test(await text(page, ".tooltip")) && /colour/.test(await text(page, ".tooltip")),
    "example: a unit tells",
  );
  // The search finds a node and leads to its branch.
  await page.locator("#map input[type=search]").fill("conv1");
  await page.locator(".hits button").first().click();
  expect(await page.locator(".panel").isVisible(), "example: a hit opens its panel");
  // Numbers: sort, filter, method.
  await page.locator("#numbers .sort", { hasText: /^q$/ }).click();
  expect((await page.locator("#numbers th[aria-sort=ascending]").count()) === 1, "example: the table sorts");
  const rows = await page.locator("#numbers tbody tr").count();
  await page.locator("#numbers input[type=search]").fill("frequency");
  expect((await page.locator("#numbers tbody tr").count()) < rows, "example: the table filters");
  await page.locator("#numbers .ask").first().click();
  expect((await text(page, "#numbers .method")).length > 20, "example: a method is told");
  for (const tab of await page.locator("#numbers [role=tab]").all()) await tab.click();
  await page.locator("button.theme").click();
  expect((await page.evaluate(() => document.documentElement.dataset.theme)) === "dark", "example: the theme changes");
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("nav").isHidden(), "example: print leaves out controls");
}

async function checkInception(page) {
  const first = await text(page, ".first");
  expect(
    /all 30 units labelled Curve Related/.test(first) && /all 9 units labelled BW vs Color/.test(first),
    "inception: what the article found:",
    first,
  );
  expect(/kernel size/.test(first), "inception: the confounder is told");
  expect((await page.locator("#specialization .heat td.claimed").count()) > 20, "inception: claims in the heat map");
  await page.locator("#specialization .heat td.claimed").first().hover();
  expect(/hypergeometric|Mann-Whitney|permuted/.test(await text(page, ".tooltip")), "inception: a cell tells its test");
  expect((await page.locator("#factors .scatter image").count()) >= 64, "inception: kernels of the first layer");
}

async function checkResnet(page) {
  expect(/residual/.test(await text(page, ".first")), "resnet: the summary tells the stream");
  await page.getByRole("button", { name: "Unravel residual streams" }).click();
  expect((await page.locator("#map .unravelled .lane").count()) === 8, "resnet: eight blocks in parallel");
  await page.locator("#map .unravelled .lane .name").first().click();
  expect(await page.locator(".panel").isVisible(), "resnet: a block opens its panel");
  await page.locator(".panel .close").click();
  await page.getByRole("button", { name: "Unravel residual streams" }).click();
  expect((await page.locator("#streams .paths .bar").count()) === 9, "resnet: paths by length");
  await page.locator("#streams .matrix .cell").first().hover();
  expect(/by chance/.test(await text(page, ".tooltip")), "resnet: a pair tells what chance gives");
}

async function checkTransformer(page) {
  await page.locator("#map .pill").first().click();
  expect((await page.locator("#map .lane .lane, #map g > g .lane").count()) > 0, "transformer: heads expand");
  await page.locator("#streams select").first().selectOption("query");
  expect((await page.locator("#streams .matrix .cell").count()) > 20, "transformer: heads by heads");
  await page.getByRole("button", { name: "Order by community" }).click();
}

async function checkMany(page) {
  expect((await page.locator("#map .badge").count()) >= 2, "10,000 nodes: repeats are folded");
  const drawnLanes = await page.locator("#map .lane").count();
  expect(drawnLanes > 10 && drawnLanes < 400, "10,000 nodes:", drawnLanes, "lanes at first");
  const began = Date.now();
  await page.locator("#map .badge").first().click();
  await page.locator("#map input[type=search]").fill("layer1990");
  await page.locator(".hits button").first().click();
  expect(await page.locator(".panel").isVisible(), "10,000 nodes: the last block is found");
  console.log(`many nodes: expanding and finding the last block took ${Date.now() - began} ms`);
}

async function checkHostile(page) {
  for (const tab of await page.locator("#numbers [role=tab]").all()) await tab.click();
  for (const id of hostile.map((_, i) => `g${i}.b0`)) {
    await page.locator(`#map [data-branch='${id}'] .halo`).first().click({ force: true });
  }
  await page.locator("#map input[type=search]").fill("<");
  for (const option of await page.locator("#factors select").first().locator("option").all())
    await page
      .locator("#factors select")
      .first()
      .selectOption(await option.getAttribute("value"));
  await page.locator("#specialization .heat tbody td").first().hover();
  const found = await page.evaluate(() => ({
    hacked: window.hacked,
    images: document.querySelectorAll("img[src=x],svg[onload]").length,
    scripts: document.scripts.length,
  }));
  expect(
    found.hacked === undefined && found.images === 0 && found.scripts === 2,
    "hostile names:",
    JSON.stringify(found),
  );
  expect(
    (await page.locator("h1").innerText()).includes("img src=x") || (await page.title()).includes("script"),
    "hostile names: shown as text",
  );
}

const cases = [["example", join(work, "example.html"), checkExample]];
const model = (name) => join(shared, "models", name);
const add = (name, path, check, ...options) => {
  if (existsSync(path)) cases.push([name, analysed(name, path, ...options), check]);
  else console.log(`left out: ${name}, for ${path} is not there`);
};
add(
  "inception",
  model("inceptionv1_google_to_mixed3b.onnx"),
  checkInception,
  "--labels",
  join(shared, "data/labels_inceptionv1.json"),
);
add("resnet", model("trained/resnet_pre_cifar_bn.onnx"), checkResnet);
add("transformer", model("trained/vit_tiny_cifar.onnx"), checkTransformer);
cases.push(
  ["many nodes", exported("many_nodes", manyNodes(10_000)), checkMany],
  ["hostile names", exported("hostile", hostileNames()), checkHostile],
);

for (const [name, file, check] of cases) {
  const data = checkSize(name, file);
  const drawn = await open(name, file, { check });
  await open(name, file, { width: 400, scheme: "dark" });
  console.log(`${name}: first drawing after ${drawn} ms, data of ${(data / 1000).toFixed(0)} kB`);
}
await browser.close();
console.log(failures.join("\n"));
process.exit(failures.length > 0 ? 1 : 0);
