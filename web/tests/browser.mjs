// Debian's Chromium for the browser tests: pages opened from disk, with every console error, page
// error and request that leaves the disk collected; and what the tests of accessibility measure.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const web = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const root = resolve(web, "..");

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// A browser with an empty profile of its own. `close` ends it and removes the profile.
export async function startBrowser(options = {}) {
  const profile = mkdtempSync(join(tmpdir(), "palsim-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.PALSIM_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: flags,
    acceptDownloads: true,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  return {
    context,
    // A page at a path or an address, opened; `page.problems` goes on collecting.
    async open(address, { settings = {}, before } = {}) {
      const page = await context.newPage();
      page.problems = [];
      const problem = (text) => page.problems.push(text);
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) problem(`console: ${message.text()}`);
      });
      page.on("pageerror", (error) => problem(`exception: ${error.message}`));
      page.on("requestfailed", (request) => problem(`failed request: ${request.url()}`));
      page.on("response", (response) => {
        if (response.status() >= 400) problem(`${response.status()}: ${response.url()}`);
      });
      page.requests = [];
      page.on("request", (request) => page.requests.push(request.url()));
      if (settings.viewport) await page.setViewportSize(settings.viewport);
      await page.emulateMedia({
        colorScheme: settings.theme ?? "light",
        media: settings.media ?? "screen",
        reducedMotion: "reduce",
      });
      if (before) await before(page);
      await page.goto(
        /^[a-z]+:\/\//.test(address) ? address : pathToFileURL(resolve(address)).href,
      );
      return page;
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

// Texts of which contrast with what is behind them is below `least`, as [contrast, text, element].
// Backgrounds are those of the elements behind; a text over a picture (SVG, canvas) is compared with
// what the picture's author names in data-behind on it, or else with the page around it.
export function weakTexts(page, least = 4.5) {
  return page.evaluate((least) => {
    const painter = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
      painter.clearRect(0, 0, 1, 1);
      painter.fillStyle = color;
      painter.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = painter.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    // A colour as an element has it: names and functions of the theme, too.
    const computed = (color) => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = color;
      const found = getComputedStyle(probe).color;
      probe.remove();
      return found;
    };
    const over = ([r, g, b, a], below) =>
      [r, g, b].map((value, i) => value * a + below[i] * (1 - a)).concat(1);
    const luminance = (color) => {
      const [r, g, b] = color.map((value) =>
        value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => {
      const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
      return (light + 0.05) / (dark + 0.05);
    };
    const behind = (element) => {
      if (!element) return [255, 255, 255, 1];
      const named = element.closest("svg") && element.getAttribute("data-behind");
      const color = rgba(named ? computed(named) : getComputedStyle(element).backgroundColor);
      return color[3] === 1 ? color : over(color, behind(element.parentElement));
    };
    const weak = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.data.trim();
      const style = getComputedStyle(element);
      if (!text || element.closest("script, style, option")) continue;
      if (style.visibility === "hidden" || !element.getClientRects().length) continue;
      if (element.closest(":disabled")) continue;
      const ground = behind(element);
      const ink = rgba(
        element.closest("svg") && element.localName !== "a" ? style.fill : style.color,
      );
      let opacity = element.closest("svg") ? Number(style.fillOpacity) : 1;
      for (let at = element; at; at = at.parentElement) {
        opacity *= Number(getComputedStyle(at).opacity);
      }
      ink[3] *= opacity;
      const value = contrast(over(ink, ground), ground);
      if (value < least) {
        weak.push([Number(value.toFixed(2)), text.slice(0, 60), element.outerHTML.slice(0, 120)]);
      }
    }
    return weak;
  }, least);
}

// The smallest font size, in CSS pixels, of what can be read on the page.
export function smallestText(page) {
  return page.evaluate(() => {
    let least = [Infinity, ""];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || element.closest("script, style")) continue;
      if (!element.getClientRects().length) continue;
      const svg = element.closest("svg");
      const scale = svg?.viewBox.baseVal?.width
        ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
        : 1;
      const size = parseFloat(getComputedStyle(element).fontSize) * scale;
      if (size < least[0]) least = [size, node.data.trim().slice(0, 60)];
    }
    return least;
  });
}

// How far the page is wider than its window.
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// What the tabulator key reaches, in order, each as its accessible name or tag.
export async function keyboardOrder(page, most = 500) {
  const reached = [];
  await page.evaluate(() => document.activeElement?.blur());
  for (let press = 0; press < most; ++press) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body || at.dataset.reached) return null;
      at.dataset.reached = "yes";
      const style = getComputedStyle(at);
      const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      return {
        name: at.getAttribute("aria-label") || at.textContent.trim() || at.localName,
        element: at.localName,
        id: at.id,
        ring,
      };
    });
    if (!name) break;
    reached.push(name);
  }
  await page.evaluate(() => {
    for (const element of document.querySelectorAll("[data-reached]"))
      delete element.dataset.reached;
  });
  return reached;
}
