// What each worker did when, in one round: a canvas with a track per worker and one for the wire,
// zoomed with wheel, pinch, buttons or keys, and told in words where the pointer or the cursor is.
"use strict";

const ACTIVITIES = ["compute", "mix", "communication", "waiting", "bucket"];
// In CSS pixels: a row for each worker is as tall as fits, and a pixel at least while that fits.
const TIMELINE = { gutter: 58, axis: 24, tallest: 24, fits: 600, most: 1100 };

// `timelines` are a prediction part's; calling again shows other ones, at the same method, round and
// zoom.
function drawTimeline(target, timelines) {
  const state = (target.timeline ??= timelineElements(target));
  state.timelines = timelines;
  const labels = timelines.map((timeline) => timeline.label);
  state.method = Math.max(0, labels.indexOf(state.label));
  state.label = labels[state.method];
  fillOptions(state.methods, labels, state.method);
  showRound(state, state.round ?? 1);
}

function showRound(state, index) {
  const { rounds, workers, ...left } = state.timelines[state.method];
  state.round = Math.min(index, rounds.length - 1);
  const slowest = rounds.reduce((a, b) => (b.end_ns - b.begin_ns > a.end_ns - a.begin_ns ? b : a));
  const names = rounds.map((round) => `${round.number}${round === slowest ? ", the slowest" : ""}`);
  fillOptions(state.rounds, names, state.round);
  const round = (state.shown = rounds[state.round]);
  // The wire below the workers.
  state.tracks = [...round.tracks].sort((a, b) => (a.rank < 0) - (b.rank < 0) || a.rank - b.rank);
  if (!state.tracks[state.cursor?.track]?.segments[state.cursor.index]) state.cursor = null;
  const used = ACTIVITIES.filter((name, activity) =>
    state.tracks.some((track) => track.segments.some((segment) => segment[0] === activity)),
  );
  state.key.replaceChildren(
    ...used.map((name) =>
      element(
        "li",
        {},
        element("span", { class: `swatch ${name}` }),
        name === "bucket" ? "bucket of gradients on the wire" : name,
      ),
    ),
  );
  state.caption.textContent =
    `${state.label}: round ${round.number} takes ` +
    `${formatTime((round.end_ns - round.begin_ns) / 1e9)}, ${counted(workers, "worker")}`;
  state.aside.textContent =
    `${formatNumber(round.steps_done)} steps done at its end. ` +
    (left.rounds_left_out
      ? `${counted(rounds.length, "round")} kept, ${formatNumber(left.rounds_left_out)} left out. `
      : "") +
    (left.workers_left_out ? `${counted(left.workers_left_out, "worker")} left out. ` : "") +
    (left.steps_gathered
      ? "A worker's steps between two meetings are gathered by their kind."
      : "");
  paintTimeline(state);
}

function fillOptions(list, texts, chosen) {
  const same =
    list.options.length === texts.length &&
    texts.every((text, i) => list.options[i].textContent === text);
  if (!same) {
    list.replaceChildren(
      ...texts.map((textContent, value) => element("option", { value, textContent })),
    );
  }
  list.selectedIndex = chosen;
}

function timelineElements(target) {
  const state = { view: { from: 0, k: 1 } };
  const methods = chooser("Method", [], (index) => {
    state.method = index;
    state.label = state.timelines[index].label;
    showRound(state, state.round);
  });
  const rounds = chooser("Round", [], (index) => showRound(state, index));
  const button = (textContent, name, onclick) =>
    element("button", { type: "button", textContent, "aria-label": name, title: name, onclick });
  const buttons = element(
    "span",
    { class: "buttons" },
    button("−", "Zoom out", () => zoomTimeline(state, 1 / 2)),
    button("+", "Zoom in", () => zoomTimeline(state, 2)),
    button("Whole round", "Show the whole round", () => zoomTimeline(state, 0)),
  );
  const id = `timeline-${document.querySelectorAll(".timeline").length}`;
  Object.assign(state, {
    methods: methods.list,
    rounds: rounds.list,
    canvas: element("canvas"),
    caption: element("p", { class: "caption" }),
    aside: element("p", { class: "muted small" }),
    key: element("ul", { class: "key" }),
    tip: element("div", { class: "tip", hidden: "" }),
    readout: element("p", { class: "readout", "aria-live": "polite" }),
  });
  state.plot = element(
    "div",
    {
      class: "plot",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "timeline",
      "aria-label": "Timeline of a round",
      "aria-describedby": id,
      onkeydown: (event) => pressTimeline(state, event),
    },
    state.canvas,
    state.tip,
  );
  const help = element("p", { class: "help", id });
  for (const [key, does] of [
    ["wheel", "or"],
    ["+", ""],
    ["−", "zooms,"],
    ["drag", "or"],
    ["←", ""],
    ["→", "pans,"],
    ["↑", ""],
    ["↓", "choose a worker,"],
    [",", ""],
    [".", "step through what it did,"],
    ["0", "shows the whole round."],
  ]) {
    help.append(element("kbd", { textContent: key }), ` ${does} `);
  }
  target.classList.add("timeline");
  target.replaceChildren(
    element("div", { class: "controls" }, methods.label, rounds.label, buttons),
    state.caption,
    state.aside,
    state.key,
    state.plot,
    state.readout,
    help,
  );
  followPointer(state);
  keepDrawn(target, () => state.shown && paintTimeline(state));
  return state;
}
