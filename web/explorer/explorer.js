// The explorer: whatever is turned, the simulator's core predicts anew, at most once between two
// frames and always for the latest values; what cannot be predicted leaves the picture as it was.
"use strict";

const start = { cluster: "l40s_tcp_x4", model: "gpt2_small" };
const drawnSegments = 16000; // of all timelines: some rounds of each method

async function explore() {
  const experiment = by("experiment").textContent;
  const core = await palsimCore();
  const known = core.clusters();
  const clusters = JSON.parse(by("palsim-data").textContent).clusters.filter(({ name }) =>
    known.includes(name),
  );
  const page = explorerPage(clusters, core.models(), changed);
  let settings = settingsFrom("", start); // a picture for whatever link comes
  let frame = 0;
  let link = 0;

  const factsOf = (name) =>
    clusters.find((cluster) => cluster.name === name) ??
    clusters.find((cluster) => cluster.name === start.cluster);

  // What a step takes by the model's layers, for the last cluster, model and batch asked about.
  const ownStep = { key: null, step_ms: NaN };
  function findOwnStep(facts) {
    const { batch } = settings.values;
    const untimed = { ...settings, values: batch === undefined ? {} : { batch } };
    const key = fragmentOf(untimed, start);
    if (key === ownStep.key) return;
    const assignments = assignmentsOf(untimed, start, facts).map(({ text }) => text);
    const { prediction } = core.predict(
      experiment,
      [...assignments, "steps=1", "compute.jitter=0"],
      { timelines: false },
    );
    const [ddp] = prediction.methods;
    Object.assign(ownStep, { key, step_ms: (1e3 * ddp.split_s.gradient) / ddp.gradient_steps });
  }

  function update() {
    frame = 0;
    const facts = factsOf(settings.cluster);
    const assignments = assignmentsOf(settings, start, facts);
    let part = null;
    let complaint = tooLong(settings, facts, assignments);
    try {
      if (!complaint) {
        part = core.predict(
          experiment,
          assignments.map(({ text }) => text),
          { file: "explorer.toml", segments: drawnSegments },
        );
      }
    } catch (error) {
      complaint = error.message;
    }
    if (part) {
      page.draw(part, commandOf(assignments), facts);
      findOwnStep(facts);
    }
    page.showSettings(settings, facts, ownStep);
    page.complain(complaint, controlOf(complaint, assignments));
    clearTimeout(link);
    link = setTimeout(
      () =>
        history.replaceState(
          null,
          "",
          location.pathname + location.search + fragmentOf(settings, start),
        ),
      300,
    );
  }

  // `change` gives other settings; those count that hold when the next frame comes.
  function changed(change) {
    settings = change(settings);
    frame ||= requestAnimationFrame(update);
  }

  addEventListener("hashchange", () => changed(() => settingsFrom(location.hash, start)));
  update();
  if (location.hash) {
    settings = settingsFrom(location.hash, start);
    update();
  }
  document.body.dataset.ready = "yes";
}

explore().catch((error) => {
  by("verdict").textContent = `The simulator did not start: ${error.message}`;
});
