// What the report shows where data are at their edges, and where a part cannot be drawn at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dataOf } from "./report_pages.mjs";
import { reportRig } from "./report_rig.mjs";

const { pages, opened, changed } = reportRig();
const PARTS = { blank: 1, zipped: 2, cube: 3, shuffled: 4, alone: 5, nothing: 6 };
const section = (page, name) => page.locator(`#part-${PARTS[name]}`);
const rowsOf = (name) => dataOf(pages.edges).parts[PARTS[name] - 1].rows;

test("zeros, and sweeps without a prediction, are drawn like the rest", async () => {
  const page = await opened("edges");
  assert.deepEqual(page.problems, []);
  const charts = (name) =>
    section(page, name)
      .locator("figure[data-chart]")
      .evaluateAll((figures) => figures.map((figure) => figure.dataset.chart));
  assert.deepEqual(await charts("blank"), ["table"]);
  assert.equal(
    await section(page, "blank").locator("h2").innerText(),
    "No cell could be predicted",
  );
  assert.deepEqual(await charts("alone"), ["network", "table"]);
  assert.deepEqual(await charts("nothing"), ["accuracy", "table"]);
  for (const name of ["alone", "nothing"]) {
    const dots = await section(page, name).locator('.pair svg [aria-label="dot"] > *').count();
    assert.equal(dots, 4, `${name} has ${dots} dots in its two plots`);
  }
  assert.doesNotMatch(await page.locator("main").innerText(), /undefined|NaN|Infinity|\[object/);
  assert.doesNotMatch(await page.locator("footer").innerText(), /seed[ s]*[.,]/);
});

test("ticks are found for any reach", async () => {
  const page = await opened("edges");
  const ticks = (...ends) => page.evaluate((reach) => logTicks(reach), ends);
  assert.deepEqual(await ticks(0, 10), []);
  assert.deepEqual(await ticks(-1, 10), []);
  assert.deepEqual(await ticks(1, Infinity), []);
  assert.deepEqual(await ticks(1, 30), [1, 2, 5, 10, 20]);
});

test("a part that cannot be made says so, and the others stand", async () => {
  const page = await changed("edges", (data) => {
    data.parts[PARTS.zipped - 1].rows = null;
    return data;
  });
  assert.ok(
    page.problems.some((problem) => problem.startsWith("exception: ")),
    page.problems,
  );
  assert.match(await section(page, "zipped").innerText(), /This part could not be drawn: /);
  assert.ok((await section(page, "cube").locator("svg circle, svg path").count()) > 10);
  assert.ok((await section(page, "nothing").locator("tbody tr").count()) === 2);
  assert.ok(await page.locator("#command").isVisible());
});

test("one chart that fails leaves its part's other ones", async () => {
  const page = await opened("edges");
  const texts = await page.evaluate(() => {
    const good = figureOf("good", "Good", "", (target) => target.append("drawn"));
    const bad = figureOf("bad", "Bad", "", () => {
      throw new Error("no ink");
    });
    document.body.append(bad, good);
    for (const figure of [bad, good]) figure.draw();
    return [bad, good].map((figure) => figure.querySelector(".chart").textContent);
  });
  assert.deepEqual(texts, ["This figure could not be drawn: no ink", "drawn"]);
  assert.deepEqual(page.problems, ["exception: no ink"]);
});

// Of the cells that the heat map draws first: those beside the fastest of all.
function drawnCells(rows, [x, y], axes) {
  const best = rows.reduce((a, b) => (b.wall_clock_mean_s < a.wall_clock_mean_s ? b : a));
  return rows.filter((row) =>
    axes.every((axis) => [x, y].includes(axis) || row[axis] === best[axis]),
  );
}

function widestLabel(rows) {
  const change = (label) => {
    const times = rows.filter((row) => row.label === label).map((row) => row.wall_clock_mean_s);
    return Math.max(...times) / Math.min(...times);
  };
  const labels = [...new Set(rows.map(({ label }) => label))];
  return labels.reduce((a, b) => (change(b) > change(a) ? b : a));
}

test("the heat map is of the method that its axes change most, and its title of what it draws", async () => {
  const page = await opened("edges");
  const rows = rowsOf("cube");
  const [H, p] = ["method.palsgd.sync_interval", "method.palsgd.mix_probability"];
  const cells = drawnCells(rows, [H, p], [H, p, "batch_per_worker"]);
  assert.notEqual(widestLabel(rows), widestLabel(cells), "this sweep tells nothing");
  const figure = section(page, "cube").locator("figure[data-chart=heat-map]");
  const title = () => figure.locator("h3").innerText();
  const method = figure.getByLabel("Method");
  assert.equal(
    await method.evaluate((list) => list.selectedOptions[0].textContent),
    widestLabel(cells),
  );
  const best = (found) =>
    found.reduce((a, b) => (b.wall_clock_mean_s < a.wall_clock_mean_s ? b : a));
  const of = (label, found) => best(found.filter((row) => row.label === label));
  const told = (row) => page.evaluate((seconds) => formatTime(seconds), row.wall_clock_mean_s);
  const first = of(widestLabel(cells), cells);
  assert.equal(
    await title(),
    `palsgd is fastest at palsgd H = ${first[H]}, palsgd p = ${first[p]}: ${await told(first)}`,
  );
  await figure.locator("select").last().selectOption({ label: "64" });
  const other = of(
    "palsgd",
    rows.filter((row) => row.batch_per_worker === 64),
  );
  assert.equal(
    await title(),
    `palsgd is fastest at palsgd H = ${other[H]}, palsgd p = ${other[p]}: ${await told(other)}`,
  );
  await method.selectOption({ label: "ddp" });
  const ddp = of(
    "ddp",
    rows.filter((row) => row.batch_per_worker === 64),
  );
  assert.equal(await title(), `ddp takes ${await told(ddp)} whatever palsgd H and palsgd p are`);
});

test("a sweep's finding names only the axes that matter to the fastest method", async () => {
  const page = await opened("edges");
  for (const name of ["cube", "zipped"]) {
    const { axes, rows } = dataOf(pages.edges).parts[PARTS[name] - 1];
    const best = rows.reduce((a, b) => (b.wall_clock_mean_s < a.wall_clock_mean_s ? b : a));
    const own = rows.filter(({ label }) => label === best.label);
    const along = (axis) =>
      name === "zipped"
        ? own
        : own.filter((row) => axes.every((other) => other === axis || row[other] === best[other]));
    const title = await section(page, name).locator("h2").innerText();
    for (const axis of axes) {
      const matters = new Set(along(axis).map((row) => row.wall_clock_mean_s)).size > 1;
      const said = await page.evaluate((key) => settingText(key), axis);
      assert.equal(title.includes(`${said} = `), matters, `${title}: ${axis}`);
    }
  }
});

// The abscissae of each line of a figure's plots.
const linesOf = (figure) =>
  figure
    .locator('svg [aria-label="line"] path')
    .evaluateAll((paths) =>
      paths.map((path) =>
        [...path.getAttribute("d").matchAll(/[ML](-?[\d.]+),/g)].map(([, x]) => Number(x)),
      ),
    );

test("lines run from left to right, whatever the order of the rows", async () => {
  const page = await opened("edges");
  for (const [name, chart, count] of [
    ["zipped", "sweep", 3],
    ["cube", "sweep", 3],
    ["shuffled", "network", 2],
  ]) {
    const lines = await linesOf(section(page, name).locator(`figure[data-chart=${chart}]`));
    assert.equal(lines.length, count);
    for (const line of lines) {
      assert.ok(line.length >= 3, `${name} has a line of ${line}`);
      assert.deepEqual(
        line,
        [...line].sort((a, b) => a - b),
        name,
      );
    }
  }
});

test("a zipped sweep has its chart along each axis, without choosers for what moves along", async () => {
  const page = await opened("edges");
  const figure = section(page, "zipped").locator("figure[data-chart=sweep]");
  for (const index of [0, 1]) {
    await figure.getByRole("combobox", { name: "Axis" }).selectOption({ index });
    assert.equal(await figure.locator("select").count(), 1);
    assert.equal(await figure.locator('svg [aria-label="dot"] > *').count(), 9);
  }
});

test("equal points are both on the front, and one beaten in one of the two is not", async () => {
  const page = await opened("edges");
  const front = await page.evaluate(() => {
    const points = [
      { name: "a", seconds: 1, cost: 5 },
      { name: "b", seconds: 1, cost: 5 },
      { name: "slower", seconds: 2, cost: 5 },
      { name: "dearer", seconds: 1, cost: 6 },
      { name: "c", seconds: 3, cost: 2 },
    ];
    const found = paretoFront(points, "cost");
    return [found.map(({ name }) => name), namedPlaces(found, "cost").map(({ name }) => name)];
  });
  assert.deepEqual(front, [
    ["a", "b", "c"],
    ["a and 1 more", "c"],
  ]);
});

test("an axis says so where it is logarithmic", async () => {
  const page = await opened("edges");
  const axes = await page.$$eval("section.part svg", (plots) =>
    plots.flatMap((plot) =>
      ["x", "y"].flatMap((name) => {
        const label = plot.querySelector(`[aria-label="${name}-axis label"]`)?.textContent;
        return label ? [[plot.scale(name).type, label]] : [];
      }),
    ),
  );
  const logarithmic = axes.filter(([type]) => type === "log");
  assert.ok(logarithmic.length >= 3, "too few to tell");
  for (const [type, label] of axes) assert.equal(/\blog\)/.test(label), type === "log", label);
});
