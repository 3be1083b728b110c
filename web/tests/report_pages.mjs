// Pages made by the command itself, for the tests: an experiment with hostile names, one of every
// kind of result, and a large one.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./browser.mjs";
import { ownHome } from "./own_home.mjs";

const command = process.env.PALSIM_COMMAND ?? join(root, "build/release/experiments/palsim");

export const palsim = (folder, ...words) =>
  execFileSync(command, words, {
    cwd: folder,
    env: { ...process.env, PALSIM_HOME: ownHome(folder) },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
  });

export const hostile = [
  `<script>window.hacked = 1</script>`,
  `=1+1, "quoted" & 'so'`,
  `</script><b>bold</b>`,
  "-1+palsgd",
];

const experimentText = (labels) => `
cluster = "l40s_tcp_x4"
model = "gpt2_small"
workers = 4
steps = 1000
batch_per_worker = 8
seed = 3
seeds = 5
[compute]
jitter = 0.05
[[method]]
name = "ddp"
label = ${JSON.stringify(labels[0])}
[[method]]
name = "local_sgd"
label = ${JSON.stringify(labels[1])}
sync_interval = 20
[[method]]
name = "diloco"
label = ${JSON.stringify(labels[2])}
sync_interval = 50
[[method]]
name = "palsgd"
label = ${JSON.stringify(labels[3])}
sync_interval = 50
mix_probability = 0.1
`;

function saved(folder, name, ...words) {
  writeFileSync(join(folder, name), palsim(folder, ...words));
  return name;
}

// The experiment, and the same as a result whose labels have what an experiment may not say.
export function predictionPage(folder) {
  writeFileSync(join(folder, "hostile.toml"), experimentText(hostile));
  const result = JSON.parse(palsim(folder, "predict", "hostile.toml", "--format", "json"));
  result.methods.forEach((method) => {
    method.label = `two\nlines, ${method.label}`;
  });
  writeFileSync(join(folder, "hostile.json"), JSON.stringify(result));
  palsim(folder, "report", "hostile.toml", "hostile.json", "--out", "prediction.html");
  return join(folder, "prediction.html");
}

export function resultsPage(folder) {
  const labels = ["ddp", "local", "diloco", "palsgd"];
  writeFileSync(join(folder, "plain.toml"), experimentText(labels));
  const json = ["--format", "json"];
  const files = [
    saved(
      folder,
      "sweep.json",
      "sweep",
      "plain.toml",
      ...json,
      "--over",
      "method.palsgd.sync_interval=10,20,50",
      "--over",
      "method.palsgd.mix_probability=0,0.1,0.3",
      "--over",
      "batch_per_worker=4,8",
    ),
    saved(
      folder,
      "choice.json",
      "choose",
      "plain.toml",
      ...json,
      "--steps",
      "500",
      "--sync-interval",
      "10,40",
    ),
    saved(
      folder,
      "losses.json",
      "choose",
      "plain.toml",
      ...json,
      "--methods",
      "ddp,diloco",
      "--sync-interval",
      "8..128*4",
      "--target-loss",
      "1",
      "--loss",
      join(root, "experiments/choose/gptneo_losses.csv"),
    ),
    saved(folder, "validation.json", "validate", "l40s_tcp", ...json),
    saved(folder, "nccl.json", "validate", "nccl", ...json),
    saved(folder, "network.json", "network", "l40s_tcp_x4", "--all-reduce", "1KiB:16MiB", ...json),
    saved(
      folder,
      "alone.json",
      "network",
      "l40s_tcp_x4",
      "--all-reduce",
      "1KiB:2KiB",
      "--workers",
      "1",
      ...json,
    ),
    saved(
      folder,
      "training.json",
      "train",
      "mlp_generated",
      ...json,
      "--set",
      "steps=4",
      "--set",
      "method.local_sgd.sync_interval=2",
      "--set",
      "method.slowmo.sync_interval=2",
      "--set",
      "method.diloco.sync_interval=2",
      "--set",
      "method.palsgd.sync_interval=2",
    ),
  ];
  palsim(folder, "report", ...files, "--out", "results.html");
  return join(folder, "results.html");
}

// A prediction, a choice by losses, and a training with one worker and with two.
export function variedPage(folder) {
  writeFileSync(join(folder, "varied.toml"), experimentText(["ddp", "local", "diloco", "palsgd"]));
  const json = ["--format", "json"];
  const losses = join(root, "experiments/choose/gptneo_losses.csv");
  const files = [
    saved(
      folder,
      "few_losses.json",
      "choose",
      "varied.toml",
      ...json,
      "--methods",
      "ddp,diloco",
      "--sync-interval",
      "8..128*4",
      "--target-loss",
      "1",
      "--loss",
      losses,
    ),
    saved(
      folder,
      "two_teams.json",
      "train",
      "mlp_generated",
      ...json,
      "--set",
      "steps=2",
      "--set",
      "workers=[1,2]",
      ...["local_sgd", "slowmo", "diloco", "palsgd"].flatMap((name) => [
        "--set",
        `method.${name}.sync_interval=2`,
      ]),
    ),
    saved(folder, "one.json", "network", "l40s_tcp_x4", "--broadcast", "1KiB:1MiB", ...json),
  ];
  palsim(folder, "report", "varied.toml", ...files, "--out", "varied.html");
  return join(folder, "varied.html");
}

export function largePage(folder) {
  writeFileSync(
    join(folder, "large.toml"),
    `
cluster = "l40s_tcp_x4"
model = "gpt2_small"
workers = 1024
steps = 20000
batch_per_worker = 8
seeds = 1
[compute]
jitter = 0.05
[[method]]
name = "local_sgd"
sync_interval = 20
[[method]]
name = "palsgd"
sync_interval = 20
mix_probability = 0.1
`,
  );
  palsim(folder, "report", "large.toml", "--set", "cluster.nodes=1024", "--out", "large.html");
  return join(folder, "large.html");
}

const dataElement = /(<script type="application\/json" id="palsim-data">)(.*?)(<\/script>)/s;

export const dataOf = (file) => JSON.parse(dataElement.exec(readFileSync(file, "utf8"))[2]);

// The page `file` with other data: what `change` makes of a copy of its own.
export function changedPage(file, name, change) {
  const data = JSON.stringify(change(dataOf(file))).replaceAll("<", "\\u003c");
  const page = join(dirname(file), name);
  const html = readFileSync(file, "utf8");
  writeFileSync(
    page,
    html.replace(dataElement, (_, begin, __, end) => begin + data + end),
  );
  return page;
}
