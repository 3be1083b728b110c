// Builds charts.min.js, the chart library of every page, and LICENSES.txt with the whole licence of
// each package of which something got into it. Both are committed: a page needs no npm.
import { build } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "node_modules");

const { outputFiles, metafile } = await build({
  entryPoints: [join(here, "charts.entry.js")],
  absWorkingDir: join(here, ".."),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  legalComments: "none",
  metafile: true,
  outfile: join(here, "charts.min.js"),
  write: false,
});
const script = outputFiles[0].text;
// It is put into pages between <script> and </script>.
if (/<\/script|<!--/i.test(script))
  throw new Error("charts.min.js would end its own script element");

const packages = new Set();
for (const [file, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0].inputs)) {
  const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  if (name && bytesInOutput > 0) packages.add(name);
}
const licences = [...packages].sort().map((name) => {
  const folder = join(modules, name);
  const { version, license, homepage } = JSON.parse(readFileSync(join(folder, "package.json")));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  const text = readFileSync(join(folder, file), "utf8").trim();
  return `${name} ${version} (${license})${homepage ? `, ${homepage}` : ""}\n\n${text}\n`;
});
const about = "charts.min.js is made of parts of these packages, each under its own licence.\n";

writeFileSync(join(here, "charts.min.js"), script);
writeFileSync(join(here, "LICENSES.txt"), [about, ...licences].join(`\n${"-".repeat(80)}\n\n`));
