// The page's core and the command, the same experiments in both: every time to the nanosecond, every
// other number as printed, every complaint to the letter.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { root, startBrowser } from "./browser.mjs";
import { drawnExperiments } from "./core_experiments.mjs";

const palsim = process.env.PALSIM_COMMAND ?? join(root, "build/release/experiments/palsim");
const script = join(root, "build/web/palsim_core.js");
const dataElement = '<script type="application/json" id="palsim-data">';
const skip =
  !existsSync(script) &&
  process.env.PALSIM_PEERS !== "required" &&
  "build/web/palsim_core.js is not built (./dev explore)";

let browser, page, folder;
before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "palsim-core-"));
  for (const data of ["topologies", "models"]) symlinkSync(join(root, data), join(folder, data));
  mkdirSync(join(folder, "web/report"), { recursive: true }); // a page of nothing but its data
  writeFileSync(join(folder, "web/report/report.html"), `${dataElement}</script>`);
  writeFileSync(
    join(folder, "page.html"),
    `<!doctype html><script src="${pathToFileURL(script)}"></script>`,
  );
  browser = await startBrowser();
  page = await browser.open(join(folder, "page.html"));
  await page.evaluate(async () => {
    globalThis.core = await palsimCore();
  });
});
after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

// Run where clusters and models lie beside the experiment, as they do in the core.
const run = (...words) =>
  spawnSync(palsim, words, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PALSIM_HOME: "." },
  });

const settings = (overrides) => overrides.flatMap((assignment) => ["--set", assignment]);

// A report's parts, as the command writes them and as the core answers.
function commandParts({ file, toml, overrides }) {
  writeFileSync(join(folder, file), toml);
  const { status, stderr } = run("report", file, ...settings(overrides), "--out", "report.html");
  assert.equal(status, 0, stderr);
  const html = readFileSync(join(folder, "report.html"), "utf8");
  return JSON.parse(html.slice(dataElement.length, html.lastIndexOf("</script>"))).parts;
}

const coreParts = ({ file, toml, overrides }) =>
  page.evaluate(
    ([text, assignments, options]) => core.predictAll(text, assignments, options),
    [toml, overrides, { file }],
  );

// Of the command, its one line; of the core, its Error's.
function commandComplaint({ file, toml, overrides }) {
  writeFileSync(join(folder, file), toml);
  const { status, stderr } = run("predict", file, ...settings(overrides));
  assert.equal(status, 2, stderr);
  return stderr.trimEnd();
}

const coreComplaint = ({ toml, overrides, file }) =>
  page.evaluate(
    ([text, assignments, options]) => {
      try {
        core.predict(text, assignments, options);
        return "nothing";
      } catch (error) {
        return `${error.constructor.name}: ${error.message}`;
      }
    },
    [toml, overrides, { file }],
  );

test("the core answers as the command does, to the nanosecond", { skip }, async () => {
  for (const experiment of drawnExperiments(Number(process.env.PALSIM_DRAWN ?? 60))) {
    const parts = await coreParts(experiment);
    assert.deepEqual(
      parts,
      commandParts(experiment),
      `${experiment.toml}\n${experiment.overrides.join("\n")}`,
    );
    assert.ok(parts[0].timelines.every(({ rounds }) => rounds.length > 0));
  }
});

test("the experiments that palsim comes with are the same in both", { skip }, async () => {
  const names = readdirSync(join(root, "experiments")).filter((name) => name.endsWith(".toml"));
  assert.ok(names.length > 0);
  for (const name of names) {
    const toml = readFileSync(join(root, "experiments", name), "utf8");
    const experiment = { file: basename(name), toml, overrides: ["steps=3000", "seeds=2"] };
    assert.deepEqual(await coreParts(experiment), commandParts(experiment), name);
  }
});

test("without timelines the core has everything else", { skip }, async () => {
  const [{ toml, overrides, file }] = drawnExperiments(1);
  const [part, bare] = await page.evaluate(
    ([text, assignments, options]) =>
      [options, { ...options, timelines: false }].map((one) =>
        core.predict(text, assignments, one),
      ),
    [toml, overrides, { file }],
  );
  assert.deepEqual(bare, { ...part, timelines: [] });
});

test("the core has the clusters and models that the command has", { skip }, async () => {
  const known = (data) =>
    readdirSync(join(root, data))
      .filter((name) => name.endsWith(".toml"))
      .map((name) => basename(name, ".toml"))
      .sort();
  const names = await page.evaluate(() => [core.clusters(), core.models()]);
  assert.deepEqual(names, [known("topologies"), known("models")]);
});

test("the core refuses what the command refuses, in the same words", { skip }, async () => {
  const [{ toml }] = drawnExperiments(1);
  const bad = [
    ["", []],
    ["cluster = ", []],
    ['cluster = "l40s_tcp_x5"\nmodel = "mlp"\n', []],
    ['cluster = "mine.toml"\nmodel = "mlp"\n', []],
    [toml, ["workers=1000"]],
    [toml, ["compute.jitter=-1"]],
    [toml, ["compute.jitter=1e400"]],
    [toml, ["compute.step_time=0x10s"]],
    [toml, ["compute.step_time= 5s"]],
    [toml, ["compute.step_time=+5s"]],
    [toml, ["compute.step_time=1e400s"]],
    [toml, ["compute.step_time=infs"]],
    [toml, ["compute.step_time=nan s"]],
    [toml, ["compute.step_time=.s"]],
    [toml, ["compute.step_time=5"]],
    [toml, ["compute.step_time=1e18s"]],
    [toml, ["method.palsgdd.sync_interval=4"]],
    [toml, ["method.palsgd.sync_intervall=4"]],
    [toml, ["cluster.fabric.bandwidth=fast"]],
    [toml, ["cluster.device.fp32=0TFLOP/s"]],
    [toml, ["model.input=0"]],
    [toml, ["no assignment"]],
    [toml, ["label=<script>'\"\n\u00fc\ud83d\ude00"]],
    [`${toml}x = 1979-05-27\n`, []],
    [`${toml}${"a.".repeat(300)}b = 1\n`, []],
  ];
  for (const [text, overrides] of bad) {
    const experiment = { file: "bad.toml", toml: text, overrides };
    assert.equal(await coreComplaint(experiment), `Error: ${commandComplaint(experiment)}`);
  }
  assert.deepEqual(page.problems, []);
});
