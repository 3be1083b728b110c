// A page of results at the edges: sweeps zipped, out of order or without a single prediction, a
// collective that takes no time, a prediction of 0.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { palsim } from "./report_pages.mjs";

const experiment = `
cluster = "l40s_tcp_x4"
model = "gpt2_small"
workers = 4
steps = 1000
batch_per_worker = 8
[[method]]
name = "ddp"
[[method]]
name = "local_sgd"
sync_interval = 500
[[method]]
name = "palsgd"
sync_interval = 50
mix_probability = 0.1
`;

// A sweep's rows, printed though none of its cells could be predicted.
function sweep(folder, ...words) {
  try {
    return palsim(folder, "sweep", "edges.toml", "--format", "json", ...words);
  } catch (error) {
    return error.stdout;
  }
}

const [H, p] = ["method.palsgd.sync_interval", "method.palsgd.mix_probability"];

export function edgePage(folder) {
  writeFileSync(join(folder, "edges.toml"), experiment);
  const collective = (...words) =>
    palsim(folder, "network", "l40s_tcp_x4", "--format", "json", "--all-reduce", ...words);
  const point = (size, predicted, measured) => ({
    size_bytes: size,
    predicted_us: predicted,
    measured_us: measured,
    error: (predicted - measured) / measured,
    group: "sizes",
  });
  const results = {
    blank: sweep(folder, "--over", "workers=500,600"),
    zipped: sweep(folder, "--zip", "--over", `${H}=50,10,20`, "--over", "batch_per_worker=8,2,4"),
    cube: sweep(
      folder,
      ...["--over", `${H}=50,10,20`, "--over", `${p}=0.3,0,0.1`],
      ...["--over", "batch_per_worker=64,2"],
    ),
    shuffled: JSON.stringify(JSON.parse(collective("1KiB:16MiB")).reverse()),
    alone: collective("1KiB:2KiB", "--workers", "1"),
    nothing: JSON.stringify([
      { validation: "zero", rows: [point(8, 0, 2), point(1024, 40, 50)], summary: [], notes: [] },
    ]),
  };
  for (const [name, text] of Object.entries(results)) {
    writeFileSync(join(folder, `${name}.json`), text);
  }
  const files = Object.keys(results).map((name) => `${name}.json`);
  palsim(folder, "report", ...files, "--out", "edges.html");
  return join(folder, "edges.html");
}
