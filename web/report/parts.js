// What a report shows of each kind of part: figures, each under the sentence that it shows.
"use strict";

// For what fails, which is also an error on the console; the rest of the page stands.
function faultNote(what, error) {
  reportError(error);
  return element("p", { textContent: `${what} could not be drawn: ${error.message}` });
}

// A figure that `draw` fills, when it stands on the page; draw(target, say) may say another title.
function figureOf(name, title, reading, draw) {
  const target = element("div", { class: "chart" });
  const heading = element("h3", { textContent: title });
  const say = (text) => {
    heading.textContent = text;
  };
  const made = element(
    "figure",
    { "data-chart": name },
    element("figcaption", {}, heading, reading ? element("p", { textContent: reading }) : ""),
    target,
  );
  made.draw = () => {
    try {
      draw(target, say);
    } catch (error) {
      target.replaceChildren(faultNote("This figure", error));
    }
  };
  return made;
}

const pairOf = (...figures) => element("div", { class: "pair" }, ...figures);

function settingsOf(settings) {
  return element(
    "figure",
    { class: "settings", "data-chart": "settings" },
    element("figcaption", {}, element("h3", { textContent: "Settings" })),
    element(
      "dl",
      {},
      ...settings.map(([name, text]) =>
        element(
          "div",
          {},
          element("dt", { textContent: name }),
          element("dd", { textContent: text }),
        ),
      ),
    ),
  );
}

const notesOf = (notes) =>
  element("ul", { class: "notes" }, ...notes.map((textContent) => element("li", { textContent })));

function tableFigure(part, rows, name) {
  return figureOf(
    "table",
    "All numbers",
    "Times in seconds, sizes in bytes, as in the JSON.",
    (target) => drawTable(target, rows, `${part.title} ${name}`),
  );
}

function predictionFigures(part) {
  const { prediction } = part;
  const figures = [
    figureOf(
      "split",
      communicationFinding(prediction) || "Where each method's time goes",
      "Wall clock, the mean over the seeds, and its parts; one scale for all methods.",
      (target) => drawSplitBars(target, prediction),
    ),
  ];
  if (part.timelines?.some(({ rounds }) => rounds.length)) {
    figures.push(
      figureOf(
        "timeline",
        "What each worker did, round by round",
        "A round lies between two synchronizations, the second included; the first seed's run.",
        (target) => drawTimeline(target, part.timelines),
      ),
    );
  }
  const spread = figureOf(
    "spread",
    spreadFinding(part),
    "Each dot is a seed, the band reaches from p5 to p95; in % of the method's own median.",
    (target) => drawSpread(target, part),
  );
  const topology = part.topology?.links.length
    ? figureOf(
        "topology",
        bottleneckFinding(part.topology),
        "Share of the run in which each link's capacity was in use, by direction.",
        (target) => drawTopology(target, part.topology),
      )
    : null;
  const spreads = prediction.methods.some(({ wall_clock_s: { p5, p95 } }) => p5 < p95);
  if (topology) figures.push(spreads ? pairOf(topology, spread) : topology);
  else if (spreads) figures.push(spread);
  if (part.settings) figures.push(settingsOf(part.settings));
  figures.push(tableFigure(part, predictionRows(prediction), "methods"));
  return figures;
}

function sweepFigures(part) {
  if (!sweepCells(part).length) return [tableFigure(part, part.rows, "sweep")];
  const figures = [
    figureOf(
      "sweep",
      "Time against each axis",
      "Mean wall clock; the other axes are held at what is chosen.",
      (target) => drawSweep(target, part),
    ),
  ];
  if (heatAxes(part)) {
    figures.push(
      figureOf("heat-map", "Time over two axes", "Mean wall clock of each cell.", (target, say) =>
        drawHeatMap(target, part, say),
      ),
    );
  }
  figures.push(
    figureOf(
      "pareto",
      "Time against what it costs",
      "On the line: each cell than which no other is as good in both and better in one.",
      (target) => drawPareto(target, sweepPoints(part), SWEEP_COSTS),
    ),
  );
  figures.push(tableFigure(part, part.rows, "sweep"));
  return figures;
}

