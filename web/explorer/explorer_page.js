// The page around the charts: the settings' panel, the sentence, the command to repeat it all.
"use strict";

const by = (id) => document.getElementById(id);

// `changed` is called with a function from the settings to other settings. Gives {draw,
// showSettings, complain}.
function explorerPage(clusters, models, changed) {
  const parts = {
    Cluster: by("cluster-controls"),
    Step: by("step-controls"),
    Method: by("method-controls"),
  };
  const set = (id, text) =>
    changed((settings) => {
      const { [id]: _, ...others } = settings.values;
      return { ...settings, values: text === undefined ? others : { ...others, [id]: text } };
    });
  const views = new Map(
    controls.map((control) => [control.id, controlView(control, parts[control.group], set)]),
  );

  const choices = { cluster: by("cluster"), model: by("model") };
  const several = clusters.filter((cluster) => cluster.fabric);
  const single = clusters.filter((cluster) => !cluster.fabric);
  for (const [label, group] of [
    ["Several nodes", several],
    ["One node", single],
  ]) {
    choices.cluster.append(
      element(
        "optgroup",
        { label },
        ...group.map(({ name }) => element("option", { value: name }, name)),
      ),
    );
  }
  for (const name of models) choices.model.append(element("option", { value: name }, name));
  choices.cluster.addEventListener("change", () =>
    changed((settings) =>
      onCluster(
        settings,
        clusters.find(({ name }) => name === choices.cluster.value),
      ),
    ),
  );
  choices.model.addEventListener("change", () =>
    changed((settings) => ({ ...settings, model: choices.model.value })),
  );
  by("all-back").addEventListener("click", () =>
    changed((settings) => ({ ...settings, values: {} })),
  );
  by("page-buttons").prepend(themeSwitch());
  copies(by("copy-command"), () => by("command").textContent);
  copies(by("copy-link"), () => location.href);
  copies(by("copy-experiment"), () => by("experiment").textContent);
  by("save-experiment").href =
    `data:application/toml;charset=utf-8,${encodeURIComponent(by("experiment").textContent)}`;

  return {
    draw(part, command, facts) {
      by("verdict").textContent = verdictOf(part.prediction);
      drawSplitBars(by("bars"), part.prediction);
      by("doubts").textContent = doubtsOf(part.prediction, facts).join(" ");
      drawTimeline(by("timeline"), part.timelines);
      by("command").textContent = command;
    },
    showSettings(settings, facts, measured) {
      choices.cluster.value = settings.cluster;
      choices.model.value = settings.model;
      const here = controlsOf(facts);
      for (const control of controls) {
        const view = views.get(control.id);
        view.root.hidden = !here.includes(control);
        if (view.root.hidden) continue;
        view.show(settings.values[control.id], control.own(facts, measured), control.stops(facts));
      }
      by("all-back").disabled = Object.keys(settings.values).length === 0;
      by("joined-as-measured").hidden = facts.transport !== "measured";
    },
    complain(line, id) {
      for (const [own, view] of views) view.complain(own === id ? line : "");
      const elsewhere = views.has(id) ? "" : line;
      by("complaint").textContent = elsewhere;
    },
  };
}

// The same settings on another cluster: its own workers where it has too few, and its own links
// where they are turned in another way.
function onCluster(settings, facts) {
  const here = controlsOf(facts).map(({ id }) => id);
  const values = Object.fromEntries(
    Object.entries(settings.values).filter(
      ([id, text]) => here.includes(id) && !(id === "workers" && tooMany(text, facts)),
    ),
  );
  return { ...settings, cluster: facts.name, values };
}

function tooMany(workers, facts) {
  return !facts.fabric && Number(workers) > facts.nodes * facts.workers_per_node;
}

// `button` copies what `text` gives, and says so for a moment.
function copies(button, text) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      said = "Not allowed here";
    }
    button.textContent = said;
    setTimeout(() => {
      button.textContent = label;
    }, 1500);
  });
}
