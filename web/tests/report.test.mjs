// The report as the command writes it, opened from disk: what it shows is what the JSON says.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { readCsv } from "./csv.mjs";
import { dataOf, hostile } from "./report_pages.mjs";
import { reportRig } from "./report_rig.mjs";

const { pages, opened } = reportRig();

test("it opens from disk without a problem, and asks for nothing from anywhere else", async () => {
  for (const name of ["prediction", "results"]) {
    const page = await opened(name);
    await page.waitForLoadState("load");
    assert.deepEqual(page.problems, []);
    assert.deepEqual(
      page.requests.filter((url) => !/^(file|data|blob):/.test(url)),
      [],
    );
    assert.equal(page.requests.filter((url) => url.startsWith("file:")).length, 1);
    await page.close();
  }
});

test("the bars' numbers are the JSON's, and their lengths say the same", async () => {
  const page = await opened("prediction");
  const { methods } = dataOf(pages.prediction).parts[0].prediction;
  const bars = await page.$$eval("#part-1 .split-bars > li", (items) =>
    items.map((item) => ({
      label: item.dataset.label,
      total: item.querySelector(".total").textContent,
      width: item.querySelector(".bar").clientWidth,
      parts: [...item.querySelectorAll(".part")].map((part) => [
        part.dataset.part,
        Number(part.dataset.seconds),
        part.getBoundingClientRect().width,
      ]),
    })),
  );
  const longest = Math.max(...methods.map((method) => method.wall_clock_s.mean));
  assert.equal(bars.length, methods.length);
  methods.forEach((method, i) => {
    assert.equal(bars[i].label, method.label);
    const split = Object.entries(method.split_s).filter(([, seconds]) => seconds > 0);
    assert.deepEqual(
      bars[i].parts.map(([part, seconds]) => [part, seconds]),
      split,
    );
    for (const [part, seconds, width] of bars[i].parts) {
      const expected = (bars[i].width * seconds) / longest;
      assert.ok(Math.abs(width - expected) < 1.5, `${part} is ${width} wide, not ${expected}`);
    }
    if (i > 0) assert.match(bars[i].total, new RegExp(`${Number(method.speedup.toPrecision(3))}×`));
  });
});

async function savedCsv(page, part) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(`${part} .save-csv`).click(),
  ]);
  return readCsv(readFileSync(await download.path(), "utf8"));
}

test("the CSV button gives the table: the JSON's numbers, and texts that are no formulas", async () => {
  const page = await opened("prediction");
  for (const part of [0, 1]) {
    const { prediction } = dataOf(pages.prediction).parts[part];
    const rows = await savedCsv(page, `#part-${part + 1}`);
    assert.equal(rows.length, prediction.methods.length);
    prediction.methods.forEach((method, i) => {
      const label = /^[=+\-@]/.test(method.label) ? `'${method.label}` : method.label;
      assert.equal(rows[i].label, label);
      assert.equal(Number(rows[i].wall_clock_mean_s), method.wall_clock_s.mean);
      assert.equal(Number(rows[i].split_communication_s), method.split_s.communication);
      assert.equal(Number(rows[i].bytes_sent_per_worker), method.bytes_sent_per_worker);
      assert.equal(rows[i].experiment, prediction.experiment);
    });
  }
  const results = await opened("results");
  const { rows: cells } = dataOf(pages.results).parts[0];
  const rows = await savedCsv(results, "#part-1");
  assert.equal(rows.length, cells.length);
  cells.forEach((cell, i) => {
    for (const [key, value] of Object.entries(cell))
      assert.equal(rows[i][key], value === null ? "" : String(value));
  });
});

