// Where the vertices of a cluster's drawing stand: nodes side by side with the fabric above them, a
// node's workers at the bottom and its switches above by their distance from them; workers that are
// joined to one another without a switch stand in a circle.
"use strict";

// {width, height, places: id to [x, y], boxes: [{node, x, y, width, height}]}.
function topologyLayout({ vertices, links }, width) {
  const nodes = distinct(vertices.map(({ node }) => node).filter((node) => node !== null));
  const fabric = vertices.find(({ kind }) => kind === "fabric");
  const top = fabric ? 84 : 18;
  const gap = 12;
  // On a narrow page nodes stand in rows.
  const inRow = Math.max(1, Math.min(nodes.length, Math.floor((width + gap) / 100)));
  const wide = (width - gap * (inRow - 1)) / inRow;
  const places = new Map();
  const boxes = [];
  let y = top;
  for (let first = 0; first < nodes.length; first += inRow) {
    const row = nodes.slice(first, first + inRow).map((node, i) => {
      const own = vertices.filter((vertex) => vertex.node === node);
      return { node, x: i * (wide + gap), inside: nodeLayout(own, links, wide) };
    });
    const height = Math.max(...row.map(({ inside }) => inside.height));
    for (const { node, x, inside } of row) {
      boxes.push({ node, x, y, width: wide, height });
      for (const [id, [dx, dy]] of inside.places) places.set(id, [x + dx, y + dy]);
    }
    y += height + 26;
  }
  if (fabric) places.set(fabric.id, [width / 2, 30]);
  return { width, height: y, places, boxes };
}

function nodeLayout(own, links, width) {
  const ids = new Set(own.map(({ id }) => id));
  const within = links.filter(({ from, to }) => ids.has(from) && ids.has(to));
  if (own.length > 2 && own.every(({ kind }) => kind === "worker") && within.length) {
    return circleLayout(own, width);
  }
  const levels = levelsFrom(own, within);
  const rows = distinct([...levels.values()]).sort((a, b) => b - a);
  const places = new Map();
  rows.forEach((level, r) => {
    const row = own.filter(({ id }) => levels.get(id) === level);
    row.forEach(({ id }, i) => {
      // Every second one lower where many share a row.
      const shift = row.length > 1 && width / row.length < 52 ? (i % 2) * 30 : 0;
      places.set(id, [(width * (i + 0.5)) / row.length, 46 + 78 * r + shift]);
    });
  });
  return { places, height: 46 + 78 * (rows.length - 1) + 70 };
}

// Links from the nearest worker.
function levelsFrom(own, within) {
  const levels = new Map(own.filter(({ kind }) => kind === "worker").map(({ id }) => [id, 0]));
  for (let level = 0; level < own.length; ++level) {
    for (const { from, to } of within) {
      if (levels.get(from) === level && !levels.has(to)) levels.set(to, level + 1);
    }
  }
  for (const { id } of own) if (!levels.has(id)) levels.set(id, 1);
  return levels;
}

function circleLayout(own, width) {
  const radius = Math.min(width / 2 - 34, 46 + 16 * own.length);
  return {
    height: 2 * radius + 90,
    places: new Map(
      own.map(({ id }, i) => {
        const angle = 2 * Math.PI * (i / own.length) - Math.PI / 2;
        return [id, [width / 2 + radius * Math.cos(angle), radius + 42 + radius * Math.sin(angle)]];
      }),
    ),
  };
}
