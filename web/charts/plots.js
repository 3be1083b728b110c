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
    width, marginLeft: 56, marginRight: 20, marginTop: 24, marginBottom: 40, ariaLabel: told,
    style: { fontSize: "12px", overflow: "visible" }, ...options,
  });
  plot.setAttribute("role", "img");
  return plot;
}

const seriesColor = (index) => `var(--series-${index % 6})`;
const seriesSymbol = (index) => SYMBOLS[index % 6];

function seriesKey(names) {
  return element("ul", { class: "key" }, ...names.map((name, i) => {
    const sign = Plot.plot({ width: 14, height: 14, margin: 0, axis: null,
      marks: [Plot.dot([0], { x: () => 0, y: () => 0, r: 5, fill: seriesColor(i),
                              symbol: seriesSymbol(i) })] });
    sign.setAttribute("aria-hidden", "true");
    return element("li", {}, sign, name);
  }));
}

const distinct = (values) => [...new Set(values)];

// An axis for these values: theirs in order where some are texts, else a scale that is logarithmic
// where they reach far; with the values themselves as ticks where they are few.
function axisFor(values, label) {
  const found = distinct(values);
  if (!found.every((value) => typeof value === "number")) {
    return { type: "point", domain: found, label, tickFormat: String };
  }
  const [least, most] = [Math.min(...found), Math.max(...found)];
  const far = least > 0 && most / least > 8;
  return { type: far ? "log" : "linear", label, nice: !far && found.length > 8,
           ...(found.length <= 8 ? { ticks: found.sort((a, b) => a - b) } : {}),
           tickFormat: (value) => (Math.abs(value) >= 1e5 ? formatSi(value, "") : formatNumber(value, 3)) };
}

// An axis of seconds, in the unit that fits the largest: {unit, options}.
function timeAxis(seconds, label = "wall clock") {
  const most = Math.max(...seconds);
  const [name, unit] = timeUnit(most);
  const far = Math.min(...seconds) > 0 && most / Math.min(...seconds) > 8;
  const options = { type: far ? "log" : "linear", nice: true, zero: !far, grid: true,
                    label: `${label} (${name}${far ? ", log" : ""})`,
                    ...(far ? { ticks: 4, tickFormat: (value) => formatNumber(value, 3) } : {}) };
  return { unit, options };
}

const settingText = (key) => key.replace(/^method\./, "").replaceAll("_", " ");
