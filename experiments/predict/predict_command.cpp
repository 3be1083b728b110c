#include "experiments/predict/predict_command.hpp"

#include <iostream>

#include "experiments/command/command_line.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/command/progress.hpp"
#include "experiments/command/warn.hpp"
#include "experiments/predict/report.hpp"
#include "experiments/trace/chrome_trace.hpp"

namespace palsim {
namespace {

struct PredictArguments {
  std::vector<std::string> experiments;
  std::vector<std::string> overrides;
  std::string format;
  std::string trace;
  Links links = Links::ignored;
};

const CommandDescription description{
    .name = "predict",
    .brief = "how long each method of an experiment takes, and where the time goes",
    .usage = "EXPERIMENT...",
    .summary =
        "Predicts how long each method of an experiment takes, and where the time goes.\n"
        "EXPERIMENT is a name in experiments/ or the path of a TOML file.",
    .example = "palsim predict resnet50_imagenet_l40s --set method.palsgd.sync_interval=128",
    .positional = "experiment"};

po::options_description described_options() {
  po::options_description options;
  options.add_options()(
      "set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
      "set a key of the experiment, or of its files as cluster.KEY and model.KEY; for one method: "
      "method.palsgd.sync_interval=128; may be repeated")(
      "format", one_of("table|json|csv|gain|markdown"),
      "how the result is printed; default: table; gain: one table of each method's gain over the "
      "first")("trace", po::value<std::string>()->value_name("FILE"),
               "write the first seed's run as Chrome trace events, for ui.perfetto.dev; of several "
               "numbers of workers, at the first")(
      "links", "say what each link carried, and how busy that kept it (table and json)");
  return options;
}

// Nothing if help was asked for.
std::optional<PredictArguments> parse(const std::vector<std::string>& arguments) {
  const auto values = parse_command(description, described_options(), arguments);
  if (!values) return std::nullopt;
  const PredictArguments parsed{
      .experiments = value_or<std::vector<std::string>>(*values, "experiment", {}),
      .overrides = value_or<std::vector<std::string>>(*values, "set", {}),
      .format = value_or<std::string>(*values, "format", "table"),
      .trace = value_or<std::string>(*values, "trace", ""),
      .links = values->count("links") > 0 ? Links::counted : Links::ignored};
  require<InputError>(!parsed.experiments.empty(),
                      "palsim predict: no experiment; write a name in experiments/ or the path of "
                      "a TOML file");
  require<InputError>(values->count("trace") == 0 || parsed.experiments.size() == 1,
                      "--trace: {} experiments; write one", parsed.experiments.size());
  require<InputError>(
      parsed.links == Links::ignored || parsed.format == "table" || parsed.format == "json",
      "--links: --format {} has no place for them; write table or json", parsed.format);
  if (values->count("trace") > 0) require_writable(parsed.trace);
  return parsed;
}

std::string report_as(const std::string& format, const std::vector<Prediction>& predictions) {
  if (format == "json") return json_report(predictions);
  if (format == "csv") return csv_report(predictions);
  return printed(format == "gain" ? gain_report(predictions) : table_report(predictions), format);
}

void trace_first_run(const Experiment& experiment, const std::string& path) {
  const Run& run = experiment.runs.front();
  const KeptRounds kept = rounds_in_trace(run.methods.size());
  std::vector<TracedRun> runs;
  for (const LabelledMethod& method : run.methods) {
    runs.push_back({"simulated: " + method.label, run.workers, Timeline(kept)});
  }
  share_out(
      runs.size(),
      [&](std::size_t at, const Progress&) {
        runs[at].timeline = timeline_of(experiment, run, run.methods[at], kept);
      },
      [](double) {});
  write_trace(path, std::move(runs));
}

void run(const std::vector<std::string>& arguments) {
  const std::optional<PredictArguments> parsed = parse(arguments);
  if (!parsed) return;

  std::vector<Experiment> experiments;
  for (const std::string& name : parsed->experiments) {
    experiments.push_back(load_experiment(name, parsed->overrides));
  }
  if (!parsed->trace.empty()) require_no_input("trace", parsed->trace, experiments.front().files);
  std::vector<Prediction> predictions;
  for (const Experiment& experiment : experiments) {
    ProgressBar bar;
    const std::vector<Prediction> more =
        predict(experiment, {.links = parsed->links}, [&](double share) { bar.advance(share); });
    predictions.insert(predictions.end(), more.begin(), more.end());
  }
  if (!parsed->trace.empty()) trace_first_run(experiments.front(), parsed->trace);
  warn(warnings(predictions));
  std::cout << report_as(parsed->format, predictions) << std::flush;
}

}  // namespace

Command predict_command() { return {description, described_options(), run}; }

}  // namespace palsim
