// What one sees, in a sentence or two: which method is fastest, and where the time goes.
"use strict";

function exposedShare(method) {
  return method.split_s.communication / method.wall_clock_s.mean;
}

// Of a prediction as `palsim predict --format json` prints it.
function verdictOf(prediction) {
  const byTime = [...prediction.methods].sort((a, b) => a.wall_clock_s.mean - b.wall_clock_s.mean);
  const fastest = byTime[0];
  const first = prediction.methods[0];
  const exposed = formatShare(exposedShare(fastest));
  const time = formatTime(fastest.wall_clock_s.mean, 3);
  if (fastest === first) {
    const next = byTime[1];
    return `${fastest.label} is fastest: ${time} for ${formatNumber(fastest.steps)} steps, ` +
      `${exposed} of it exposed communication. Next comes ${next.label}, ` +
      `${formatShare(next.wall_clock_s.mean / fastest.wall_clock_s.mean - 1)} slower.`;
  }
  const waiting = formatShare(fastest.split_s.waiting / fastest.wall_clock_s.mean);
  return `${fastest.label} is fastest: ${time} for ${formatNumber(fastest.steps)} steps, ` +
    `${formatNumber(fastest.speedup, 3)} times as fast as ${first.label}. ${exposed} of its time ` +
    `is exposed communication, ${waiting} waiting; of ${first.label}'s, ` +
    `${formatShare(exposedShare(first))} is exposed communication.`;
}
