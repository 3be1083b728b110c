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
    .filter(({ time_s: time }) => time.p50 !== null)
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

const trainingAsPrediction = ({ methods }) => ({
  methods: methods.map((run) => ({
    ...run,
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
    name: `${run.label}, ${counted(run.workers, "worker")}, seed ${run.seed}`,
    seconds: run.wall_clock_s,
    loss: run.loss,
    held_out_loss: run.held_out?.loss,
  }));

// The seeds that a part's numbers come from.
function seedsOf({ prediction, rows, training }) {
  if (prediction) return [prediction.seed];
  if (training) return distinct(training.methods.map(({ seed }) => seed));
  return distinct((rows ?? []).map(({ seed }) => seed).filter((seed) => typeof seed === "number"));
}
