// The rig itself: its packages run on Debian's node, Chromium starts, a page opens from disk, and what
// goes wrong in it is seen.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { keyboardOrder, overflow, smallestText, startBrowser, weakTexts, web } from "./browser.mjs";

let browser;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "palsim-rig-"));
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(body, settings) {
  const file = join(folder, "page.html");
  writeFileSync(file, `<!doctype html><html lang="en"><title>t</title><body>${body}</body></html>`);
  return browser.open(file, { settings });
}

test("every pinned package takes node 18, Debian 12's", () => {
  const { packages } = JSON.parse(readFileSync(join(web, "package-lock.json"), "utf8"));
  const needed = Object.entries(packages)
    .filter(([, { engines }]) => engines?.node)
    .map(([name, { engines }]) => [name, Number(/^>= ?(\d+)/.exec(engines.node)[1])]);
  assert.ok(needed.length > 0);
  assert.deepEqual(
    needed.filter(([, version]) => version > 18),
    [],
  );
});

test("a page without a fault has no problems", async () => {
  assert.deepEqual((await opened("<p>calm</p>")).problems, []);
});

test("an exception, a console error and a missing file are problems", async () => {
  const page = await opened(`<img src="none.png" alt=""><script>console.error("oh")</script>
                             <script>throw new Error("no")</script>`);
  await page.waitForLoadState("load");
  const all = page.problems.join("\n");
  assert.match(all, /console: oh/);
  assert.match(all, /exception: no/);
  assert.match(all, /failed request: file:.*none\.png/);
});

test("grey on white is a weak text, black on white and white on a dark box are not", async () => {
  const page = await opened(`<p style="color: #999">weak</p><p style="color: #000">strong</p>
    <div style="background: #123"><span style="color: #fff">on a box</span></div>
    <svg><text y="20" fill="#aaa">drawn</text></svg>`);
  assert.deepEqual(
    (await weakTexts(page)).map(([, text]) => text),
    ["weak", "drawn"],
  );
});

test("the smallest text, a page too wide and the keyboard's order are measured", async () => {
  const page = await opened(
    `<p style="font-size: 9px">tiny</p><button>first</button>
    <a href="#x">second</a><div style="width: 1500px">wide</div>`,
    { viewport: { width: 390, height: 800 } },
  );
  assert.deepEqual(await smallestText(page), [9, "tiny"]);
  assert.ok((await overflow(page)) > 1000);
  assert.deepEqual(
    (await keyboardOrder(page)).map(({ name }) => name),
    ["first", "second"],
  );
});
