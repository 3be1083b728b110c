// What the report says of results that are out of the ordinary: choices without an answer or with
// candidates that never come to it, ties, one prediction, runs whose labels repeat.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportRig } from "./report_rig.mjs";

const { changed, opened } = reportRig();

const only = (kind, change) => (data) => {
  const parts = data.parts.filter((part) => part.kind === kind);
  for (const part of parts) change(part);
  return { ...data, parts };
};
const finding = (page) => page.locator("h2").first().innerText();
const barNames = (page) => page.locator(".split-bars .name").allTextContents();
const charts = (page) =>
  page.$$eval("figure[data-chart]", (all) => all.map((figure) => figure.dataset.chart));

const neverComes = (cell) =>
  Object.assign(cell, { eligible: false, time_s: { p5: null, p50: null, p95: null } });

test("candidates that never come to the loss have no bar, and a line says so", async () => {
  const page = await changed(
    "varied",
    only("choice", ({ choice }) => choice.cells.slice(-2).forEach(neverComes)),
  );
  assert.deepEqual(await barNames(page), ["diloco H=128 K=4", "diloco H=32 K=4"]);
  const told = await page.locator("figure[data-chart=choices]").innerText();
  assert.match(told, /2 candidates never come to it; they are in the table\./);
  assert.doesNotMatch(await page.locator("main").innerText(), /Infinity|NaN/);
  assert.equal(await page.locator("figure[data-chart=table] tbody tr").count(), 4);
  assert.deepEqual(page.problems, []);
});

test("candidates that may not be chosen are marked, and not among the points", async () => {
  const page = await changed(
    "varied",
    only("choice", ({ choice: { cells } }) => {
      Object.assign(cells[2], { eligible: false, fits: false });
      Object.assign(cells[3], { eligible: false, doubts: ["it runs beyond its losses"] });
    }),
  );
  assert.deepEqual((await barNames(page)).slice(1), [
    "diloco H=32 K=4",
    "diloco H=8 K=4 (does not fit)",
    "ddp K=4 (does not answer)",
  ]);
  assert.match(await page.locator(".notes").innerText(), /Of others: it runs beyond its losses/);
  assert.deepEqual(await page.locator("figure[data-chart=pareto] .key li").allInnerTexts(), [
    "diloco",
  ]);
});

test("a choice without an answer says that there is none", async () => {
  const page = await changed(
    "varied",
    only("choice", ({ choice }) => {
      choice.cells.forEach(neverComes);
      Object.assign(choice, { choice: null, sensitivity: [] });
    }),
  );
  assert.deepEqual(page.problems, []);
  assert.equal(await finding(page), "No candidate answers the question");
  assert.deepEqual(await charts(page), ["loss-front", "table"]);
});

test("an assumption under which nothing answers has no bar and is called never", async () => {
  const sensitivity = (page) => page.locator("figure[data-chart=sensitivity]");
  const whole = await changed(
    "varied",
    only("choice", () => {}),
  );
  const page = await changed(
    "varied",
    only("choice", ({ choice }) => {
      choice.sensitivity[0].change = null;
    }),
  );
  const bars = (page) => sensitivity(page).locator("svg [aria-label=bar] rect").count();
  assert.equal(await bars(page), (await bars(whole)) - 1);
  const told = await sensitivity(page).innerText();
  assert.match(told, /never/);
  assert.match(told, /With step time × 1\.2, no candidate would answer/);
  assert.doesNotMatch(told, /\+0 %/);
});

test("only predictions are said to come out the same, with all of their seeds", async () => {
  const footer = (page) => page.locator("footer").innerText();
  const predicted = await footer(
    await changed(
      "varied",
      only("prediction", () => {}),
    ),
  );
  assert.match(predicted, /, seeds 3 to 7\. The same files and seeds give the same numbers\./);
  const measured = await footer(
    await changed(
      "varied",
      only("training", () => {}),
    ),
  );
  assert.match(measured, /, seed 1\.$/m);
  assert.doesNotMatch(await footer(await opened("varied")), /the same numbers/);
});

test("runs with other workers have other names", async () => {
  const page = await changed(
    "varied",
    only("training", () => {}),
  );
  const names = await barNames(page);
  assert.ok(names.includes("ddp, 1 worker, seed 1") && names.includes("ddp, 2 workers, seed 1"));
  assert.equal(new Set(names).size, names.length);
  assert.match(await finding(page), /, (1 worker|2 workers), seed 1 was fastest: /);
});

test("a tie is no advantage, and a small one is hardly one", async () => {
  const withSpeedup = async (speedup) =>
    finding(
      await changed(
        "varied",
        only("prediction", ({ prediction: { methods } }) =>
          methods.forEach((method, i) => {
            method.speedup = i === 1 ? speedup : 1;
          }),
        ),
      ),
    );
  assert.equal(await withSpeedup(0.9), "No method is faster than ddp");
  assert.equal(await withSpeedup(1), "No method is faster than ddp");
  assert.equal(await withSpeedup(1.001), "local is hardly faster than ddp");
  assert.equal(await withSpeedup(1.02), "local is 1.02 times as fast as ddp");
});

test("collectives are called so, whichever was timed", async () => {
  const page = await changed(
    "varied",
    only("network", () => {}),
  );
  const text = await page.locator("main").innerText();
  assert.match(text, /How long does a collective take\?/);
  assert.doesNotMatch(text, /all-reduce/);
});

// A validation of `errors.length` rows, in the columns that it has.
const validated = (measured, predicted, errors) => (data) => ({
  ...data,
  parts: [
    {
      kind: "validation",
      title: "validation",
      source: "validation.json",
      validation: {
        notes: [],
        summary: [{ group: "all" }],
        rows: errors.map((error, i) => ({
          set: `row ${i}`,
          [predicted]: (2 + i) * (1 + error),
          [measured]: 2 + i,
          error,
          group: "all",
        })),
      },
    },
  ],
});

test("one prediction has no half, and axes say what was measured in which unit", async () => {
  const axes = (page) => page.locator("figure[data-chart=accuracy]").innerText();
  const one = await changed("varied", validated("measured_sync_s", "predicted_sync_s", [0.1]));
  assert.equal(await finding(one), "The one prediction is within 10 %");
  assert.match(await axes(one), /measured sync \(s/);
  const two = await changed(
    "varied",
    validated("published_gbit_per_s", "predicted_gbit_per_s", [-0.1, 0.2]),
  );
  assert.equal(await finding(two), "Half of 2 predictions are within 10 %, all within 20 %");
  assert.match(await axes(two), /published \(Gbit\/s/);
  const ungrouped = validated("measured_sync_s", "predicted_sync_s", [0.1, 0.3]);
  const csv = await changed("varied", (data) => {
    const made = ungrouped(data);
    made.parts[0].validation.summary = [];
    return made;
  });
  assert.match(await finding(csv), /^Half of 2 rows, predicted or calibrated on, are within 10 %/);
});
