// A sweep's wall clock against one of its axes, a line per method; the other axes are held.
"use strict";

const sweepCells = ({ rows }) => rows.filter((row) => typeof row.wall_clock_mean_s === "number");
const fastestCell = (part) =>
  sweepCells(part).reduce(
    (a, b) => (b.wall_clock_mean_s < a.wall_clock_mean_s ? b : a),
    sweepCells(part)[0],
  );
const noCells = () => element("p", { textContent: "No cell could be predicted here." });
const axisValues = (part, axis) => distinct(part.rows.map((row) => row[axis]));
const movingAxes = (part) => part.axes.filter((axis) => axisValues(part, axis).length > 1);

const tuplesOf = (rows, axes) => rows.map((row) => JSON.stringify(axes.map((axis) => row[axis])));

// The moving axes that can be held while `free` ones move: a zipped sweep's others move with them.
function heldAxes(part, free) {
  const places = (axes) => new Set(tuplesOf(part.rows, axes)).size;
  return movingAxes(part).filter(
    (axis) => !free.includes(axis) && places([...free, axis]) > places(free),
  );
}

// The moving axes along which that label's time changes anywhere.
function axesThatMatter(part, label) {
  const cells = sweepCells(part).filter((row) => row.label === label);
  return movingAxes(part).filter((axis) => {
    const seen = new Map();
    return tuplesOf(cells, heldAxes(part, [axis])).some((held, i) => {
      const seconds = cells[i].wall_clock_mean_s;
      if (!seen.has(held)) seen.set(held, seconds);
      return seen.get(held) !== seconds;
    });
  });
}

// Choosers of a value for each axis that can be held, at first those of the fastest cell: {labels,
// held: row to whether it has them}.
function axisHolders(part, free, onchange) {
  const start = fastestCell(part);
  const chosen = new Map();
  const labels = heldAxes(part, free).map((axis) => {
    const values = axisValues(part, axis);
    chosen.set(axis, start[axis]);
    const { list, label } = chooser(settingText(axis), values.map(String), (index) => {
      chosen.set(axis, values[index]);
      onchange();
    });
    list.selectedIndex = values.indexOf(start[axis]);
    return label;
  });
  return { labels, held: (row) => [...chosen].every(([axis, value]) => row[axis] === value) };
}

function drawSweep(target, part) {
  const axes = movingAxes(part).length ? movingAxes(part) : part.axes;
  const labels = distinct(sweepCells(part).map(({ label }) => label));
  const controls = element("div", { class: "controls" });
  const picture = element("div");
  let axis = axes[0];
  let holders;
  const draw = () => picture.redraw?.();
  const useAxis = (index) => {
    axis = axes[index];
    holders = axisHolders(part, [axis], draw);
    controls.replaceChildren(axisChooser.label, ...holders.labels);
    draw();
  };
  const axisChooser = chooser("Axis", axes.map(settingText), useAxis);
  useAxis(0);
  target.replaceChildren(controls, picture);
  drawPlot(picture, (width) =>
    sweepPlot(sweepCells(part).filter(holders.held), axis, labels, width),
  );
}

function sweepPlot(cells, axis, labels, width) {
  if (!cells.length) return noCells();
  const seconds = timeAxis(cells.map((row) => row.wall_clock_mean_s));
  const y = (row) => row.wall_clock_mean_s / seconds.unit;
  const wide = width > 620;
  const plot = plotOf(width, `Wall clock against ${settingText(axis)}`, {
    height: Math.min(420, Math.max(280, width * 0.4)),
    marginRight: wide ? 150 : 20,
    x: {
      ...axisFor(
        cells.map((row) => row[axis]),
        settingText(axis),
      ),
      inset: 10,
    },
    y: seconds.options,
    symbol: { type: "identity" },
    marks: [
      ...labels.map((label, i) =>
        Plot.line(
          alongAxis(cells, axis).filter((row) => row.label === label),
          { x: axis, y, stroke: seriesColor(i), strokeWidth: 2 },
        ),
      ),
      ...labels.map((label, i) =>
        Plot.dot(
          cells.filter((row) => row.label === label),
          {
            x: axis,
            y,
            r: 4.5,
            fill: seriesColor(i),
            stroke: "var(--paper)",
            symbol: seriesSymbol(i),
            title: (row) =>
              `${label}, ${settingText(axis)} ${row[axis]}: ${formatTime(row.wall_clock_mean_s)}`,
            tip: true,
          },
        ),
      ),
    ],
  });
  if (wide) labelLineEnds(plot, cells, labels, axis, y);
  return wide ? plot : element("div", {}, seriesKey(labels), plot);
}

// Each line's name at its right end, moved apart where they would overlap.
function labelLineEnds(plot, cells, labels, axis, y) {
  const [xScale, yScale] = [plot.scale("x"), plot.scale("y")];
  const ends = labels
    .flatMap((label, i) => {
      const own = cells.filter((row) => row.label === label);
      const end = own.reduce(
        (a, b) => (xScale.apply(b[axis]) >= xScale.apply(a[axis]) ? b : a),
        own[0],
      );
      return end ? [{ label, i, x: xScale.apply(end[axis]), y: yScale.apply(y(end)) }] : [];
    })
    .sort((a, b) => a.y - b.y);
  let above = -Infinity;
  for (const end of ends) {
    end.at = Math.max(end.y, above + 16);
    above = end.at;
  }
  const svg = plot.localName === "svg" ? plot : plot.querySelector("svg");
  const bottom = Number(svg.getAttribute("height")) - 34;
  for (const end of ends.reverse()) {
    end.at = Math.min(end.at, end.below ?? bottom);
    const next = ends[ends.indexOf(end) + 1];
    if (next) next.below = end.at - 16;
    svg.append(
      element("svg:path", {
        d: `M${end.x + 7},${end.y}L${end.x + 16},${end.at}`,
        fill: "none",
        stroke: seriesColor(end.i),
      }),
      element("svg:text", {
        x: end.x + 19,
        y: end.at + 4,
        "font-size": 12,
        "text-anchor": "start",
        fill: "currentColor",
        textContent: shortened(end.label, 19),
      }),
    );
  }
}
