// What the charts made with Observable Plot share: their look, axes that suit their values, and the
// colours and symbols of a series, by its place among all of them.
"use strict";

const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "wye"];

// `make(width)` gives what is drawn; again whenever the width or the theme changes.
function drawPlot(target, make) {
  target.redraw = () => target.replaceChildren(make(Math.max(target.clientWidth, 260)));
  keepDrawn(target, target.redraw);
}

// Plot's options with what all plots have; `told` is what a screen reader says of it.
function plotOf(width, told, options) {
  const plot = Plot.plot({
    width,
    marginLeft: 56,
    marginRight: 20,
    marginTop: 24,
    marginBottom: 40,
    ariaLabel: told,
    style: { fontSize: "12px", overflow: "visible" },
    ...options,
  });
  plot.setAttribute("role", "img");
  for (const axis of ["x", "y"]) nameLogTicks(plot, axis, options[axis]);
  return plot;
}

// Plot leaves names of logarithmic ticks out as d3 sees fit; all of ours are meant.
function nameLogTicks(plot, axis, { type, ticks, tickFormat }) {
  if (type !== "log" || !Array.isArray(ticks)) return;
  plot.querySelectorAll(`[aria-label="${axis}-axis tick label"] text`).forEach((text, i) => {
    text.textContent = tickFormat(ticks[i]);
  });
}

const seriesColor = (index) => `var(--series-${index % 6})`;
// The seventh has the first one's colour and another symbol.
const seriesSymbol = (index) => SYMBOLS[(index + Math.floor(index / 6)) % 6];

function seriesKey(names) {
  return element(
    "ul",
    { class: "key" },
    ...names.map((name, i) => {
      const sign = Plot.plot({
        width: 14,
        height: 14,
        margin: 0,
        axis: null,
        marks: [
          Plot.dot([0], {
            x: () => 0,
            y: () => 0,
            r: 5,
            fill: seriesColor(i),
            symbol: seriesSymbol(i),
          }),
        ],
      });
      sign.setAttribute("aria-hidden", "true");
      return element("li", {}, sign, name);
    }),
  );
}

const reach = (values) =>
  values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
const distinct = (values) => [...new Set(values)];

// In order, if they are numbers.
const ordered = (values) =>
  values.every((value) => typeof value === "number") ? [...values].sort((a, b) => a - b) : values;

// Rows by their places on that axis: Plot joins points as they come.
function alongAxis(rows, key) {
  const places = new Map(ordered(distinct(rows.map((row) => row[key]))).map((at, i) => [at, i]));
  return [...rows].sort((a, b) => places.get(a[key]) - places.get(b[key]));
}

// A band or a point for each of these values, with a name at as many as there is room for.
function bandsFor(values, room) {
  const domain = ordered(distinct(values));
  const every = Math.ceil(domain.length / Math.max(1, room));
  return { domain, ticks: domain.filter((_, i) => i % every === 0), tickFormat: String };
}

// "size (B)" as "size (B, log)".
const logLabel = (label) =>
  label.endsWith(")") ? `${label.slice(0, -1)}, log)` : `${label} (log)`;

// An axis for these values: theirs in order where some are texts, else a scale that is logarithmic
// where they reach far; with the values themselves as ticks where they are few.
function axisFor(values, label) {
  const found = distinct(values);
  if (!found.every((value) => typeof value === "number")) {
    return { type: "point", label, ...bandsFor(found, 8) };
  }
  const [least, most] = reach(found);
  const far = least > 0 && most / least > 8;
  return {
    type: far ? "log" : "linear",
    label: far ? logLabel(label) : label,
    ...(found.length <= 8
      ? { ticks: found.sort((a, b) => a - b) }
      : far
        ? { ticks: logTicks([least, most]) }
        : {}),
    tickFormat: (value) => (Math.abs(value) >= 1e5 ? formatSi(value, "") : formatNumber(value, 3)),
  };
}

// 1, 2 and 5 times powers of ten, or the powers alone where those are more than there is room for.
function logTicks([least, most], room = 8) {
  if (!(least > 0) || !Number.isFinite(most)) return [];
  const ticks = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; ++power) {
    for (const digit of [1, 2, 5]) ticks.push(Number(`${digit}e${power}`));
  }
  const inside = ticks.filter((tick) => tick >= least && tick <= most);
  if (inside.length <= room) return inside;
  return inside.filter((tick) => /^1(e|0*$)|^0\.0*1$/.test(String(tick)));
}

// An axis of seconds, in the unit that fits the largest: {unit, options}.
function timeAxis(seconds, label = "wall clock") {
  const [least, most] = reach(seconds);
  const [name, unit] = timeUnit(most);
  const far = least > 0 && most / least > 8;
  const options = {
    type: far ? "log" : "linear",
    zero: !far,
    grid: true,
    label: far ? logLabel(`${label} (${name})`) : `${label} (${name})`,
    ...(far
      ? {
          ticks: logTicks([least / unit, most / unit]),
          tickFormat: (value) => formatNumber(value, 3),
        }
      : {}),
  };
  return { unit, options };
}

// A key as it is said: "palsgd H", "cluster fabric bandwidth".
const settingText = (key) =>
  key
    .replace(/^method\./, "")
    .replace(/sync_interval$/, "H")
    .replace(/mix_probability$/, "p")
    .replaceAll(/[._]/g, " ");
