// The report as the command writes it, opened from disk.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { keyboardOrder, overflow, smallestText, startBrowser, weakTexts } from "./browser.mjs";
import { distance, simulated } from "./color_vision.mjs";
import { readCsv } from "./csv.mjs";
import { dataOf, hostile, largePage, predictionPage, resultsPage } from "./report_pages.mjs";

let browser;
let folder;
// Each is made when it is first asked for.
const made = {};
const pages = {
  get prediction() { return (made.prediction ??= predictionPage(folder)); },
  get results() { return (made.results ??= resultsPage(folder)); },
};
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "palsim-report-"));
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const opened = (name, settings) => browser.open(pages[name], { settings });
const plot = (page) => page.locator("#part-1 .timeline .plot");
const view = (page) => page.evaluate(() => ({ ...document.querySelector("#part-1 .timeline").timeline.view }));

test("it opens from disk without a problem, and asks for nothing from anywhere else", async () => {
  for (const name of ["prediction", "results"]) {
    const page = await opened(name);
    await page.waitForLoadState("load");
    assert.deepEqual(page.problems, []);
    assert.deepEqual(page.requests.filter((url) => !/^(file|data|blob):/.test(url)), []);
    assert.equal(page.requests.filter((url) => url.startsWith("file:")).length, 1);
    await page.close();
  }
});

test("the bars' numbers are the JSON's, and their lengths say the same", async () => {
  const page = await opened("prediction");
  const { methods } = dataOf(pages.prediction).parts[0].prediction;
  const bars = await page.$$eval("#part-1 .split-bars > li", (items) => items.map((item) => ({
    label: item.dataset.label, total: item.querySelector(".total").textContent,
    width: item.querySelector(".bar").clientWidth,
    parts: [...item.querySelectorAll(".part")].map((part) =>
      [part.dataset.part, Number(part.dataset.seconds), part.getBoundingClientRect().width]) })));
  const longest = Math.max(...methods.map((method) => method.wall_clock_s.mean));
  assert.equal(bars.length, methods.length);
  methods.forEach((method, i) => {
    assert.equal(bars[i].label, method.label);
    const split = Object.entries(method.split_s).filter(([, seconds]) => seconds > 0);
    assert.deepEqual(bars[i].parts.map(([part, seconds]) => [part, seconds]), split);
    for (const [part, seconds, width] of bars[i].parts) {
      const expected = bars[i].width * seconds / longest;
      assert.ok(Math.abs(width - expected) < 1.5, `${part} is ${width} wide, not ${expected}`);
    }
    if (i > 0) assert.match(bars[i].total, new RegExp(`${Number(method.speedup.toPrecision(3))}×`));
  });
});

test("the wheel zooms, dragging pans, and the pointer says exactly what is there", async () => {
  const page = await opened("prediction");
  await plot(page).scrollIntoViewIfNeeded();
  const box = await plot(page).boundingBox();
  const row = await page.evaluate(() => document.querySelector(".timeline").timeline.height);
  const at = (share, track) =>
    page.mouse.move(box.x + 58 + share * (box.width - 58), box.y + 24 + (track + 0.5) * row);
  const before = await plot(page).screenshot();
  await at(0.5, 0);
  await page.mouse.wheel(0, -600);
  assert.equal((await view(page)).k, 4);
  assert.ok(!before.equals(await plot(page).screenshot()), "the picture is the same");
  const { from } = await view(page);
  await page.mouse.down();
  await at(0.25, 0);
  await page.mouse.up();
  assert.ok(Math.abs((await view(page)).from - from - 0.25 / 4) < 0.002);

  const round = dataOf(pages.prediction).parts[0].timelines[0].rounds[1];
  const length = round.end_ns - round.begin_ns;
  const { from: left, k } = await view(page);
  let told = 0;
  const spots = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95].flatMap((share) =>
    [[share, 0, 0], [share, 2, 2], [share, -1, 4]]);
  const slack = length / k / 400;  // the pointer stands on a whole pixel
  for (const [share, rank, track] of spots) {
    await at(share, track);
    const time = round.begin_ns + (left + share / k) * length;
    const segment = round.tracks.find((one) => one.rank === rank).segments
      .find(([, begin, lasts]) => begin + slack <= time && time < begin + lasts - slack);
    if (!segment) continue;
    told += 1;
    const tip = (await page.locator("#part-1 .timeline .tip").innerText()).replaceAll("\n", " ");
    const names = ["compute", "mix", "communication", "waiting", "bucket"];
    assert.ok(tip.startsWith(`${rank < 0 ? "wire" : `worker ${rank}`}: ${names[segment[0]]}`), tip);
    assert.equal(exactNanoseconds(/takes ([\d.]+ \S+)/.exec(tip)[1]), segment[2]);
    assert.equal(exactNanoseconds(/begins at ([\d.]+ \S+)/.exec(tip)[1]), segment[1] - round.begin_ns);
    assert.equal(/for ([\d]+) step/.exec(tip)?.[1] ?? "0", String(segment[3]));
  }
  assert.ok(told > 10, `only ${told} spots had something`);
});

