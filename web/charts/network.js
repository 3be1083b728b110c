// What a collective takes, and the bus bandwidth it reaches, against its size.
"use strict";

// An axis as these values want it, with ticks like "16 k"; `room` is for how many.
function siAxis(values, label, room) {
  const axis = axisFor(values, label);
  const ticks = axis.type === "log" ? logTicks(reach(values), room) : Math.min(5, room);
  return { ...axis, ticks, grid: true, tickFormat: (value) => formatSi(value, "") };
}

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
  const bandwidth = siAxis(
    rows.map((row) => row.bus_bandwidth_Bps),
    "bus bandwidth (B/s)",
    8,
  );
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
    x: siAxis(
      rows.map((row) => row.bytes),
      "size (B)",
      width / 60,
    ),
    y: yOptions,
    symbol: { type: "identity" },
    marks: [
      Plot.line(alongAxis(rows, "bytes"), { x: "bytes", y, stroke: "var(--waiting-line)" }),
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
