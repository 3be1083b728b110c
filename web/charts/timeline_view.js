// Which part of a round the timeline shows, and what is under the pointer or the keyboard's cursor.
"use strict";

// The horizontal scale: nanoseconds of the round to pixels, zoomed.
function timeScale({ view, shown, width }) {
  const whole = shown.end_ns - shown.begin_ns;
  const from = view.from * whole;
  return d3.scaleLinear([from, from + whole / view.k], [TIMELINE.gutter, width]);
}

function setView(state, from, k) {
  state.view.k = Math.max(1, Math.min(1e6, k));
  state.view.from = Math.max(0, Math.min(1 - 1 / state.view.k, from));
  paintTimeline(state);
}

// By a factor about the middle, or about where the pointer is; 0 shows everything.
function zoomTimeline(state, factor, share = 0.5) {
  const { from, k } = state.view;
  const after = Math.max(1, k * factor);
  setView(state, from + share / k - share / after, after);
}

const panTimeline = (state, share) =>
  setView(state, state.view.from + share / state.view.k, state.view.k);

// Wheel, drag and pinch; a wheel that has nothing left to zoom out of, or that is over the rows'
// names, scrolls the page.
function followPointer(state) {
  const fingers = new Map();
  const share = (event) => {
    const box = state.plot.getBoundingClientRect();
    return (event.clientX - box.left - TIMELINE.gutter) / (box.width - TIMELINE.gutter);
  };
  state.plot.addEventListener(
    "wheel",
    (event) => {
      if (share(event) < 0 || (event.deltaY > 0 && state.view.k === 1)) return;
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) panTimeline(state, event.deltaX / 1000);
      else zoomTimeline(state, 2 ** (-event.deltaY / 300), share(event));
      hoverTimeline(state, event);
    },
    { passive: false },
  );
  state.plot.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, share(event));
    state.plot.setPointerCapture(event.pointerId);
  });
  state.plot.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (before !== undefined) {
      const now = share(event);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other === undefined) panTimeline(state, before - now);
      else zoomTimeline(state, Math.abs((now - other) / (before - other || 1e-3)), other);
      fingers.set(event.pointerId, now);
    }
    hoverTimeline(state, event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    state.plot.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
  state.plot.addEventListener("pointerleave", () => {
    state.tip.hidden = true;
  });
}

function pressTimeline(state, event) {
  const does = {
    "+": () => zoomTimeline(state, 2),
    "=": () => zoomTimeline(state, 2),
    "-": () => zoomTimeline(state, 1 / 2),
    0: () => zoomTimeline(state, 0),
    ArrowLeft: () => panTimeline(state, -0.1),
    ArrowRight: () => panTimeline(state, 0.1),
    ArrowUp: () => moveCursor(state, -1, 0),
    ArrowDown: () => moveCursor(state, 1, 0),
    ",": () => moveCursor(state, 0, -1),
    ".": () => moveCursor(state, 0, 1),
  }[event.key];
  if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  does();
}

// To another track, at the same time, or to the segment before or after; and says what is there.
function moveCursor(state, tracks, segments) {
  const { tracks: all, cursor } = state;
  if (!cursor) state.cursor = { track: 0, index: 0 };
  else {
    const track = Math.max(0, Math.min(all.length - 1, cursor.track + tracks));
    const [, begin, length] = all[cursor.track].segments[cursor.index];
    const last = all[track].segments.length - 1;
    const index = tracks
      ? segmentAt(all[track].segments, begin + length / 2)
      : cursor.index + segments;
    state.cursor = { track, index: Math.max(0, Math.min(last, index)) };
  }
  const segment = all[state.cursor.track].segments[state.cursor.index];
  if (!segment) return;
  const { shown, view } = state;
  const whole = shown.end_ns - shown.begin_ns;
  const middle = (segment[1] - shown.begin_ns + segment[2] / 2) / whole;
  if (middle < view.from || middle > view.from + 1 / view.k)
    setView(state, middle - 0.5 / view.k, view.k);
  else paintTimeline(state);
  state.readout.textContent = toldSegment(state, all[state.cursor.track], segment).join(", ");
}

// The last that begins at that time or before, or the first.
function segmentAt(segments, time) {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (segments[middle][1] <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

function toldSegment({ shown }, { rank }, [activity, begin, length, steps]) {
  return [
    `${rank < 0 ? "wire" : `worker ${rank}`}: ${ACTIVITIES[activity]}`,
    `takes ${formatExact(length)}${steps ? ` for ${counted(steps, "step")}` : ""}`,
    `begins at ${formatExact(begin - shown.begin_ns)} of the round`,
    `${formatExact(begin)} of the run`,
  ];
}

function hoverTimeline(state, event) {
  const box = state.plot.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const track = state.tracks[Math.floor((y - TIMELINE.axis) / state.height)];
  const time = state.shown.begin_ns + state.scale.invert(x);
  const segment = track?.segments[segmentAt(track.segments, time)];
  // What is thinner than a pointer is hit from 3 pixels away.
  const slack = 3 / (state.scale(1) - state.scale(0));
  state.tip.hidden =
    !segment ||
    x < TIMELINE.gutter ||
    time < segment[1] - slack ||
    time > segment[1] + segment[2] + slack;
  if (state.tip.hidden) return;
  const [what, ...rest] = toldSegment(state, track, segment);
  state.tip.replaceChildren(
    element("b", { textContent: what }),
    ...rest.map((textContent) => element("div", { textContent })),
  );
  state.tip.style.left = `${Math.min(x + 14, Math.max(0, box.width - state.tip.offsetWidth))}px`;
  state.tip.style.top = `${y + 16}px`;
}