function exactNanoseconds(text) {
  const [number, unit] = text.split(" ");
  const digits = { ns: 0, µs: 3, ms: 6, s: 9 }[unit];
  const [whole, rest = ""] = number.split(".");
  return Number(whole + rest.padEnd(digits, "0"));
}

test("two fingers zoom it about the one that rests", async () => {
  const page = await opened("prediction");
  await plot(page).scrollIntoViewIfNeeded();
  const box = await plot(page).boundingBox();
  const fingers = await page.context().newCDPSession(page);
  const touch = (type, ...places) => fingers.send("Input.dispatchTouchEvent", { type,
    touchPoints: places.map((x, id) => ({ x: box.x + x, y: box.y + 60, id })) });
  await touch("touchStart", 300, 400);
  await touch("touchMove", 300, 450);
  await touch("touchMove", 300, 500);
  await touch("touchEnd");
  const { from, k } = await view(page);
  assert.ok(Math.abs(k - 2) < 0.1, `zoomed by ${k}`);
  const resting = (300 - 58) / (box.width - 58);
  assert.ok(Math.abs(from + resting / k - resting) < 0.01, "the resting finger's time moved");
});

test("keys zoom, pan and walk through what each worker did, and it is announced", async () => {
  const page = await opened("prediction");
  await plot(page).focus();
  await page.keyboard.press("+");
  assert.equal((await view(page)).k, 2);
  const { from } = await view(page);
  await page.keyboard.press("ArrowRight");
  assert.ok((await view(page)).from > from);
  await page.keyboard.press("ArrowLeft");
  assert.equal((await view(page)).from, from);
  await page.keyboard.press("-");
  await page.keyboard.press("0");
  assert.deepEqual(await view(page), { from: 0, k: 1 });

  const round = dataOf(pages.prediction).parts[0].timelines[0].rounds[1];
  const track = round.tracks.find(({ rank }) => rank === 0);
  const said = () => page.locator("#part-1 .timeline [aria-live]").innerText();
  for (const [i, segment] of track.segments.entries()) {
    await page.keyboard.press(".");
    assert.equal(exactNanoseconds(/takes ([\d.]+ \S+?)(?:,| )/.exec(await said())[1]), segment[2], `${i}`);
  }
  await page.keyboard.press("ArrowDown");
  assert.match(await said(), /^worker 1: /);
  await page.keyboard.press(",");
  assert.match(await said(), /^worker 1: /);
});

test("DDP's buckets are on the wire's track, and each method and round can be chosen", async () => {
  const page = await opened("prediction");
  assert.match(await page.locator("#part-1 .timeline .key").innerText(), /bucket/);
  const { timelines } = dataOf(pages.prediction).parts[0];
  for (const [m, timeline] of timelines.entries()) {
    await page.locator("#part-1 .timeline select").first().selectOption({ index: m });
    await page.getByRole("combobox", { name: "Round" }).selectOption({ index: 0 });
    const caption = await page.locator("#part-1 .timeline .caption").innerText();
    assert.ok(caption.startsWith(`${timeline.label}: round ${timeline.rounds[0].number} takes`), caption);
  }
});

async function savedCsv(page, part) {
  const [download] = await Promise.all([page.waitForEvent("download"),
                                        page.locator(`${part} .save-csv`).click()]);
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
    for (const [key, value] of Object.entries(cell)) assert.equal(rows[i][key], value === null ? "" : String(value));
  });
});

