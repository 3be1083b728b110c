// The pictures of the explorer that the README shows: `node screenshots.mjs` in web/, after
// ./dev explore.
import { join } from "node:path";
import { startBrowser, web } from "./tests/browser.mjs";
import { ready, writtenExplorer } from "./tests/explorer_rig.mjs";

const shots = [{ name: "explorer-1280.png", viewport: { width: 1280, height: 900 } },
               { name: "explorer-390.png", viewport: { width: 390, height: 844 } }];
const turned = "#workers=8&bandwidth=25&H=16";

const explorer = writtenExplorer();
const browser = await startBrowser();
try {
  for (const { name, viewport } of shots) {
    const page = await browser.open(`file://${explorer.page}${turned}`, { settings: { viewport } });
    await ready(page);
    await page.screenshot({ path: join(web, "screenshots", name) });
  }
} finally {
  await browser.close();
  explorer.remove();
}
