// What a report shows of each kind of part: figures, each under the sentence that it shows.
"use strict";

// A figure that `draw` fills, when it stands on the page.
function figureOf(name, title, reading, draw) {
  const target = element("div", { class: "chart" });
  const made = element("figure", { "data-chart": name },
    element("figcaption", {}, element("h3", { textContent: title }),
            reading ? element("p", { textContent: reading }) : ""), target);
  made.draw = () => draw(target);
  return made;
}

const pairOf = (...figures) => element("div", { class: "pair" }, ...figures);

function settingsOf(settings) {
  return element("details", { class: "settings" },
    element("summary", { textContent: "Settings" }),
    element("dl", {}, ...settings.map(([name, text]) => element("div", {},
      element("dt", { textContent: name }), element("dd", { textContent: text })))));
}

const notesOf = (notes) => element("ul", { class: "notes" },
  ...notes.map((textContent) => element("li", { textContent })));

function tableFigure(part, rows, name) {
  return figureOf("table", "All numbers", "Times in seconds, sizes in bytes, as in the JSON.",
    (target) => drawTable(target, rows, `${part.title} ${name}`));
}

function predictionFigures(part) {
  const { prediction } = part;
  const figures = [figureOf("split", "Where each method's time goes",
    "Wall clock, the mean over the seeds, and its parts; one scale for all methods.",
    (target) => drawSplitBars(target, prediction))];
  if (part.settings) figures.push(settingsOf(part.settings));
  if (part.timelines?.some(({ rounds }) => rounds.length)) {
    figures.push(figureOf("timeline", "What each worker did, round by round",
      "A round lies between two synchronizations, the second included; the first seed's run.",
      (target) => drawTimeline(target, part.timelines)));
  }
  const spread = figureOf("spread", spreadFinding(part),
    "Each dot is a seed, the band reaches from p5 to p95; in % of the method's own median.",
    (target) => drawSpread(target, part));
  const topology = part.topology?.links.length
    ? figureOf("topology", bottleneckFinding(part.topology),
               "Share of the run in which each link's capacity was in use, by direction.",
               (target) => drawTopology(target, part.topology)) : null;
  figures.push(topology ? pairOf(topology, spread) : spread);
  figures.push(tableFigure(part, predictionRows(prediction), "methods"));
  return figures;
}

function sweepFigures(part) {
  const figures = [figureOf("sweep", "Time against each axis",
    "Mean wall clock; the other axes are held at what is chosen.",
    (target) => drawSweep(target, part))];
  if (heatAxes(part)) {
    figures.push(figureOf("heat-map", heatFinding(part), "Mean wall clock of each cell.",
                          (target) => drawHeatMap(target, part)));
  }
  figures.push(figureOf("pareto", "Time against what it costs",
    "On the line: what no other cell beats in both.",
    (target) => drawPareto(target, sweepPoints(part), SWEEP_COSTS)));
  figures.push(tableFigure(part, part.rows, "sweep"));
  return figures;
}

function choiceFigures(part) {
  const { choice } = part;
  const figures = [
    figureOf("choices", "Every candidate, the best first", "",
             (target) => drawChoices(target, choice)),
    figureOf("pareto", choice.losses ? "Time against loss" : "Time against what it costs",
             "On the line: what no other candidate beats in both.",
             (target) => drawPareto(target, choicePoints(choice), choiceCosts(choice)))];
  if (choice.sensitivity?.length) {
    figures.push(figureOf("sensitivity", "How sure the choice is", "",
                          (target) => drawSensitivity(target, choice)));
  }
  figures.push(tableFigure(part, choiceRows(choice), "candidates"));
  return figures;
}

function validationFigures(part) {
  const rows = validationRows(part.validation);
  return [
    figureOf("accuracy", "Predicted against measured",
      "On the diagonal the two are equal; error bars reach over repeated runs, where there are some.",
      (target) => drawAccuracy(target, validationPoints(part.validation))),
    notesOf(part.validation.notes ?? []),
    tableFigure(part, rows, "validation")];
}

function trainingFigures(part) {
  return [
    figureOf("split", "Where each run's time went", "Measured, of one worker, averaged.",
             (target) => drawSplitBars(target, trainingAsPrediction(part.training))),
    tableFigure(part, trainingRows(part.training), "runs")];
}

function networkFigures(part) {
  return [
    figureOf("network", "Time and bandwidth against size", "",
             (target) => drawNetwork(target, part.rows)),
    tableFigure(part, part.rows, "all-reduce")];
}

const KINDS = {
  prediction: { figures: predictionFigures, finding: ({ prediction }) => predictionFinding(prediction) },
  sweep: { figures: sweepFigures, finding: sweepFinding },
  choice: { figures: choiceFigures, finding: ({ choice }) => choiceFinding(choice) },
  validation: { figures: validationFigures, finding: ({ validation }) => validationFinding(validation) },
  training: { figures: trainingFigures, finding: ({ training }) => trainingFinding(training) },
  network: { figures: networkFigures, finding: networkFinding },
};

function sectionOf(part, id) {
  const { figures, finding } = KINDS[part.kind];
  const made = element("section", { class: "part", id, "data-kind": part.kind },
    element("p", { class: "question", textContent: questionOf(part) }),
    element("h2", { textContent: finding(part) }),
    element("p", { class: "facts muted", textContent: factsOf(part) }), ...figures(part));
  made.draw = () => made.querySelectorAll("figure").forEach((figure) => figure.draw());
  return made;
}