function choiceFigures(part) {
  const { choice } = part;
  const figures = [];
  if (timedCandidates(choice).length) {
    figures.push(
      figureOf(
        "choices",
        "Every candidate, the best first",
        "The median time, and what it is spent on.",
        (target) => drawChoices(target, choice),
      ),
    );
  }
  if (choice.pareto?.length) {
    figures.push(
      figureOf(
        "loss-front",
        "The lowest loss that can be had by a time",
        "Each point is a candidate after so many steps; none of the others is lower by then.",
        (target) => drawLossFront(target, choice),
      ),
    );
  }
  const pareto = figureOf(
    "pareto",
    "Time against what it costs",
    "On the line: each candidate than which no other is as good in both and better in one.",
    (target) => drawPareto(target, choicePoints(choice), choiceCosts(choice)),
  );
  if (choice.sensitivity?.length) {
    const sensitivity = figureOf(
      "sensitivity",
      sensitivityFinding(choice),
      "What the answer's figure does when an assumption is off by a factor.",
      (target) => drawSensitivity(target, choice),
    );
    figures.push(pairOf(pareto, sensitivity));
  } else if (choicePoints(choice).length) {
    figures.push(pareto);
  }
  const doubts = choiceDoubts(choice);
  if (doubts.length) figures.push(notesOf(doubts));
  figures.push(tableFigure(part, choiceRows(choice), "candidates"));
  return figures;
}

function validationFigures(part) {
  const rows = validationRows(part.validation);
  return [
    figureOf(
      "accuracy",
      "Predicted against measured",
      "On the diagonal the two are equal; error bars reach over repeated runs, where there are some.",
      (target) => drawAccuracy(target, validationPoints(part.validation)),
    ),
    notesOf(part.validation.notes ?? []),
    tableFigure(part, rows, "validation"),
  ];
}

function trainingFigures(part) {
  return [
    figureOf(
      "split",
      "Where each run's time went",
      "Measured, of one worker, averaged.",
      (target) => drawSplitBars(target, trainingAsPrediction(part.training)),
    ),
    figureOf(
      "pareto",
      "Time against loss",
      "On the line: each run than which no other is as good in both and better in one.",
      (target) => drawPareto(target, trainingPoints(part.training), TRAINING_COSTS),
    ),
    tableFigure(part, trainingRows(part.training), "runs"),
  ];
}

function networkFigures(part) {
  return [
    figureOf("network", "Time and bandwidth against size", "", (target) =>
      drawNetwork(target, part.rows),
    ),
    tableFigure(part, part.rows, "network"),
  ];
}

const KINDS = {
  prediction: {
    figures: predictionFigures,
    finding: ({ prediction }) => predictionFinding(prediction),
  },
  sweep: { figures: sweepFigures, finding: sweepFinding },
  choice: { figures: choiceFigures, finding: ({ choice }) => choiceFinding(choice) },
  validation: {
    figures: validationFigures,
    finding: ({ validation }) => validationFinding(validation),
  },
  training: { figures: trainingFigures, finding: ({ training }) => trainingFinding(training) },
  network: { figures: networkFigures, finding: networkFinding },
};

// One that cannot be made says so in its place.
function sectionOf(part, id) {
  try {
    return madeSection(part, id);
  } catch (error) {
    return element(
      "section",
      { class: "part", id, "data-kind": part.kind },
      element("h2", { textContent: part.title }),
      faultNote("This part", error),
    );
  }
}

function madeSection(part, id) {
  const { figures, finding } = KINDS[part.kind];
  const made = element(
    "section",
    { class: "part", id, "data-kind": part.kind },
    element("p", { class: "question", textContent: questionOf(part) }),
    element("h2", { textContent: finding(part) }),
    element("p", { class: "facts muted", textContent: factsOf(part) }),
    ...figures(part),
  );
  made.draw = () => made.querySelectorAll("figure").forEach((figure) => figure.draw?.());
  return made;
}
