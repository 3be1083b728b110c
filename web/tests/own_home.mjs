// A data home for a test's commands. `palsim validate` writes the results that it prints into its
// home: not into the checkout, so those folders are copies.
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { root } from "./browser.mjs";

// Made in `folder` when first asked for.
export function ownHome(folder) {
  const home = join(folder, "palsim_home");
  if (existsSync(home)) return home;
  mkdirSync(join(home, "experiments"), { recursive: true });
  for (const data of ["models", "topologies", "web"]) {
    symlinkSync(join(root, data), join(home, data));
  }
  for (const name of readdirSync(join(root, "experiments"))) {
    const [from, to] = [root, home].map((place) => join(place, "experiments", name));
    if (name === "validation") cpSync(from, to, { recursive: true });
    else symlinkSync(from, to);
  }
  return home;
}
