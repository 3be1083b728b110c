// Where a slider may stop: rounded values, spaced by a constant factor or a constant step, so that
// each arrow key changes something and each value is one that a person would write.
"use strict";

// `value` with so many significant digits, without the noise of binary fractions.
function rounded(value, digits = 4) {
  return Number(value.toPrecision(digits));
}

// From `least` to `most`, so many to the decade.
function geometricStops(least, most, perDecade, digits = 2) {
  const count = Math.round(Math.log10(most / least) * perDecade);
  const stops = [];
  for (let i = 0; i <= count; ++i) {
    stops.push(rounded(least * (most / least) ** (i / count), digits));
  }
  return [...new Set(stops)];
}

function integerStops(least, most, perDecade) {
  const stops = [];
  const count = Math.max(1, Math.ceil(Math.log10(most / least) * perDecade));
  for (let i = 0; i <= count; ++i) {
    stops.push(Math.round(rounded(least * (most / least) ** (i / count), 2)));
  }
  return withStop([...new Set(stops)], most);
}

function evenStops(least, most, step) {
  const count = Math.round((most - least) / step);
  return Array.from({ length: count + 1 }, (_, i) => rounded(least + i * step));
}

// The same with `value` among them, in its place.
function withStop(stops, value) {
  if (!Number.isFinite(value) || stops.includes(value)) return stops;
  return [...stops, value].sort((a, b) => a - b);
}

// The index of the stop next to `value`, by ratio where there is one.
function nearestStop(stops, value) {
  const far = (stop) =>
    stop > 0 && value > 0 ? Math.abs(Math.log(stop / value)) : Math.abs(stop - value);
  let best = 0;
  stops.forEach((stop, i) => {
    if (far(stop) < far(stops[best])) best = i;
  });
  return best;
}