test("the table shows the JSON's numbers", async () => {
  const page = await opened("prediction");
  const shown = await page.$$eval("#part-1 figure[data-chart=table] tbody tr", (rows) =>
    rows.map((row) =>
      [...row.querySelectorAll("[data-value]")].map((cell) => Number(cell.dataset.value)),
    ),
  );
  dataOf(pages.prediction).parts[0].prediction.methods.forEach((method, i) => {
    for (const value of [method.wall_clock_s.p95, method.utilization, method.split_s.gradient]) {
      assert.ok(shown[i].includes(value), `${value} is not in row ${i}`);
    }
  });
});

test("each kind of part has its charts, and none of them is empty", async () => {
  const expected = {
    prediction: ["split", "timeline", "topology", "spread", "settings", "table"],
    sweep: ["sweep", "heat-map", "pareto", "table"],
    choice: ["choices", "pareto", "sensitivity", "table"],
    validation: ["accuracy", "table"],
    network: ["network", "table"],
    training: ["split", "pareto", "table"],
  };
  const seen = new Set();
  for (const name of ["prediction", "results"]) {
    const page = await opened(name);
    const parts = await page.$$eval("section.part", (sections) =>
      sections.map((section) => ({
        kind: section.dataset.kind,
        title: section.querySelector("h2").textContent,
        notes: [...section.querySelectorAll(".notes li")].map((note) => note.textContent),
        charts: [...section.querySelectorAll("figure[data-chart]")].map((figure) => ({
          name: figure.dataset.chart,
          height: figure.getBoundingClientRect().height,
          marks: figure.querySelectorAll("svg circle, svg path, svg rect, canvas, .part, td, dd")
            .length,
        })),
      })),
    );
    const { parts: data } = dataOf(pages[name]);
    assert.deepEqual(
      parts.map(({ kind }) => kind),
      data.map(({ kind }) => kind),
    );
    parts.forEach(({ kind, title, notes, charts }, i) => {
      seen.add(kind);
      const names = charts.map((chart) => chart.name);
      const wanted = expected[kind].filter(
        (chart) =>
          data[i].timelines ||
          kind !== "prediction" ||
          ["split", "spread", "table"].includes(chart),
      );
      for (const chart of wanted)
        assert.ok(names.includes(chart), `${kind} ${i} has no ${chart}: ${names}`);
      if (data[i].choice?.pareto.length) assert.ok(names.includes("loss-front"));
      for (const doubt of data[i].choice?.choice.doubts ?? []) assert.ok(notes.includes(doubt));
      assert.ok(title && !/undefined|NaN|null/.test(title), title);
      for (const chart of charts)
        assert.ok(chart.marks > 0 && chart.height > 40, `${kind}: ${chart.name} is empty`);
    });
    const text = await page.locator("main").innerText();
    assert.doesNotMatch(text, /undefined|NaN|\[object/);
  }
  assert.deepEqual([...seen].sort(), Object.keys(expected).sort());
});

test("the busiest link is marked as the bottleneck, under each method", async () => {
  const page = await opened("prediction");
  const { topology } = dataOf(pages.prediction).parts[0];
  for (const [m, { by_link: busy }] of topology.utilization.entries()) {
    const figure = page.locator("#part-1 figure[data-chart=topology]");
    await figure.getByLabel("Method").selectOption({ index: m });
    const drawn = await figure
      .locator("svg line[data-link]")
      .evaluateAll((lines) =>
        lines.map((line) => [line.dataset.link, Number(line.dataset.utilization)]),
      );
    assert.deepEqual(
      drawn,
      topology.links.map(({ name }, i) => [name, busy[i]]),
    );
    const told = await figure.locator("svg .bottleneck").textContent();
    assert.equal(told, `bottleneck ${Number((100 * Math.max(...busy)).toPrecision(3))} %`);
  }
});

test("the heat map holds each cell's time, and the axes' choosers change what is shown", async () => {
  const page = await opened("results");
  const { rows } = dataOf(pages.results).parts[0];
  const heat = page.locator("#part-1 figure[data-chart=heat-map]");
  const told = await heat.locator("svg .on-cells text").allTextContents();
  const best = rows.reduce((a, b) => (b.wall_clock_mean_s < a.wall_clock_mean_s ? b : a));
  const cells = rows.filter(
    (row) => row.label === "palsgd" && row.batch_per_worker === best.batch_per_worker,
  );
  assert.equal(told.length, cells.length);
  const near = (text, value) => Math.abs(Number(text) / value - 1) < 1e-3;
  for (const cell of cells) {
    const found = [1, 60, 3600].some((unit) =>
      told.some((text) => near(text, cell.wall_clock_mean_s / unit)),
    );
    assert.ok(found, `${cell.wall_clock_mean_s} s is not among ${told}`);
  }
  const sweep = page.locator("#part-1 figure[data-chart=sweep]");
  const before = await sweep.locator("svg").first().innerHTML();
  await sweep.getByRole("combobox", { name: "Axis" }).selectOption({ index: 1 });
  assert.notEqual(await sweep.locator("svg").first().innerHTML(), before);
});

test("a validation's finding leaves out what was fitted, and says the middle and the worst", async () => {
  const page = await opened("results");
  const { parts } = dataOf(pages.results);
  const groups = new Set();
  for (const [i, { validation }] of parts.entries()) {
    if (!validation) continue;
    const counted = validation.rows.filter(
      ({ error, group }) => error !== null && !/\(calibrated on\)|^fitted to it$/.test(group),
    );
    validation.rows.forEach(({ group }) => groups.add(group));
    const errors = counted.map(({ error }) => Math.abs(error)).sort((a, b) => a - b);
    const percent = (share) => `${Number((100 * share).toPrecision(3))} %`;
    assert.equal(
      await page.locator(`#part-${i + 1} h2`).innerText(),
      `Half of ${errors.length} predictions are within ` +
        `${percent(errors[Math.ceil(errors.length / 2) - 1])}, all within ${percent(errors.at(-1))}`,
    );
  }
  assert.ok(groups.has("DiLoCo, H = 1 (calibrated on)") && groups.has("fitted to it"));
});

test("hostile labels appear as text", async () => {
  const page = await opened("prediction");
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator("main b:text-is('bold')").count(), 0);
  const names = await page.locator("#part-1 .split-bars .name").allTextContents();
  assert.deepEqual(names, hostile);
  const second = await page.locator("#part-2 .split-bars .name").allTextContents();
  assert.deepEqual(
    second,
    hostile.map((label) => `two\nlines, ${label}`),
  );
});

