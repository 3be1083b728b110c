// A bar per method: its wall clock, split into what a worker spent it on. All bars have one scale.
"use strict";

const PARTS = [
  ["gradient", "gradient steps"],
  ["mix", "mix steps"],
  ["compute", "compute"],
  ["other", "other compute (outer steps, data, stalls)"],
  ["communication", "communication (exposed)"],
  ["waiting", "waiting for slower workers"],
];

function partsKey(parts) {
  return element(
    "ul",
    { class: "key" },
    ...parts.map(([part, name]) =>
      element("li", {}, element("span", { class: `swatch ${part}` }), name),
    ),
  );
}

// The parts' names and shares inside them, where they are wide enough.
function labelParts(bars, longest) {
  const width = bars[0]?.querySelector(".bar").clientWidth;
  for (const part of bars.flatMap((bar) => [...bar.querySelectorAll(".part")])) {
    const { part: name, seconds, share } = part.dataset;
    const text = [`${name} ${formatShare(share)}`, formatShare(share)].find(
      (text) => text.length * 6.6 + 14 < (width * seconds) / longest,
    );
    if (text) part.append(element("span", { textContent: text }));
  }
}

// A result may hold no finer split of compute.
const splitOf = (method) =>
  method.split_s ?? {
    compute: method.compute_s,
    communication: method.communication_s,
    waiting: method.waiting_s,
  };

function splitBar(method, longest, shortest) {
  const split = splitOf(method);
  const parts = PARTS.filter(([part]) => split[part] > 0);
  const total = method.wall_clock_s.mean;
  const told = parts.map(([part, name]) => `${name} ${formatTime(split[part])}`).join(", ");
  const bar = element("div", {
    class: "bar",
    role: "img",
    "aria-label": `${method.label}: ${formatTime(total)}: ${told}`,
  });
  for (const [part, name] of parts) {
    const seconds = split[part];
    bar.append(
      element("div", {
        class: `part ${part}`,
        "data-part": part,
        "data-seconds": seconds,
        "data-share": seconds / total,
        style: `width: ${(100 * seconds) / longest}%`,
        title: `${method.label}: ${name} ${formatTime(seconds)}, ${formatShare(seconds / total)}`,
      }),
    );
  }
  const speedup =
    method.speedup && method.speedup !== 1 ? ` · ${formatNumber(method.speedup, 3)}× as fast` : "";
  return element(
    "li",
    { "data-label": method.label },
    element("span", { class: "name", textContent: method.label }),
    bar,
    element(
      "span",
      { class: "total" },
      element("b", { textContent: formatTime(total, 4, shortest) }),
      speedup,
    ),
  );
}

// `prediction` is the object of `palsim predict --format json`; calling again redraws.
function drawSplitBars(target, prediction) {
  target.splitBars = prediction;
  if (target.drawSplitBars) return target.drawSplitBars();
  target.drawSplitBars = () => {
    const methods = target.splitBars.methods;
    const used = PARTS.filter(([part]) => methods.some((method) => splitOf(method)[part] > 0));
    const totals = methods.map((method) => method.wall_clock_s.mean);
    const [longest, shortest] = [Math.max(...totals), Math.min(...totals)];
    const bars = methods.map((method) => splitBar(method, longest, shortest));
    target.replaceChildren(partsKey(used), element("ul", { class: "split-bars" }, ...bars));
    labelParts(bars, longest);
  };
  keepDrawn(target, target.drawSplitBars);
}

// The first of them, if several are.
const fastestMethod = ({ methods }) => methods.reduce((a, b) => (b.speedup > a.speedup ? b : a));

// What the bars say, in a sentence.
function predictionFinding({ methods }) {
  const [first] = methods;
  const best = fastestMethod({ methods });
  if (methods.length === 1) return `${first.label} takes ${formatTime(first.wall_clock_s.mean)}`;
  if (best.speedup <= 1) return `No method is faster than ${first.label}`;
  const times = formatNumber(best.speedup, best.speedup < 2 ? 3 : 2);
  if (times === "1") return `${best.label} is hardly faster than ${first.label}`;
  return `${best.label} is ${times} times as fast as ${first.label}`;
}

// What communication costs the first and the fastest method; "" where it costs the first nothing.
function communicationFinding({ methods }) {
  const [first] = methods;
  const best = fastestMethod({ methods });
  const share = ({ communication_s: seconds, wall_clock_s: { mean } }) =>
    formatShare(seconds / mean);
  if (first.communication_s === 0) return "";
  return (
    `Communication takes ${share(first)} of ${first.label}'s time` +
    (best === first ? "" : `, ${share(best)} of ${best.label}'s`)
  );
}
