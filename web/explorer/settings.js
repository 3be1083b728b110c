// What the page asks the simulator: a cluster, a model, and the values that were turned away from
// their own. As a link's fragment, as assignments for --set, as a command line.
"use strict";

// A value is kept as text, and only if it is not the control's own.
function settingsFrom(fragment, start) {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const settings = {
    cluster: parameters.get("cluster") ?? start.cluster,
    model: parameters.get("model") ?? start.model,
    values: {},
  };
  for (const control of controls) {
    const value = parameters.get(control.id);
    if (value !== null) settings.values[control.id] = value;
  }
  return settings;
}

function fragmentOf(settings, start) {
  const parameters = new URLSearchParams();
  if (settings.cluster !== start.cluster) parameters.set("cluster", settings.cluster);
  if (settings.model !== start.model) parameters.set("model", settings.model);
  for (const control of controls) {
    const value = settings.values[control.id];
    if (value !== undefined) parameters.set(control.id, value);
  }
  return parameters.size > 0 ? `#${parameters}` : "";
}

// [{control, text}]: what --set takes, in order, and which control it comes from.
function assignmentsOf(settings, start, facts) {
  const assignments = [];
  for (const name of ["cluster", "model"]) {
    if (settings[name] !== start[name]) {
      assignments.push({ control: name, text: `${name}=${settings[name]}` });
    }
  }
  for (const control of controlsOf(facts)) {
    const value = settings.values[control.id];
    if (value === undefined) continue;
    for (const text of control.assignments(value, facts)) {
      assignments.push({ control: control.id, text });
    }
  }
  return assignments;
}

// Why a page should not wait for this; "" if it need not for long. The command has no such limit.
const mostWorkerSteps = 2e7;
function tooLong(settings, facts, assignments) {
  const worth = (id) => {
    const control = controls.find((one) => one.id === id);
    return Number(settings.values[id] ?? control.own(facts));
  };
  const [workers, steps] = [worth("workers"), worth("steps")];
  const blamed = assignments.findLast(({ text }) => /^(workers|steps)=/.test(text));
  if (!blamed || !(workers * steps > mostWorkerSteps)) return "";
  return (
    `--set ${blamed.text}: ${formatNumber(workers)} workers x ${formatNumber(steps)} steps ` +
    `are more than the ${formatNumber(mostWorkerSteps)} that this page takes; run the command`
  );
}

// Which control a complaint of the core is about; "" if it names none.
function controlOf(complaint, assignments) {
  const blamed = assignments.find(({ text }) => complaint.startsWith(`--set ${text}:`));
  return blamed?.control ?? "";
}

// As a shell reads it.
function quotedForShell(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function commandOf(assignments) {
  const words = ["palsim predict explorer.toml"];
  for (const { text } of assignments) words.push(`--set ${quotedForShell(text)}`);
  return words.join(" ");
}
