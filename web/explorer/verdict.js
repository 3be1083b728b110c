// What one sees, in a sentence or two: which method is fastest, and where the time goes.
"use strict";

// Of a prediction as `palsim predict --format json` prints it.
function verdictOf(prediction) {
  const {
    wall_clock_s: { mean },
    steps,
  } = fastestMethod(prediction);
  const communication = communicationFinding(prediction);
  return (
    `${predictionFinding(prediction)}: ${formatTime(mean, 3)} for ` +
    `${counted(steps, "step")}.${communication && ` ${communication}.`}`
  );
}
