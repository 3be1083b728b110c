// The pictures that the README shows, a desktop's and a phone's first screenful each: the report of
// its own first experiment, and the explorer. `node screenshots.mjs [report|explorer]` in web/, after
// ./dev build and ./dev explore.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, startBrowser, web } from "./tests/browser.mjs";
import { ready, writtenExplorer } from "./tests/explorer_rig.mjs";
import { palsim } from "./tests/report_pages.mjs";

const windows = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];
const turned = "#workers=8&bandwidth=25&H=16";

async function shots(name, address, whenReady) {
  const browser = await startBrowser();
  try {
    for (const viewport of windows) {
      const page = await browser.open(address, { settings: { viewport } });
      await whenReady(page);
      await page.screenshot({ path: join(web, "screenshots", `${name}-${viewport.width}.png`) });
    }
  } finally {
    await browser.close();
  }
}

async function picturesOfReport() {
  const folder = mkdtempSync(join(tmpdir(), "palsim-screenshots-"));
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, experiment] = /^```toml\n(# gpt2_on_ethernet\.toml\n.*?)^```/ms.exec(readme);
  writeFileSync(join(folder, "gpt2_on_ethernet.toml"), experiment);
  palsim(folder, "report", "gpt2_on_ethernet.toml", "--out", "report.html");
  await shots("report", join(folder, "report.html"), (page) => page.waitForLoadState("load"));
  rmSync(folder, { recursive: true });
}

async function picturesOfExplorer() {
  const explorer = writtenExplorer();
  await shots("explorer", `file://${explorer.page}${turned}`, ready);
  explorer.remove();
}

const asked = process.argv.slice(2);
if (!asked.length || asked.includes("report")) await picturesOfReport();
if (!asked.length || asked.includes("explorer")) await picturesOfExplorer();
