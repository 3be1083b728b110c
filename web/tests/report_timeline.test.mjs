// The report's timeline under mouse, fingers and keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dataOf } from "./report_pages.mjs";
import { reportRig } from "./report_rig.mjs";

const { pages, opened } = reportRig();
const plot = (page) => page.locator("#part-1 .timeline .plot");
const view = (page) =>
  page.evaluate(() => ({ ...document.querySelector("#part-1 .timeline").timeline.view }));

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
  const spots = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95].flatMap((share) => [
    [share, 0, 0],
    [share, 2, 2],
    [share, -1, 4],
  ]);
  const slack = length / k / 400; // the pointer stands on a whole pixel
  for (const [share, rank, track] of spots) {
    await at(share, track);
    const time = round.begin_ns + (left + share / k) * length;
    const segment = round.tracks
      .find((one) => one.rank === rank)
      .segments.find(([, begin, lasts]) => begin + slack <= time && time < begin + lasts - slack);
    if (!segment) continue;
    told += 1;
    const tip = (await page.locator("#part-1 .timeline .tip").innerText()).replaceAll("\n", " ");
    const names = ["compute", "mix", "communication", "waiting", "bucket"];
    assert.ok(tip.startsWith(`${rank < 0 ? "wire" : `worker ${rank}`}: ${names[segment[0]]}`), tip);
    assert.equal(exactNanoseconds(/takes ([\d.]+ \S+)/.exec(tip)[1]), segment[2]);
    assert.equal(
      exactNanoseconds(/begins at ([\d.]+ \S+)/.exec(tip)[1]),
      segment[1] - round.begin_ns,
    );
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
  const touch = (type, ...places) =>
    fingers.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: places.map((x, id) => ({ x: box.x + x, y: box.y + 60, id })),
    });
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
    assert.equal(
      exactNanoseconds(/takes ([\d.]+ \S+?)(?:,| )/.exec(await said())[1]),
      segment[2],
      `${i}`,
    );
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
    assert.ok(
      caption.startsWith(`${timeline.label}: round ${timeline.rounds[0].number} takes`),
      caption,
    );
  }
});