test("the table shows the JSON's numbers", async () => {
  const page = await opened("prediction");
  const shown = await page.$$eval("#part-1 figure[data-chart=table] tbody tr", (rows) =>
    rows.map((row) => [...row.querySelectorAll("[data-value]")].map((cell) => Number(cell.dataset.value))));
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
    const parts = await page.$$eval("section.part", (sections) => sections.map((section) => ({
      kind: section.dataset.kind, title: section.querySelector("h2").textContent,
      charts: [...section.querySelectorAll("figure[data-chart]")].map((figure) => ({
        name: figure.dataset.chart, height: figure.getBoundingClientRect().height,
        marks: figure.querySelectorAll("svg circle, svg path, svg rect, canvas, .part, td, dd").length })) })));
    const { parts: data } = dataOf(pages[name]);
    assert.deepEqual(parts.map(({ kind }) => kind), data.map(({ kind }) => kind));
    parts.forEach(({ kind, title, charts }, i) => {
      seen.add(kind);
      const names = charts.map((chart) => chart.name);
      const wanted = expected[kind].filter((chart) => data[i].timelines || kind !== "prediction" ||
        ["split", "spread", "table"].includes(chart));
      for (const chart of wanted) assert.ok(names.includes(chart), `${kind} ${i} has no ${chart}: ${names}`);
      if (data[i].choice?.pareto.length) assert.ok(names.includes("loss-front"));
      assert.ok(title && !/undefined|NaN|null/.test(title), title);
      for (const chart of charts) assert.ok(chart.marks > 0 && chart.height > 40, `${kind}: ${chart.name} is empty`);
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
    const drawn = await figure.locator("svg line[data-link]").evaluateAll((lines) =>
      lines.map((line) => [line.dataset.link, Number(line.dataset.utilization)]));
    assert.deepEqual(drawn, topology.links.map(({ name }, i) => [name, busy[i]]));
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
  const cells = rows.filter((row) => row.label === "palsgd" && row.batch_per_worker === best.batch_per_worker);
  assert.equal(told.length, cells.length);
  const near = (text, value) => Math.abs(Number(text) / value - 1) < 1e-3;
  for (const cell of cells) {
    const found = [1, 60, 3600].some((unit) => told.some((text) => near(text, cell.wall_clock_mean_s / unit)));
    assert.ok(found, `${cell.wall_clock_mean_s} s is not among ${told}`);
  }
  const sweep = page.locator("#part-1 figure[data-chart=sweep]");
  const before = await sweep.locator("svg").first().innerHTML();
  await sweep.getByRole("combobox", { name: "Axis" }).selectOption({ index: 1 });
  assert.notEqual(await sweep.locator("svg").first().innerHTML(), before);
});

test("hostile labels appear as text", async () => {
  const page = await opened("prediction");
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator("main b:text-is('bold')").count(), 0);
  const names = await page.locator("#part-1 .split-bars .name").allTextContents();
  assert.deepEqual(names, hostile);
  const second = await page.locator("#part-2 .split-bars .name").allTextContents();
  assert.deepEqual(second, hostile.map((label) => `two\nlines, ${label}`));
});

test("texts are strong and large enough in both themes, and on paper", async () => {
  for (const name of ["prediction", "results"]) {
    for (const theme of ["light", "dark"]) {
      for (const media of ["screen", "print"]) {
        const page = await opened(name, { theme, media });
        await page.waitForTimeout(50);
        assert.deepEqual(await weakTexts(page), [], `${name}, ${theme}, ${media}`);
        if (media === "screen") assert.ok((await smallestText(page))[0] >= 12, `${await smallestText(page)}`);
        await page.close();
      }
    }
  }
});

test("the theme can be chosen, and paper is always light", async () => {
  const page = await opened("prediction", { theme: "light" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const canvas = () => page.evaluate(() => [...document.querySelector("canvas").getContext("2d")
    .getImageData(0, 0, 1, 1).data].slice(0, 3).join(", "));
  await page.getByLabel("Theme").selectOption("2");
  assert.equal(await paper(), "rgb(20, 23, 28)");
  assert.equal(await canvas(), "20, 23, 28");
  await page.emulateMedia({ media: "print" });
  assert.equal(await paper(), "rgb(255, 255, 255)");
  await page.waitForFunction(() => document.querySelector("canvas").getContext("2d")
    .getImageData(0, 0, 1, 1).data[0] === 255);
});

test("a phone shows it without scrolling sideways, and paper without what cannot be pressed", async () => {
  for (const name of ["prediction", "results"]) {
    const page = await opened(name, { viewport: { width: 390, height: 800 } });
    assert.ok(await overflow(page) <= 0);
    await page.setViewportSize({ width: 794, height: 1123 });
    await page.emulateMedia({ media: "print" });
    assert.ok(await overflow(page) <= 0, "wider than paper");
    assert.equal(await page.locator("nav:visible, button:visible, select:visible").count(), 0);
    const narrowest = await page.$$eval("figure[data-chart=table] td", (cells) => Math.min(...cells.map((cell) => cell.clientWidth)));
    assert.ok(narrowest > 100, `a cell of ${narrowest} pixels breaks its words`);
    assert.ok((await page.pdf()).length > 10_000);
  }
});

test("the keyboard reaches everything in the page's order, and shows where it is", async () => {
  for (const name of ["prediction", "results"]) {
    const page = await opened(name);
    const all = await page.$$eval("a[href], button, select, summary, [tabindex='0']", (elements) =>
      elements.filter((element) => element.checkVisibility()).map((element) =>
        element.getAttribute("aria-label") || element.textContent.trim() || element.localName));
    const reached = await keyboardOrder(page);
    assert.deepEqual(reached.map((one) => one.name), all);
    for (const one of reached) assert.ok(one.ring, `${one.name} has no focus ring`);
  }
});

test("pictures and fields have names for those who hear the page", async () => {
  for (const name of ["prediction", "results"]) {
    const page = await opened(name);
    const nameless = await page.$$eval("svg, canvas, select, button, [role]", (elements) => elements.filter((element) => {
      if (element.closest("[aria-hidden=true], .plot canvas, svg svg")) return false;
      const label = element.getAttribute("aria-label") ||
        (element.localName !== "svg" && (element.closest("label")?.textContent || element.textContent)) || "";
      return !label.trim();
    }).filter((element) => !element.closest("[role=application]")).map((element) => element.outerHTML.slice(0, 120)));
    assert.deepEqual(nameless, []);
  }
});

test("what stands side by side is told apart without red, green or blue", async () => {
  const groups = [["gradient", "mix", "other", "communication", "waiting"],
                  ["gradient", "mix", "communication", "waiting", "bucket"],
                  [0, 1, 2, 3, 4, 5].map((i) => `series-${i}`)];
  for (const theme of ["light", "dark"]) {
    const page = await opened("prediction", { theme });
    for (const names of groups) {
      const colors = await page.evaluate((names) => names.map((name) =>
        themeColor(name).match(/[\d.]+/g).map(Number)), names);
      for (const kind of ["protanopia", "deuteranopia", "tritanopia"]) {
        const seen = colors.map((color) => simulated(color, kind));
        for (let i = 0; i < names.length; ++i) {
          for (let j = 0; j < i; ++j) {
            const apart = distance(seen[i], seen[j]);
            assert.ok(apart > 20, `${names[i]} and ${names[j]} in ${kind}, ${theme}: ${apart}`);
          }
        }
      }
    }
  }
});

test("the command, version and seed that made it stand at its end", async () => {
  const page = await opened("prediction");
  assert.ok(await page.locator("#command").isVisible());
  assert.equal(await page.locator("#command").innerText(),
               "palsim report hostile.toml hostile.json --out prediction.html");
  const { version } = dataOf(pages.prediction).palsim;
  assert.match(await page.locator("footer").innerText(), new RegExp(`palsim ${version}, seed 3`));
});

test("1 024 workers for 1 000 rounds stay below 5 MB, and every worker has a row", async (t) => {
  const file = largePage(folder);
  const { size } = statSync(file);
  assert.ok(size < 5e6, `${size} bytes`);
  const begin = performance.now();
  const page = await browser.open(file);
  await page.waitForLoadState("load");
  t.diagnostic(`${size} bytes, open in ${Math.round(performance.now() - begin)} ms`);
  assert.deepEqual(page.problems, []);
  const { tracks, left } = await page.evaluate(() => {
    const state = document.querySelector(".timeline").timeline;
    return { tracks: state.tracks.length, left: state.timelines.map((one) => one.workers_left_out) };
  });
  assert.equal(tracks, 1024);
  assert.deepEqual(left, [0, 0]);
  const colors = await page.evaluate(() => {
    const canvas = document.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(200, 24, 1, canvas.height - 30);
    return new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3).join())).size;
  });
  assert.equal(colors, 1, "a column of compute is not of one colour");
});
