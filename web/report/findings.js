// What a part asks, what it is about, and what it found, each in a sentence made from its data.
"use strict";

function questionOf({ kind, prediction, choice }) {
  if (kind === "prediction") return "How long does each method take, and where does the time go?";
  if (kind === "sweep") return "How does the time change with each setting?";
  if (kind === "validation") return "How near do predictions come to measurements?";
  if (kind === "training") return "How long did training take here, and how well did it learn?";
  if (kind === "network") return "How long does a collective take?";
  const { target_loss: loss, time_budget_s: budget, steps } = choice.question;
  if (loss !== undefined) return `Which method comes first to a loss of ${loss}?`;
  if (budget !== undefined) return `Which method gets furthest in ${formatTime(budget)}?`;
  return steps === undefined
    ? "Which method is best?"
    : `Which method takes ${formatNumber(steps)} steps first?`;
}

function factsOf(part) {
  const { kind, title, source } = part;
  const from = `from ${source ?? title}`;
  if (kind === "prediction") {
    const { model, cluster, workers, methods } = part.prediction;
    return (
      `${title}: ${model} on ${cluster}, ${counted(workers, "worker")}, ` +
      `${formatNumber(methods[0].steps)} steps; ${from}. Equal steps, not equal loss.`
    );
  }
  if (kind === "sweep") return `${title}: ${counted(part.rows.length, "row")}, ${from}.`;
  if (kind === "choice") {
    const { model, cluster, losses } = part.choice;
    return `${title}: ${model} on ${cluster}; ${losses ?? "no losses: equal steps"}; ${from}.`;
  }
  if (kind === "training") {
    const { model, backend, batch_per_worker: batch } = part.training;
    return `${title}: ${model} on ${backend}, ${counted(batch, "sample")} per worker and step; ${from}.`;
  }
  return `${title}, ${from}.`;
}

function spreadFinding({ prediction, spread }) {
  const reach = ({ wall_clock_s: { p5, p50, p95 } }) => (p95 - p5) / p50;
  const widest = prediction.methods.reduce((a, b) => (reach(b) > reach(a) ? b : a));
  const { p5, p95 } = widest.wall_clock_s;
  const seeds = spread?.[0]?.wall_clock_s.length;
  return (
    `${widest.label} spreads most over ${seeds ? `${seeds} seeds` : "the seeds"}: ` +
    `${formatTime(p5, 5)} to ${formatTime(p95, 5)}`
  );
}

function sweepFinding(part) {
  const best = fastestCell(part);
  if (!best) return "No cell could be predicted";
  const at = axesThatMatter(part, best.label)
    .map((axis) => `${settingText(axis)} = ${best[axis]}`)
    .join(", ");
  return `Fastest is ${best.label}${at ? ` at ${at}` : ""}: ${formatTime(best.wall_clock_mean_s)}`;
}

function choiceFinding({ cells, choice, question }) {
  if (!choice) return "No candidate answers the question";
  const time = formatTime(choice.time_s.p50);
  if (question.time_budget_s !== undefined) {
    return `${candidateName(choice)} gets furthest: loss ${formatNumber(choice.loss.p50)}`;
  }
  const next = cells.find((cell) => cell.eligible && candidateName(cell) !== candidateName(choice));
  const near = next?.time_s.p5 <= choice.time_s.p95;
  return (
    `${candidateName(choice)} comes first: ${time}` +
    (near ? `, within the spread of ${candidateName(next)}` : "")
  );
}

function sensitivityFinding({ sensitivity }) {
  const never = sensitivity.find(({ change }) => change === null);
  if (never) return `With ${never.quantity} × ${never.factor}, no candidate would answer`;
  const other = sensitivity.find(({ same_choice: same }) => !same);
  return other
    ? `With ${other.quantity} × ${other.factor}, ${candidateName(other.choice)} would be better`
    : "The choice stays the same";
}

// What validations call the rows that a figure was fitted to, and those that they count elsewhere.
const NO_PREDICTION = /calibrated on|fitted to|not counted/;

// Picks errors out; the half that is nearer is those up to the middle one.
function validationFinding(validation) {
  const { points } = validationPoints(validation);
  const errors = points
    .filter(({ group }) => !NO_PREDICTION.test(group))
    .map(({ error }) => Math.abs(error))
    .sort((a, b) => a - b);
  if (!errors.length) return "Nothing was measured to hold these predictions against";
  const middle = errors[Math.ceil(errors.length / 2) - 1];
  // CSV has no groups, and so does not say which rows were calibrated on.
  const [one, several] = validation.summary.length
    ? ["prediction", "predictions"]
    : ["row, predicted or calibrated on,", "rows, predicted or calibrated on,"];
  if (errors.length === 1) return `The one ${one} is within ${formatShare(middle)}`;
  return (
    `Half of ${formatNumber(errors.length)} ${several} are within ${formatShare(middle)}, ` +
    `all within ${formatShare(errors.at(-1))}`
  );
}

function trainingFinding({ methods }) {
  const best = methods.reduce((a, b) => (b.wall_clock_s < a.wall_clock_s ? b : a));
  const name =
    methods.filter(({ label }) => label === best.label).length > 1 ? runName(best) : best.label;
  return `${name} was fastest: ${formatTime(best.wall_clock_s)} for ${counted(best.steps, "step")}`;
}

function networkFinding({ rows }) {
  const last = rows.at(-1);
  return (
    `${formatBytes(last.bytes)} take ${formatTime(last.time_s)} ` +
    `(${formatSi(last.bus_bandwidth_Bps, "B/s")} bus bandwidth)`
  );
}
