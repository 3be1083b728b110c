// What a collective takes, and the bus bandwidth it reaches, against its size.
"use strict";

function drawNetwork(target, rows) {
  const names = distinct(rows.map(networkName));
  const [left, right] = [element("div"), element("div")];
  target.replaceChildren(seriesKey(names), element("div", { class: "pair" }, left, right));
  const seconds = timeAxis(
    rows.map((row) => row.time_s),
    "time",
  );
  drawPlot(left, (width) =>
    networkPlot(
      rows,
      names,
      width,
      seconds.options,
      (row) => row.time_s / seconds.unit,
      (row) => formatTime(row.time_s),
    ),
  );
  const bandwidth = {
    label: "bus bandwidth (B/s, log)",
    grid: true,
    type: "log",
    ticks: logTicks(reach(rows.map((row) => row.bus_bandwidth_Bps))),
    tickFormat: (value) => formatSi(value, ""),
  };
  drawPlot(right, (width) =>
    networkPlot(
      rows,
      names,
      width,
      bandwidth,
      (row) => row.bus_bandwidth_Bps,
      (row) => formatSi(row.bus_bandwidth_Bps, "B/s"),
    ),
  );
}

const networkName = ({ algorithm, protocol }) => [algorithm, protocol].filter(Boolean).join(", ");

function networkPlot(rows, names, width, yOptions, y, told) {
  return plotOf(width, `${yOptions.label} against size`, {
    height: Math.min(340, Math.max(260, width * 0.6)),
    x: {
      type: rows.length > 1 ? "log" : "linear",
      label: "size (B)",
      grid: true,
      ticks: logTicks(reach(rows.map((row) => row.bytes)), width / 60),
      tickFormat: (value) => formatSi(value, ""),
    },
    y: yOptions,
    symbol: { type: "identity" },
    marks: [
      Plot.line(rows, { x: "bytes", y, stroke: "var(--waiting-line)" }),
      ...names.map((name, i) =>
        Plot.dot(
          rows.filter((row) => networkName(row) === name),
          {
            x: "bytes",
            y,
            r: 4.5,
            fill: seriesColor(i),
            stroke: "var(--paper)",
            symbol: seriesSymbol(i),
            title: (row) => `${formatBytes(row.bytes)}, ${name}: ${told(row)}`,
            tip: true,
          },
        ),
      ),
    ],
  });
}
