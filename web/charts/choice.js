// What a choice was made from: the candidates' times, the losses that can be had by a time, and how
// the answer moves when what is assumed is off.
"use strict";

const candidateName = ({ label, sync_interval: h, mix_probability: p, workers }) =>
  [
    label,
    h === null || h === undefined ? "" : `H=${h}`,
    p && !label.includes("p=") ? `p=${p}` : "",
    `K=${workers}`,
  ]
    .filter(Boolean)
    .join(" ");

// The best first, as the result has them.
function drawChoices(target, { cells }) {
  const most = 16;
  drawSplitBars(target, {
    methods: cells.slice(0, most).map((cell) => ({
      ...cell,
      label: candidateName(cell),
      wall_clock_s: { mean: cell.time_s.p50 },
    })),
  });
  if (cells.length > most) {
    target.after(
      element("p", {
        class: "muted small",
        textContent: `${cells.length - most} more candidates are in the table.`,
      }),
    );
  }
}

// The result's own front, along the candidates' curves.
function drawLossFront(target, { pareto }) {
  const names = distinct(pareto.map(candidateName));
  drawPlot(target, (width) => {
    const seconds = timeAxis(
      pareto.map((point) => point.time_s),
      "time",
    );
    return element(
      "div",
      {},
      seriesKey(names),
      plotOf(width, "The lowest loss by time", {
        height: Math.min(400, Math.max(280, width * 0.38)),
        x: { ...seconds.options, zero: false },
        y: { label: "loss", grid: true, zero: false },
        symbol: { type: "identity" },
        marks: [
          Plot.line(pareto, {
            x: (point) => point.time_s / seconds.unit,
            y: "loss",
            curve: "step-after",
            stroke: "var(--waiting-line)",
          }),
          ...names.map((name, i) =>
            Plot.dot(
              pareto.filter((point) => candidateName(point) === name),
              {
                x: (point) => point.time_s / seconds.unit,
                y: "loss",
                r: 3.5,
                fill: seriesColor(i),
                symbol: seriesSymbol(i),
                tip: true,
                title: (point) =>
                  `${name}: ${formatTime(point.time_s)}, loss ${formatNumber(point.loss)}`,
              },
            ),
          ),
        ],
      }),
    );
  });
}

// A bar for each assumption and factor: by how much the answer's figure changes.
function drawSensitivity(target, { sensitivity }) {
  const rows = sensitivity.map((row) => ({
    ...row,
    percent: 100 * row.change,
    name: `${row.quantity} × ${row.factor}`,
    told:
      `${row.change >= 0 ? "+" : "−"}${formatShare(Math.abs(row.change))}` +
      (row.same_choice ? "" : `, then ${candidateName(row.choice)}`),
  }));
  const most = Math.max(1, ...rows.map(({ percent }) => Math.abs(percent)));
  drawPlot(target, (width) =>
    plotOf(width, rows.map(({ name, told }) => `${name}: ${told}`).join("; "), {
      height: 56 + 26 * rows.length,
      marginLeft: 130,
      marginTop: 6,
      marginRight: 10,
      x: { domain: [-1.45 * most, 1.45 * most], label: "change of the answer (%)", grid: true },
      y: {
        type: "band",
        domain: rows.map(({ name }) => name),
        label: null,
        tickSize: 0,
        padding: 0.25,
      },
      marks: [
        Plot.barX(rows, {
          x: "percent",
          y: "name",
          fill: (row) => (row.same_choice ? "var(--gradient)" : "var(--communication)"),
        }),
        Plot.ruleX([0], { stroke: "var(--muted)" }),
        ...[
          [1, "start"],
          [-1, "end"],
        ].map(([side, textAnchor]) =>
          Plot.text(
            rows.filter(({ percent }) => (percent >= 0 ? 1 : -1) === side),
            {
              x: "percent",
              y: "name",
              text: "told",
              textAnchor,
              dx: 6 * side,
              fill: "currentColor",
            },
          ),
        ),
      ],
    }),
  );
}
