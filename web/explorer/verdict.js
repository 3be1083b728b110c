// What one sees, in a sentence or two: which method is fastest, and where the time goes.
"use strict";

const timeUnits = [["h", 3600], ["min", 60], ["s", 1], ["ms", 1e-3], ["µs", 1e-6]];

function duration(seconds) {
  const [unit, size] = timeUnits.find(([, size]) => seconds >= size) ?? timeUnits.at(-1);
  return `${rounded(seconds / size, 3)} ${unit}`;
}

function percent(share) {
  const value = 100 * share;
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} %`;
}

function exposedShare(method) {
  return method.split_s.communication / method.wall_clock_s.mean;
}

// Of a prediction as `palsim predict --format json` prints it.
function verdictOf(prediction) {
  const byTime = [...prediction.methods].sort((a, b) => a.wall_clock_s.mean - b.wall_clock_s.mean);
  const fastest = byTime[0];
  const first = prediction.methods[0];
  const exposed = percent(exposedShare(fastest));
  const time = duration(fastest.wall_clock_s.mean);
  if (fastest === first) {
    const next = byTime[1];
    return `${fastest.label} is fastest: ${time} for ${fastest.steps} steps, ${exposed} of it ` +
      `exposed communication. Next comes ${next.label}, ` +
      `${percent(next.wall_clock_s.mean / fastest.wall_clock_s.mean - 1)} slower.`;
  }
  const waiting = percent(fastest.split_s.waiting / fastest.wall_clock_s.mean);
  return `${fastest.label} is fastest: ${time} for ${fastest.steps} steps, ` +
    `${rounded(fastest.speedup, 3)} times as fast as ${first.label}. ${exposed} of its time is ` +
    `exposed communication, ${waiting} waiting; of ${first.label}'s, ` +
    `${percent(exposedShare(first))} is exposed communication.`;
}
