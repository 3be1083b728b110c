// Predicted against measured, on logarithmic axes with the diagonal, and every error by its group.
"use strict";

// Points {predicted, measured, low, high, error, group, name} with their unit and what was measured
// ("measured sync"), of either kind of validation: against what others measured, or against runs on one machine.
function validationPoints(validation) {
  if (validation.methods) {
    return {
      measured: "measured",
      unit: "s",
      points: validation.methods.map((method) => ({
        predicted: method.predicted.wall_clock_s,
        measured: method.measured.wall_clock_s,
        low: Math.min(...method.wall_clocks_s),
        high: Math.max(...method.wall_clocks_s),
        error: method.error,
        group: method.label,
        name: `${method.label}, ${counted(method.workers, "worker")}`,
      })),
    };
  }
  const rows = validation.rows.filter(({ error }) => typeof error === "number");
  const measuredKey = Object.keys(rows[0] ?? {}).find((key) => /^(measured|published)_/.test(key));
  // What the error is of: several columns may be predictions.
  const predictedKey = Object.keys(rows[0] ?? {}).find(
    (key) =>
      key !== measuredKey &&
      rows.every(
        (row) => Math.abs((row[key] - row[measuredKey]) / row[measuredKey] - row.error) < 1e-6,
      ),
  );
  // "measured_sync_s": what it is, and in which unit.
  const [, word, unit] = measuredKey?.match(/^(.*?)_([a-z]+(?:_per_[a-z]+)?)$/) ?? [
    "",
    "measured",
    "",
  ];
  return {
    measured: word.replaceAll("_", " "),
    unit: unit.replace(/^us$/, "µs").replace(/^gbit/, "Gbit").replace("_per_", "/"),
    points: rows.map((row) => ({
      predicted: row[predictedKey],
      measured: row[measuredKey],
      error: row.error,
      group: row.group,
      name: rowName(row, [predictedKey, measuredKey]),
    })),
  };
}

// What tells a row from the others: its texts and its settings.
const rowName = (row, without) =>
  Object.entries(row)
    .filter(
      ([key, value]) =>
        ![...without, "error", "group"].includes(key) &&
        value !== null &&
        !/^(predicted|one_gpu)/.test(key),
    )
    .map(([key, value]) =>
      typeof value === "string" ? value : `${key.replaceAll("_", " ")} ${formatNumber(value)}`,
    )
    .join(", ");

function drawAccuracy(target, { points, unit, measured }) {
  const groups = distinct(points.map(({ group }) => group));
  const [left, right] = [element("div"), element("div")];
  target.replaceChildren(seriesKey(groups), element("div", { class: "pair" }, left, right));
  drawPlot(left, (width) => accuracyPlot(points, { unit, measured }, groups, width));
  drawPlot(right, (width) => errorPlot(points, groups, width));
}

const pointTitle = (point) =>
  `${point.name}: predicted ${formatNumber(point.predicted)}, ` +
  `measured ${formatNumber(point.measured)}, off by ${formatShare(point.error)}`;

function accuracyPlot(points, { unit, measured: name }, groups, width) {
  const all = points.flatMap(({ predicted, measured, low, high }) => [
    predicted,
    measured,
    low ?? measured,
    high ?? measured,
  ]);
  const [least, most] = [Math.min(...all) / 1.15, Math.max(...all) * 1.15];
  const far = least > 0 && most / least > 8;
  const axis = {
    type: far ? "log" : "linear",
    domain: [least, most],
    grid: true,
    ticks: far ? logTicks([least, most]) : 5,
    tickFormat: (value) => formatSi(value, ""),
  };
  const labelled = (text) => `${text} (${unit}${far ? ", log" : ""})`;
  return plotOf(width, `Predicted against ${name} (${unit})`, {
    height: Math.min(width, 500),
    x: { ...axis, label: labelled(name) },
    y: { ...axis, label: labelled("predicted") },
    symbol: { type: "identity" },
    marks: [
      Plot.line(
        [
          [least, least],
          [most, most],
        ],
        { stroke: "var(--ink)", strokeOpacity: 0.7 },
      ),
      Plot.link(
        points.filter(({ low }) => low !== undefined),
        {
          x1: "low",
          x2: "high",
          y1: "predicted",
          y2: "predicted",
          stroke: "var(--muted)",
          strokeWidth: 1.5,
        },
      ),
      ...groups.map((group, i) =>
        Plot.dot(
          points.filter((point) => point.group === group),
          {
            x: "measured",
            y: "predicted",
            r: 4.5,
            fill: seriesColor(i),
            stroke: "var(--paper)",
            symbol: seriesSymbol(i),
            title: pointTitle,
            tip: true,
          },
        ),
      ),
    ],
  });
}

function errorPlot(points, groups, width) {
  const most = Math.max(...points.map(({ error }) => Math.abs(100 * error)), 1);
  return plotOf(width, `Errors by group, at most ${formatNumber(most, 3)} %`, {
    height: 56 + 46 * groups.length,
    marginLeft: 8,
    marginTop: 4,
    x: {
      domain: [-most * 1.06, most * 1.06],
      grid: true,
      label: "predicted less measured, of measured (%)",
    },
    y: { type: "band", domain: groups, axis: null, padding: 0 },
    symbol: { type: "identity" },
    marks: [
      Plot.ruleX([0], { stroke: "var(--muted)" }),
      Plot.text(groups, {
        x: () => -most * 1.06,
        y: (group) => group,
        textAnchor: "start",
        dy: -11,
        text: (group) => shortened(group, 60),
        fill: "currentColor",
      }),
      ...groups.map((group, i) =>
        Plot.dot(
          points.filter((point) => point.group === group),
          {
            x: ({ error }) => 100 * error,
            y: "group",
            dy: 9,
            r: 4.5,
            fill: seriesColor(i),
            fillOpacity: 0.75,
            symbol: seriesSymbol(i),
            title: pointTitle,
            tip: true,
          },
        ),
      ),
    ],
  });
}
