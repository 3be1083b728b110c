// A part's numbers as rows of a table and as points of a chart.
"use strict";

const predictionRows = ({ methods, ...shared }) =>
  methods.map(({ links, ...method }) => ({ ...shared, ...method }));

const SWEEP_COSTS = [
  ["bytes_sent_per_worker", "bytes sent by a worker", formatBytes],
  ["memory_per_worker_bytes", "memory of a worker", formatBytes],
];

function sweepPoints(part) {
  const axes = movingAxes(part).map((axis) => [axis, settingText(axis).split(" ").at(-1)]);
  return sweepCells(part).map((row) => ({
    ...row,
    series: row.label,
    seconds: row.wall_clock_mean_s,
    name: [row.label, ...axes.map(([axis, name]) => `${name}=${row[axis]}`)].join(", "),
  }));
}

const choiceRows = ({ cells }) => cells.map((cell, i) => ({ rank: i + 1, ...cell }));

const choicePoints = ({ cells }) =>
  cells
    .filter(({ eligible }) => eligible)
    .map((cell) => ({
      ...cell,
      series: cell.label,
      name: candidateName(cell),
      seconds: cell.time_s.p50,
      loss: cell.loss?.p50,
    }));

// Where all come to the same loss it tells them not apart.
function choiceCosts({ cells }) {
  const losses = distinct(
    cells.map(({ loss }) => loss?.p50).filter((loss) => typeof loss === "number"),
  );
  return [
    ...(losses.length > 1 ? [["loss", "loss", (loss) => formatNumber(loss, 3)]] : []),
    ...SWEEP_COSTS,
  ];
}

const validationRows = (validation) => validation.rows ?? validation.methods;

const trainingRows = ({ methods, ...shared }) => methods.map((run) => ({ ...shared, ...run }));

const runName = ({ label, workers, seed }) =>
  `${label}, ${counted(workers, "worker")}, seed ${seed}`;

const trainingAsPrediction = ({ methods }) => ({
  methods: methods.map((run) => ({
    ...run,
    label: runName(run),
    wall_clock_s: { mean: run.wall_clock_s },
  })),
});

const TRAINING_COSTS = [
  ["held_out_loss", "loss on held-out samples", (loss) => formatNumber(loss, 3)],
  ["loss", "loss on training samples", (loss) => formatNumber(loss, 3)],
];

const trainingPoints = ({ methods }) =>
  methods.map((run) => ({
    series: run.label,
    name: runName(run),
    seconds: run.wall_clock_s,
    loss: run.loss,
    held_out_loss: run.held_out?.loss,
  }));

// The seeds that a part's numbers come from, as far as it says; `more` if there are others after them.
function seedsOf({ prediction, spread, rows, training }) {
  if (training) return { seeds: training.methods.map(({ seed }) => seed), more: false };
  if (prediction) {
    const { seed, methods } = prediction;
    const seeds = spread?.[0]?.wall_clock_s.map((_, i) => seed + i);
    const spreads = methods.some(({ wall_clock_s: { p5, p95 } }) => p5 < p95);
    return { seeds: seeds ?? [seed], more: !seeds && spreads };
  }
  const seeded = (rows ?? []).filter(({ seed }) => seed !== undefined && seed !== null);
  return {
    seeds: seeded.map(({ seed }) => seed),
    more: seeded.some((row) => row.wall_clock_p5_s < row.wall_clock_p95_s),
  };
}

// "seed 3", "seeds 3 to 7", "seeds 1, 5", "seeds from 3 on"; "" where none are known.
function seedsText(parts) {
  const found = parts.map(seedsOf);
  const seeds = distinct(found.flatMap((one) => one.seeds)).sort((a, b) => a - b);
  if (!seeds.length) return "";
  const [first, last] = [seeds[0], seeds.at(-1)];
  if (found.some(({ more }) => more)) return `seeds from ${first} on`;
  if (seeds.length === 1) return `seed ${first}`;
  return last - first === seeds.length - 1
    ? `seeds ${first} to ${last}`
    : `seeds ${seeds.join(", ")}`;
}
