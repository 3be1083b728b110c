// What a choice was made from: the candidates' times, the losses that can be had by a time, and how
// the answer moves when what is assumed is off.
"use strict";

const candidateName = ({ label, sync_interval: h, mix_probability: p, workers }) =>
  [
    label,
    h === null || h === undefined ? "" : `H=${h}`,
    p && !label.endsWith(`p=${p}`) ? `p=${p}` : "",
    `K=${workers}`,
  ]
    .filter(Boolean)
    .join(" ");

// Those that have a time: others never come to what was asked for.
const timedCandidates = ({ cells }) => cells.filter(({ time_s: time }) => time.p50 !== null);

const remarkOn = ({ fits, eligible }) =>
  eligible ? "" : fits ? " (does not answer)" : " (does not fit)";

// What is said of the answer, and of the other candidates that have a bar.
const DRAWN_CHOICES = 16;
function choiceDoubts(result) {
  const own = result.choice?.doubts ?? [];
  const others = timedCandidates(result)
    .slice(0, DRAWN_CHOICES)
    .flatMap(({ doubts }) => doubts)
    .filter((doubt) => !own.includes(doubt));
  return [...own, ...distinct(others).map((doubt) => `Of others: ${doubt}`)];
}

// The best first, as the result has them.
function drawChoices(target, result) {
  const timed = timedCandidates(result);
  drawSplitBars(target, {
    methods: timed.slice(0, DRAWN_CHOICES).map((cell) => ({
      ...cell,
      label: candidateName(cell) + remarkOn(cell),
      wall_clock_s: { mean: cell.time_s.p50 },
    })),
  });
  const more = timed.length - DRAWN_CHOICES;
  const never = result.cells.length - timed.length;
  const lines = [
    more > 0 && `${counted(more, "more candidate")} ${more === 1 ? "is" : "are"} in the table.`,
    never > 0 &&
      `${counted(never, "candidate")} never ${never === 1 ? "comes to it; it is" : "come to it; they are"} in the table.`,
  ].filter(Boolean);
  if (!lines.length) return;
  target.after(element("p", { class: "muted small", textContent: lines.join(" ") }));
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

// A bar for each assumption and factor: by how much the answer's figure changes. None where no
// candidate answers any more.
function drawSensitivity(target, { sensitivity }) {
  const rows = sensitivity.map((row) => ({
    ...row,
    percent: 100 * row.change,
    name: `${row.quantity} × ${row.factor}`,
    told:
      row.change === null
        ? "never"
        : `${row.change >= 0 ? "+" : "−"}${formatShare(Math.abs(row.change))}` +
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
        Plot.barX(
          rows.filter(({ change }) => change !== null),
          {
            x: "percent",
            y: "name",
            fill: (row) => (row.same_choice ? "var(--gradient)" : "var(--communication)"),
          },
        ),
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
