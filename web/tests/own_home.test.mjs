// What tests do leaves the checkout as it was.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./browser.mjs";
import { palsim } from "./report_pages.mjs";

test("a validation writes its results into the test's home, not into the checkout", () => {
  const folder = mkdtempSync(join(tmpdir(), "palsim-home-"));
  try {
    const results = "experiments/validation/l40s_tcp/results.csv";
    const before = statSync(join(root, results));
    palsim(folder, "validate", "l40s_tcp");
    const { ino, mtimeMs } = statSync(join(root, results));
    assert.deepEqual({ ino, mtimeMs }, { ino: before.ino, mtimeMs: before.mtimeMs });
    assert.ok(statSync(join(folder, "palsim_home", results)).mtimeMs > before.mtimeMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
