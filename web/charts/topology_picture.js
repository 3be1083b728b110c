// The cluster's drawing itself: boxes for nodes, two lines for each link, the bottleneck's mark.
"use strict";

function topologyPicture(topology, use, width) {
  const { height, places, boxes } = topologyLayout(topology, width);
  const bottleneck = busiestLink(use);
  const svg = element("svg:svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label":
      `${use.label}: busiest is ${topology.links[bottleneck].name}, ` +
      formatShare(use.by_link[bottleneck]),
  });
  for (const box of boxes) {
    const { links } = topology;
    const like = links.find(({ name }) => name.startsWith(`node ${box.node}:`))?.like ?? 1;
    svg.append(
      element("svg:rect", {
        x: box.x,
        y: box.y,
        width: box.width,
        height: box.height,
        rx: 7,
        fill: "var(--panel)",
        stroke: "var(--line)",
      }),
      element("svg:text", {
        x: box.x + 9,
        y: box.y + box.height - 9,
        "font-size": 12,
        fill: "var(--muted)",
        textContent: `node ${box.node}${like > 1 ? ` ×${like}` : ""}`,
      }),
    );
  }
  const lines = topology.links.map((link, i) =>
    linkLine(link, use.by_link[i], places, i === bottleneck),
  );
  svg.append(...lines);
  for (const vertex of topology.vertices) svg.append(...vertexShape(vertex, places.get(vertex.id)));
  if (use.by_link[bottleneck] > 0)
    svg.append(
      ...bottleneckMark(topology.links[bottleneck], use.by_link[bottleneck], places, width),
    );
  return svg;
}

// To the right of the way from `from` to `to`, so that the two directions lie side by side.
function linkEnds({ from, to }, places) {
  const [[x1, y1], [x2, y2]] = [places.get(from), places.get(to)];
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [dx, dy] = [(-(y2 - y1) / length) * 4, ((x2 - x1) / length) * 4];
  return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
}

function linkLine(link, busy, places, isBottleneck) {
  const [x1, y1, x2, y2] = linkEnds(link, places);
  const line = element("svg:line", {
    x1,
    y1,
    x2,
    y2,
    "data-link": link.name,
    "data-utilization": busy,
    stroke:
      isBottleneck && busy > 0
        ? "var(--communication)"
        : `color-mix(in oklab, var(--communication) ${Math.round(100 * busy)}%, var(--waiting-line))`,
    "stroke-width": 1.5 + 5 * busy,
  });
  line.append(
    element("svg:title", {
      textContent: `${link.name}: ${formatShare(busy)} of ${formatSi(link.bandwidth_Bps, "B/s")}`,
    }),
  );
  return line;
}

function vertexShape({ name, kind, rank }, [x, y]) {
  const text = kind === "worker" && rank !== undefined ? `${rank}` : shortened(name, 12);
  const half = Math.max(15, 3.7 * text.length + 6);
  const shape =
    kind === "worker"
      ? element("svg:circle", {
          cx: x,
          cy: y,
          r: 15,
          fill: "var(--paper)",
          stroke: "var(--gradient)",
          "stroke-width": rank === undefined ? 1 : 2,
        })
      : element("svg:rect", {
          x: x - half,
          y: y - 12,
          width: 2 * half,
          height: 24,
          rx: 4,
          fill: "var(--paper)",
          stroke: "var(--muted)",
        });
  shape.append(
    element("svg:title", {
      textContent: rank === undefined ? `${kind} ${name}` : `worker ${rank}, ${name}`,
    }),
  );
  return [
    shape,
    element("svg:text", {
      x,
      y: y + 4,
      "text-anchor": "middle",
      "font-size": 12,
      fill: "var(--ink)",
      "data-behind": "var(--paper)",
      textContent: text,
    }),
  ];
}

function bottleneckMark(link, busy, places, width) {
  const [x1, y1, x2, y2] = linkEnds(link, places);
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const text = `bottleneck ${formatShare(busy)}`;
  const wide = 6.6 * text.length + 14;
  const [left, top] = freeSpot([x, y], wide, places, width);
  return [
    element("svg:circle", {
      cx: x,
      cy: y,
      r: 5,
      fill: "var(--paper)",
      stroke: "var(--communication)",
      "stroke-width": 2.5,
    }),
    element("svg:rect", {
      x: left,
      y: top,
      width: wide,
      height: 22,
      rx: 4,
      fill: "var(--communication)",
    }),
    element("svg:text", {
      x: left + wide / 2,
      y: top + 15,
      "text-anchor": "middle",
      "font-size": 12,
      "font-weight": 600,
      fill: "var(--on-communication)",
      "data-behind": "var(--communication)",
      class: "bottleneck",
      textContent: text,
    }),
  ];
}

// Beside the point, or below or above it: the first place where no vertex is covered.
function freeSpot([x, y], wide, places, width) {
  const spots = [
    [12, -11],
    [-wide - 12, -11],
    [-wide / 2, 12],
    [-wide / 2, -34],
    [-wide / 2, 34],
    [-wide / 2, -56],
  ].map(([dx, dy]) => [x + dx, y + dy]);
  const free = ([left, top]) =>
    left >= 2 &&
    left + wide <= width - 2 &&
    top >= 0 &&
    [...places.values()].every(
      ([px, py]) => px + 32 < left || px - 32 > left + wide || py + 16 < top || py - 16 > top + 22,
    );
  return spots.find(free) ?? [Math.max(2, Math.min(width - wide - 2, spots[0][0])), spots[0][1]];
}
