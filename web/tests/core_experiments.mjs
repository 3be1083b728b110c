// Experiments drawn at random, the same each time: every method and its choices, every cluster built
// in, with what differs between workers and between seeds.

// mulberry32, a generator of 32 bits of state.
function generator(seed) {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
  const whole = (least, most) => least + Math.floor(uniform() * (most - least + 1));
  return {
    uniform,
    whole,
    one: (list) => list[whole(0, list.length - 1)],
    maybe: (probability, text) => (uniform() < probability ? text() : ""),
  };
}

// The most workers of each cluster; of those with many nodes, more are set.
const clusters = {
  l40s_pcie_x4: 4,
  l40s_pcie_x4_multi_node: 16,
  l40s_tcp_x4: 4,
  t4_pcie_x4: 4,
  t4_pcie_x4_multi_node: 16,
  t4_tcp_x4: 4,
  two_cores: 8,
  v100_dgx_station_x4x2: 8,
  v100_nvlink_x8: 8,
  v100_nvlink_x8_multi_node: 32,
};
const models = ["mlp", "small_cnn", "gptneo_8m", "llama_30m", "resnet50"];

function localMethod({ one, whole, maybe }, name) {
  return (
    `[[method]]
name = "${name}"
sync_interval = ${whole(1, 24)}
${maybe(0.3, () => `start_step = ${whole(1, 60)}\nwarm_up = "${one(["ddp", "blocking"])}"\n`)}` +
    `${maybe(0.5, () => `sync_layout = "${one(["flat", "per_tensor", "bucketed"])}"\n`)}` +
    `${maybe(0.3, () => `sync_dtype = "${one(["bf16", "int8", "int4"])}"\n`)}`
  );
}

function drawnExperiment(seed) {
  const random = generator(seed);
  const { uniform, whole, one, maybe } = random;
  const cluster = Object.keys(clusters)[seed % Object.keys(clusters).length];
  const workers = whole(2, clusters[cluster]);
  const jitter = one([0, 0.02, 0.3, 0.9, 1.7, 6]);
  const toml = `cluster = "${cluster}"
model = "${one(models)}"
workers = ${cluster === "two_cores" ? one([2, 4, 8]) : workers}
steps = ${whole(1, 200)}
batch_per_worker = ${whole(1, 4)}
seed = ${whole(0, 1e6)}
seeds = ${whole(1, 3)}
${maybe(0.3, () => `optimizer = "${one(["sgd", "momentum_sgd", "adamw"])}"\n`)}
[compute]
step_time = "${one(["0.2s", "31.7ms", "1.1s"])}"
jitter = ${jitter}
${maybe(
  0.5,
  () =>
    `stalls = { rate = "${(0.01 + uniform()).toPrecision(6)}/s", duration = "${whole(
      1,
      900,
    )}ms" }\n`,
)}${maybe(0.4, () => `slow_workers = [{ rank = 1, factor = ${(1 + uniform()).toPrecision(4)} }]\n`)}
[[method]]
name = "ddp"
${maybe(0.3, () => 'overlap = "none"\n')}${maybe(0.3, () => 'gradient_dtype = "bf16"\n')}
${localMethod(random, "local_sgd")}
${localMethod(random, "slowmo")}
${localMethod(random, "diloco")}
${localMethod(random, "palsgd")}mix_probability = ${one([0.05, 0.1, 0.25, 0.5, 0.9])}
${maybe(0.5, () => 'coin = "shared"\n')}`;
  const overrides = [];
  if (cluster.endsWith("multi_node") && uniform() < 0.7) {
    overrides.push(
      `cluster.fabric.bandwidth=${one(["200Mbit/s", "7.3Gbit/s", "100Gbit/s"])}`,
      `cluster.fabric.latency=${one(["500ns", "31us", "0.02s"])}`,
    );
  }
  return { file: "experiment.toml", toml, overrides };
}

export const drawnExperiments = (count) =>
  Array.from({ length: count }, (_, seed) => drawnExperiment(seed));
