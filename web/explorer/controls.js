// What can be turned: each control's range, its own value (the cluster's or the experiment's), and
// the assignments that `palsim predict --set` takes for it. A value is a text in the control's
// unit, or whatever somebody typed, which the simulator's core then judges.
"use strict";

const bandwidthUnits = {
  "kbit/s": 1e-6,
  "Mbit/s": 1e-3,
  "Gbit/s": 1,
  "Tbit/s": 1e3,
  "MB/s": 8e-3,
  "GB/s": 8,
};
const localMethods = ["local_sgd", "slowmo", "diloco", "palsgd"];
const mostWorkers = 512;

// A control's look and its limits may hang on the cluster; `facts` are the cluster's.
const controls = [
  {
    id: "workers",
    group: "Cluster",
    label: "Workers",
    unit: "",
    source: "cluster",
    own: (facts) => facts.nodes * facts.workers_per_node,
    stops: (facts) =>
      facts.fabric
        ? withStop(
            integerStops(1, Math.max(mostWorkers, facts.nodes * facts.workers_per_node), 24),
            facts.nodes * facts.workers_per_node,
          )
        : evenStops(1, facts.workers_per_node, 1),
    // More than the cluster has: more of its nodes.
    assignments(text, facts) {
      const nodes = Math.ceil(Number(text) / facts.workers_per_node);
      const more = facts.fabric && Number.isInteger(Number(text)) && nodes > facts.nodes;
      return more ? [`cluster.nodes=${nodes}`, `workers=${text}`] : [`workers=${text}`];
    },
  },
  {
    id: "bandwidth",
    group: "Cluster",
    label: "Bandwidth per node",
    unit: "Gbit/s",
    source: "cluster",
    units: bandwidthUnits,
    fits: (facts) => facts.fabric !== null,
    own: (facts) => rounded(facts.fabric.bandwidth_Bps * 8e-9),
    stops: () => geometricStops(0.05, 1600, 24),
    assignments: (text) => [`cluster.fabric.bandwidth=${withUnit(text, "Gbit/s")}`],
  },
  {
    id: "latency",
    group: "Cluster",
    label: "Uplink latency",
    unit: "µs",
    source: "cluster",
    units: { ns: 1e-3, us: 1, µs: 1, ms: 1e3, s: 1e6 },
    fits: (facts) => facts.fabric !== null,
    own: (facts) => rounded(facts.fabric.latency_s * 1e6),
    stops: () => geometricStops(0.1, 100000, 12),
    assignments: (text) => [`cluster.fabric.latency=${withUnit(text, "us")}`],
  },
  // One node: its links are many, so what a collective reaches of them is turned as a whole.
  {
    id: "bandwidth_factor",
    group: "Cluster",
    label: "Bandwidth in the node",
    unit: "× own",
    source: "cluster",
    fits: (facts) => !facts.fabric && facts.transport === "nccl",
    own: () => 1,
    stops: () => geometricStops(0.01, 10, 24),
    assignments: (text) => [`cluster.transport.bandwidth_factor=${text}`],
  },
  {
    id: "latency_factor",
    group: "Cluster",
    label: "Latency in the node",
    unit: "× own",
    source: "cluster",
    fits: (facts) => !facts.fabric && facts.transport === "nccl",
    own: () => 1,
    stops: () => geometricStops(0.1, 1000, 12),
    assignments: (text) => [`cluster.transport.latency_factor=${text}`],
  },
  {
    id: "batch",
    group: "Step",
    label: "Samples per worker",
    unit: "",
    own: () => 32,
    stops: () => integerStops(1, 512, 24),
    assignments: (text) => [`batch_per_worker=${text}`],
  },
  {
    id: "step_time",
    group: "Step",
    label: "Step time",
    unit: "ms",
    source: "model",
    units: { us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, min: 6e4 },
    own: (_, measured) => rounded(measured.step_ms, 3),
    stops: () => geometricStops(1, 10000, 24),
    assignments: (text) => [`compute.step_time=${withUnit(text, "ms")}`],
  },
  {
    id: "jitter",
    group: "Step",
    label: "Jitter",
    unit: "%",
    own: () => 3,
    stops: () => [...new Set([...evenStops(0, 5, 0.25), ...evenStops(5, 50, 1)])],
    assignments: (text) => [`compute.jitter=${isNumber(text) ? rounded(text / 100, 12) : text}`],
  },
  {
    id: "H",
    group: "Method",
    label: "Sync interval H",
    unit: "",
    own: () => 64,
    stops: () => integerStops(1, 1000, 24),
    assignments: (text) => localMethods.map((name) => `method.${name}.sync_interval=${text}`),
  },
  {
    id: "p",
    group: "Method",
    label: "Mixing probability p",
    unit: "",
    own: () => 0.1,
    stops: () => evenStops(0, 0.95, 0.01),
    assignments: (text) => [`method.palsgd.mix_probability=${text}`],
  },
  {
    id: "steps",
    group: "Method",
    label: "Steps",
    unit: "",
    own: () => 1000,
    stops: () => integerStops(10, 10000, 12),
    assignments: (text) => [`steps=${text}`],
  },
];

function isNumber(text) {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}

function withUnit(text, unit) {
  return isNumber(text) ? text + unit : text;
}

// What was typed, in the control's unit if it names another one that the control knows. A comma
// before one or two digits is a decimal one; "1,000" might be either, and is left to be refused.
function inUnitOf(control, typed) {
  const text = typed
    .trim()
    .replaceAll(/[_ ]/g, "")
    .replace(/^([+-]?\d+),(\d{1,2})(?=[a-zµ%]|$)/i, "$1.$2");
  const [, number, unit] = text.match(/^([+-]?[\d.]+(?:e[+-]?\d+)?)([a-zµ%][\w/]*|%)$/i) ?? [];
  if (number === undefined || !isNumber(number)) return text;
  if (unit === control.unit) return number;
  const factor = control.units?.[unit];
  return factor === undefined ? text : String(rounded(number * factor, 6));
}

// Those that turn something on this cluster.
function controlsOf(facts) {
  return controls.filter((control) => control.fits?.(facts) ?? true);
}
