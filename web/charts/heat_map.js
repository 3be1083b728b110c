// A sweep's wall clock over two of its axes, H and p where it has them: the more time, the darker;
// the fastest cell is framed.
"use strict";

// The two that are shown at first, or null.
function heatAxes(part) {
  const axes = movingAxes(part);
  if (axes.length < 2) return null;
  const ending = (name) => axes.find((axis) => axis.endsWith(name));
  const [h, p] = [ending("sync_interval"), ending("mix_probability")];
  return h && p ? [h, p] : axes.slice(0, 2);
}

// The label whose times these cells change most, relatively.
function heatLabel(cells) {
  const reaches = distinct(cells.map(({ label }) => label)).map((label) => {
    const own = cells.filter((row) => row.label === label);
    return [label, reach(own.map((row) => row.wall_clock_mean_s))];
  });
  return reaches.reduce((a, b) => (b[1][1] / b[1][0] > a[1][1] / a[1][0] ? b : a))[0];
}

// Of the cells that are drawn, all of one label.
function heatFinding(cells, axes) {
  if (!cells.length) return "No cell could be predicted here";
  const best = fastestCell({ rows: cells });
  const time = formatTime(best.wall_clock_mean_s);
  if (cells.every((row) => row.wall_clock_mean_s === best.wall_clock_mean_s)) {
    return `${best.label} takes ${time} whatever ${axes.map(settingText).join(" and ")} are`;
  }
  const at = axes.map((axis) => `${settingText(axis)} = ${best[axis]}`).join(", ");
  return `${best.label} is fastest at ${at}: ${time}`;
}

// `say` is given the finding, whenever what is drawn changes.
function drawHeatMap(target, part, say) {
  const axes = movingAxes(part);
  const labels = distinct(sweepCells(part).map(({ label }) => label));
  let [xAxis, yAxis] = heatAxes(part);
  let holders = axisHolders(part, [xAxis, yAxis]);
  let label = heatLabel(sweepCells(part).filter(holders.held));
  const controls = element("div", { class: "controls" });
  const picture = element("div");
  const draw = () => {
    holders = axisHolders(part, [xAxis, yAxis], () => picture.redraw());
    controls.replaceChildren(...choosers.map((one) => one.label), ...holders.labels);
    picture.redraw?.();
  };
  const axisList = (name, at, set) => {
    const one = chooser(name, axes.map(settingText), (index) => {
      set(axes[index]);
      draw();
    });
    one.list.selectedIndex = axes.indexOf(at);
    return one;
  };
  const methods = chooser("Method", labels, (index) => {
    label = labels[index];
    picture.redraw();
  });
  methods.list.selectedIndex = labels.indexOf(label);
  const choosers = [methods];
  if (axes.length > 2) {
    choosers.push(
      axisList("Across", xAxis, (axis) => {
        xAxis = axis;
      }),
      axisList("Up", yAxis, (axis) => {
        yAxis = axis;
      }),
    );
  }
  draw();
  target.replaceChildren(controls, picture);
  drawPlot(picture, (width) => {
    const cells = sweepCells(part).filter((row) => row.label === label && holders.held(row));
    say(heatFinding(cells, [xAxis, yAxis]));
    return heatPlot(cells, xAxis, yAxis, width);
  });
}

const HEATS = ["rgb(234, 242, 250)", "rgb(93, 159, 214)", "rgb(8, 48, 107)"];

// Black or white, whichever is stronger: both have the same contrast at this luminance.
function inkOn(color) {
  const [r, g, b] = color.match(/\d+/g).map((value) => (value / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}

function heatPlot(cells, xAxis, yAxis, width) {
  if (!cells.length) return noCells();
  const times = cells.map((row) => row.wall_clock_mean_s);
  const [least, most] = reach(times);
  const color = d3.scaleLinear([least, (least + most) / 2, most], HEATS);
  const fill = (row) => (least === most ? HEATS[0] : color(row.wall_clock_mean_s));
  const { unit } = timeAxis(times);
  const [name] = timeUnit(most);
  const digits = width > 620 ? 4 : 3;
  const across = bandsFor(
    cells.map((row) => row[xAxis]),
    width / 60,
  );
  const up = bandsFor(
    cells.map((row) => row[yAxis]),
    30,
  );
  const tall = Math.min(38, Math.max(4, 700 / up.domain.length));
  const roomy = (width - 80) / across.domain.length > 8 * digits + 4 && tall > 16;
  const inset = tall > 16 ? 1 : 0;
  const plot = plotOf(width, `Wall clock over ${settingText(xAxis)} and ${settingText(yAxis)}`, {
    height: 76 + tall * up.domain.length,
    x: { type: "band", label: settingText(xAxis), padding: 0.05, ...across },
    y: { type: "band", label: settingText(yAxis), padding: 0.05, reverse: true, ...up },
    marks: [
      Plot.cell(cells, {
        x: xAxis,
        y: yAxis,
        fill,
        inset,
        tip: true,
        title: (row) =>
          `${settingText(xAxis)} ${row[xAxis]}, ${settingText(yAxis)} ${row[yAxis]}: ` +
          formatTime(row.wall_clock_mean_s),
      }),
      Plot.cell(
        cells.filter((row) => row.wall_clock_mean_s === least),
        {
          x: xAxis,
          y: yAxis,
          fill: "none",
          stroke: "var(--communication)",
          strokeWidth: 3,
          inset,
        },
      ),
      roomy
        ? Plot.text(cells, {
            x: xAxis,
            y: yAxis,
            fill: (row) => inkOn(fill(row)),
            text: (row) => formatNumber(row.wall_clock_mean_s / unit, digits),
            className: "on-cells",
          })
        : null,
    ],
  });
  plot
    .querySelectorAll(".on-cells text")
    .forEach((text, i) => text.setAttribute("data-behind", fill(cells[i])));
  return element(
    "div",
    {},
    element("p", { class: "key muted", textContent: `Wall clock in ${name}` }),
    plot,
  );
}
