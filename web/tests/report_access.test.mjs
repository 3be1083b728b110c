// The report for every eye, hand and width: contrast, colours, keyboard, names, phone, paper.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyboardOrder, overflow, smallestText, weakTexts } from "./browser.mjs";
import { distance, simulated } from "./color_vision.mjs";
import { reportRig } from "./report_rig.mjs";

const { opened } = reportRig();

test("texts are strong and large enough in both themes, and on paper", async () => {
  for (const name of ["prediction", "results"]) {
    for (const theme of ["light", "dark"]) {
      for (const media of ["screen", "print"]) {
        const page = await opened(name, { theme, media });
        await page.waitForTimeout(50);
        assert.deepEqual(await weakTexts(page), [], `${name}, ${theme}, ${media}`);
        if (media === "screen")
          assert.ok((await smallestText(page))[0] >= 12, `${await smallestText(page)}`);
        await page.close();
      }
    }
  }
});

test("the theme can be chosen, and paper is always light", async () => {
  const page = await opened("prediction", { theme: "light" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const canvas = () =>
    page.evaluate(() =>
      [...document.querySelector("canvas").getContext("2d").getImageData(0, 0, 1, 1).data]
        .slice(0, 3)
        .join(", "),
    );
  await page.getByLabel("Theme").selectOption("2");
  assert.equal(await paper(), "rgb(20, 23, 28)");
  assert.equal(await canvas(), "20, 23, 28");
  await page.emulateMedia({ media: "print" });
  assert.equal(await paper(), "rgb(255, 255, 255)");
  await page.waitForFunction(
    () =>
      document.querySelector("canvas").getContext("2d").getImageData(0, 0, 1, 1).data[0] === 255,
  );
});

test("a phone shows it without scrolling sideways, and paper without what cannot be pressed", async () => {
  for (const name of ["prediction", "results"]) {
    const page = await opened(name, { viewport: { width: 390, height: 800 } });
    assert.ok((await overflow(page)) <= 0);
    await page.setViewportSize({ width: 794, height: 1123 });
    await page.emulateMedia({ media: "print" });
    assert.ok((await overflow(page)) <= 0, "wider than paper");
    assert.equal(await page.locator("nav:visible, button:visible, select:visible").count(), 0);
    const narrowest = await page.$$eval("figure[data-chart=table] td", (cells) =>
      Math.min(...cells.map((cell) => cell.clientWidth)),
    );
    assert.ok(narrowest > 100, `a cell of ${narrowest} pixels breaks its words`);
    assert.ok((await page.pdf()).length > 10_000);
  }
});

test("the keyboard reaches everything in the page's order, and shows where it is", async () => {
  for (const name of ["prediction", "results"]) {
    const page = await opened(name);
    const all = await page.$$eval("a[href], button, select, summary, [tabindex='0']", (elements) =>
      elements
        .filter((element) => element.checkVisibility())
        .map(
          (element) =>
            element.getAttribute("aria-label") || element.textContent.trim() || element.localName,
        ),
    );
    const reached = await keyboardOrder(page);
    assert.deepEqual(
      reached.map((one) => one.name),
      all,
    );
    for (const one of reached) assert.ok(one.ring, `${one.name} has no focus ring`);
  }
});

test("pictures and fields have names for those who hear the page", async () => {
  for (const name of ["prediction", "results"]) {
    const page = await opened(name);
    const nameless = await page.$$eval("svg, canvas, select, button, [role]", (elements) =>
      elements
        .filter((element) => {
          if (element.closest("[aria-hidden=true], .plot canvas, svg svg")) return false;
          const label =
            element.getAttribute("aria-label") ||
            (element.localName !== "svg" &&
              (element.closest("label")?.textContent || element.textContent)) ||
            "";
          return !label.trim();
        })
        .filter((element) => !element.closest("[role=application]"))
        .map((element) => element.outerHTML.slice(0, 120)),
    );
    assert.deepEqual(nameless, []);
  }
});

test("what stands side by side is told apart without red, green or blue", async () => {
  const groups = [
    ["gradient", "mix", "other", "communication", "waiting"],
    ["gradient", "mix", "communication", "waiting", "bucket"],
    [0, 1, 2, 3, 4, 5].map((i) => `series-${i}`),
  ];
  for (const theme of ["light", "dark"]) {
    const page = await opened("prediction", { theme });
    for (const names of groups) {
      const colors = await page.evaluate(
        (names) =>
          names.map((name) =>
            themeColor(name)
              .match(/[\d.]+/g)
              .map(Number),
          ),
        names,
      );
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
