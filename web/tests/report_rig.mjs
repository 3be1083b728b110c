// What every test of the report starts from: a browser, and pages that are made when first asked for.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { startBrowser } from "./browser.mjs";
import { edgePage } from "./edge_pages.mjs";
import {
  changedPage,
  largePage,
  predictionPage,
  resultsPage,
  variedPage,
} from "./report_pages.mjs";

// To be called once, at a test file's top. `pages` has the files of "prediction", "results", "varied",
// "large" and "edges"; `opened(name, settings)` is a page of the browser, `changed(name, change)` one with
// other data.
export function reportRig() {
  let browser;
  let folder;
  const makers = {
    prediction: predictionPage,
    results: resultsPage,
    varied: variedPage,
    large: largePage,
    edges: edgePage,
  };
  const made = {};
  const pages = new Proxy({}, { get: (_, name) => (made[name] ??= makers[name](folder)) });
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "palsim-report-"));
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    pages,
    opened: (name, settings) => browser.open(pages[name], { settings }),
    changed: (name, change) => browser.open(changedPage(pages[name], "changed.html", change)),
  };
}
