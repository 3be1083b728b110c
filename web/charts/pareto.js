// Time against a cost: what nothing else beats in both lies on the line.
"use strict";

// Points that no other one beats in both, from the fastest on.
function paretoFront(points, cost) {
  const front = [];
  for (const point of [...points].sort((a, b) => a.seconds - b.seconds || a[cost] - b[cost])) {
    if (!front.length || point[cost] < front.at(-1)[cost]) front.push(point);
  }
  return front;
}

// Beyond what a page draws at ease, the front and some of the others.
const DRAWN_POINTS = 2000;
function drawnPoints(points, front) {
  const every = Math.ceil(points.length / DRAWN_POINTS);
  const kept = new Set(front);
  return every === 1 ? points : points.filter((point, i) => i % every === 0 || kept.has(point));
}

// `points` are {series, name, seconds, and each cost}; `costs` are [key, name, format].
function drawPareto(target, points, costs) {
  const known = costs.filter(([key]) => points.some((point) => typeof point[key] === "number"));
  if (!known.length) return target.append(element("p", { textContent: "No cost is known." }));
  let cost = known[0];
  const picture = element("div");
  const { label } = chooser(
    "Cost",
    known.map(([, name]) => name),
    (index) => {
      cost = known[index];
      picture.redraw();
    },
  );
  target.replaceChildren(element("div", { class: "controls" }, label), picture);
  const series = distinct(points.map((point) => point.series));
  drawPlot(picture, (width) =>
    element(
      "div",
      {},
      seriesKey(series),
      paretoPlot(
        points.filter((point) => typeof point[cost[0]] === "number"),
        cost,
        series,
        width,
      ),
    ),
  );
}

function paretoPlot(points, [key, name, format], series, width) {
  const seconds = timeAxis(points.map((point) => point.seconds));
  const front = paretoFront(points, key);
  const drawn = drawnPoints(points, front);
  const y = (point) => point.seconds / seconds.unit;
  const title = (point) => `${point.name}: ${formatTime(point.seconds)}, ${format(point[key])}`;
  const costs = points.map((point) => point[key]);
  const x = axisFor(costs, name);
  // The first series on top: its points often lie at one place in all cells.
  const dots = series.map((one, i) =>
    Plot.dot(
      drawn.filter((point) => point.series === one),
      {
        x: key,
        y,
        r: 5,
        fill: seriesColor(i),
        stroke: "var(--paper)",
        symbol: seriesSymbol(i),
        title,
        tip: true,
      },
    ),
  );
  return plotOf(
    width,
    `Time against ${name}; not beaten: ${front.slice(0, 12).map(title).join("; ")}`,
    {
      height: Math.min(420, Math.max(290, width * 0.4)),
      marginRight: 30,
      x: {
        ...x,
        ticks: x.type === "log" ? logTicks(reach(costs), width / 75) : Math.max(2, width / 110),
        tickFormat: format,
        insetLeft: 14,
        insetRight: width < 620 ? 14 : 160,
        grid: true,
      },
      y: { ...seconds.options, inset: 24 },
      symbol: { type: "identity" },
      marks: [
        Plot.line(front, {
          x: key,
          y,
          curve: "step-before",
          stroke: "var(--ink)",
          strokeOpacity: 0.6,
        }),
        ...dots.reverse(),
        Plot.dot(front, { x: key, y, r: 9, stroke: "var(--ink)" }),
        // Names by turns above and below the line.
        ...[-15, 19].map((dy, turn) =>
          front.length > 6 || width < 620
            ? null
            : Plot.text(
                front.filter((_, i) => i % 2 === turn),
                {
                  x: key,
                  y,
                  text: (point) => shortened(point.name, 42),
                  dx: 8,
                  dy,
                  textAnchor: "start",
                  fill: "currentColor",
                  stroke: "var(--paper)",
                  strokeWidth: 4,
                },
              ),
        ),
      ],
    },
  );
}
