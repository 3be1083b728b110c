// The explorer as its tests and screenshots open it: written to a file or served, turned by keys,
// and what it shows beside what the command says.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./browser.mjs";

export const palsim = process.env.PALSIM_COMMAND ?? join(root, "build/release/experiments/palsim");
const environment = { ...process.env, PALSIM_HOME: root };

// Why there is nothing to test; false if there is. What must be there is missed by the tests.
export const lacking =
  !existsSync(join(root, "build/web/palsim_core.js")) &&
  process.env.PALSIM_PEERS !== "required" &&
  "build/web/palsim_core.js is not built (./dev explore)";

// A folder of its own; `page` is the explorer in it.
export function writtenExplorer() {
  const folder = mkdtempSync(join(tmpdir(), "palsim-explorer-"));
  const page = join(folder, "explorer.html");
  execFileSync(palsim, ["explore", "--out", page], { env: environment });
  return { folder, page, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

// `stop` interrupts the server, as Ctrl-C does, and gives its exit status.
export async function servedExplorer() {
  const server = spawn(palsim, ["explore", "--port", "0"], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => server.on("exit", resolve));
  const line = await new Promise((resolve) =>
    server.stdout.once("data", (text) => resolve(`${text}`)),
  );
  return { address: line.split(" ")[0], line, stop: () => (server.kill("SIGINT"), ended) };
}

export const ready = (page) => page.waitForSelector("body[data-ready]");

// When what was turned has been drawn.
export const drawn = (page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));

export async function press(page, id, keys) {
  await page.focus(`#${id}`);
  for (const key of keys) await page.keyboard.press(key);
  await drawn(page);
}

export async function type(page, id, text) {
  await page.fill(`#${id}-value`, text);
  await page.press(`#${id}-value`, "Enter");
  await drawn(page);
}

// {method: {part: seconds}}, as the bars have it.
export const shownSplits = (page) =>
  page.$$eval("#bars [data-label]", (bars) =>
    Object.fromEntries(
      bars.map((bar) => [
        bar.dataset.label,
        Object.fromEntries(
          [...bar.querySelectorAll("[data-part]")].map(({ dataset }) => [
            dataset.part,
            Number(dataset.seconds),
          ]),
        ),
      ]),
    ),
  );

// The same from the command that the page shows, run on the experiment that it shows; parts of no
// time have no place in a bar.
export async function commandSplits(page, folder) {
  const { methods } = JSON.parse((await ran(page, folder, " --format json")).stdout);
  return Object.fromEntries(
    methods.map(({ label, split_s: split }) => [
      label,
      Object.fromEntries(Object.entries(split).filter(([, seconds]) => seconds > 0)),
    ]),
  );
}

export async function ran(page, folder, more = "", command = undefined) {
  writeFileSync(join(folder, "explorer.toml"), await page.textContent("#experiment"));
  const line = command ?? (await page.textContent("#command"));
  return spawnSync("bash", ["-c", `palsim() { "$PALSIM" "$@"; }; ${line}${more}`], {
    cwd: folder,
    encoding: "utf8",
    env: { ...environment, PALSIM: palsim },
  });
}