test("the command, version and seed that made it stand at its end", async () => {
  const page = await opened("prediction");
  assert.ok(await page.locator("#command").isVisible());
  assert.equal(
    await page.locator("#command").innerText(),
    "palsim report hostile.toml hostile.json --out prediction.html",
  );
  const { version } = dataOf(pages.prediction).palsim;
  assert.match(
    await page.locator("footer").innerText(),
    new RegExp(`palsim ${version}, seeds from 3 on`),
  );
});

test("1 024 workers for 1 000 rounds stay below 5 MB, and every worker has a row", async (t) => {
  const file = pages.large;
  const { size } = statSync(file);
  assert.ok(size < 5e6, `${size} bytes`);
  const begin = performance.now();
  const page = await opened("large");
  await page.waitForLoadState("load");
  t.diagnostic(`${size} bytes, open in ${Math.round(performance.now() - begin)} ms`);
  assert.deepEqual(page.problems, []);
  const { tracks, left } = await page.evaluate(() => {
    const state = document.querySelector(".timeline").timeline;
    return {
      tracks: state.tracks.length,
      left: state.timelines.map((one) => one.workers_left_out),
    };
  });
  assert.equal(tracks, 1024);
  assert.deepEqual(left, [0, 0]);
  const colors = await page.evaluate(() => {
    const canvas = document.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(200, 24, 1, canvas.height - 30);
    return new Set(
      Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3).join()),
    ).size;
  });
  assert.equal(colors, 1, "a column of compute is not of one colour");
});
