// Time against a cost: on the line lies each point than which no other is as good in both and better
// in one.
"use strict";

// From the fastest on; equal points are as good as each other.
function paretoFront(points, cost) {
  const front = [];
  for (const point of [...points].sort((a, b) => a.seconds - b.seconds || a[cost] - b[cost])) {
    const last = front.at(-1);
    const equal = last && point[cost] === last[cost] && point.seconds === last.seconds;
    if (!last || point[cost] < last[cost] || equal) front.push(point);
  }
  return front;
}

// The front's places, from the fastest on, with a name for those that lie there.
function namedPlaces(front, cost) {
  const places = new Map();
  for (const point of front) {
    const key = `${point[cost]} ${point.seconds}`;
    places.set(key, [...(places.get(key) ?? []), point]);
  }
  return [...places.values()].map(([first, ...more]) => ({
    ...first,
    name: shortened(first.name, 42) + (more.length ? ` and ${more.length} more` : ""),
  }));
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
  const named = namedPlaces(front, key);
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
          named.length > 6 || width < 620
            ? null
            : Plot.text(
                named.filter((_, i) => i % 2 === turn),
                {
                  x: key,
                  y,
                  text: "name",
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
