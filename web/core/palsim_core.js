// `await palsimCore()`: what palsim predicts, in the page itself; the same code as the command's.
//   predict(experimentToml, overrides, options): the prediction as a report's part has it, of the
//     first number of workers. `overrides` are texts "key=value" as of --set; `options` may hold
//     timelines: false and links: false for none, segments: how many of timelines there is room for,
//     all three as in a report if left out, and file: how complaints call the experiment
//     (experiment.toml). Throws an Error whose message is the command's one line.
//   predictAll: the same for all numbers of workers, as an array.
//   clusters(), models(): the names built in.
async function palsimCore() {
  "use strict";
  const core = await palsimModule();

  function call(name, text) {
    const size = core.lengthBytesUTF8(text) + 1;
    const at = core._malloc(size);
    core.stringToUTF8(text, at, size);
    const answer = JSON.parse(core.UTF8ToString(core[name](at)));
    core._free(at);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  function predictAll(experiment, overrides = [], options = {}) {
    const { timelines = true, segments = 80000, links = true, file = "experiment.toml" } = options;
    return call(
      "_palsim_predict",
      JSON.stringify({
        file,
        experiment,
        overrides,
        segments: timelines ? segments : 0,
        link_uses: links ? 15000 : 0,
      }),
    );
  }

  return {
    predict: (...request) => predictAll(...request)[0],
    predictAll,
    clusters: () => call("_palsim_names", "topologies"),
    models: () => call("_palsim_names", "models"),
  };
}
