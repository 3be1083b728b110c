// How far a method's wall clock spreads over the seeds: each in percent of its own median, since
// methods differ by far more than seeds do.
"use strict";

function drawSpread(target, { prediction, spread = [] }) {
  const share = (seconds, method) => 100 * (seconds / method.wall_clock_s.p50 - 1);
  const seeds = spread.flatMap(({ label, wall_clock_s: seconds }, i) => {
    const method = prediction.methods[i];
    return seconds.map((second, seed) => ({
      label,
      seconds: second,
      x: share(second, method),
      title: `${label}, seed ${prediction.seed + seed}: ${formatTime(second, 6)}`,
    }));
  });
  const bands = prediction.methods.map((method) => {
    const { p5, p50, p95 } = method.wall_clock_s;
    return {
      label: method.label,
      low: share(p5, method),
      high: share(p95, method),
      median: formatTime(p50, 5),
      told: `${formatTime(p50, 5)} (${formatTime(p5, 5)} to ${formatTime(p95, 5)})`,
    };
  });
  const most = Math.max(
    1e-3,
    ...bands.flatMap(({ low, high }) => [-low, high]),
    ...seeds.map(({ x }) => Math.abs(x)),
  );
  drawPlot(target, (width) =>
    plotOf(
      width,
      `Spread over seeds: ${bands.map(({ label, told }) => `${label} ${told}`).join("; ")}`,
      {
        height: 50 + 46 * bands.length,
        marginLeft: 8,
        marginTop: 4,
        x: { domain: [-most * 1.05, most * 1.05], label: "off its median (%)", grid: true },
        y: { type: "band", domain: bands.map(({ label }) => label), axis: null, padding: 0 },
        marks: [
          Plot.ruleX([0], { stroke: "var(--muted)" }),
          Plot.link(bands, {
            x1: "low",
            x2: "high",
            y1: "label",
            y2: "label",
            stroke: "var(--gradient)",
            strokeOpacity: 0.35,
            strokeWidth: 9,
            dy: 9,
          }),
          Plot.dot(seeds, {
            x: "x",
            y: "label",
            r: 4,
            fill: "var(--gradient)",
            stroke: "var(--paper)",
            dy: 9,
            title: "title",
            tip: true,
          }),
          Plot.text(bands, {
            x: () => -most * 1.05,
            y: "label",
            textAnchor: "start",
            dy: -11,
            text: ({ label, told, median }) =>
              `${shortened(label, 24)}  ${width > 480 ? told : median}`,
            fill: "currentColor",
          }),
        ],
      },
    ),
  );
}
