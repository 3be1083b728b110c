#include "experiments/validation/validate_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "experiments/command/cluster_file.hpp"
#include "experiments/command/command_line.hpp"
#include "experiments/command/data_folders.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/command/progress.hpp"
#include "experiments/trace/chrome_trace.hpp"
#include "experiments/train/backend_choice.hpp"
#include "experiments/validation/training_validation_report.hpp"
#include "experiments/validation/validation.hpp"
#include "real/comm/mpi_process.hpp"
#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

CommandDescription description() {
  CommandDescription description{
      .name = "validate",
      .brief = "predictions beside what was measured, with the errors",
      .usage = "[NAME]... | EXPERIMENT --backend cpu|cuda",
      .summary =
          "With --backend: measures this machine, predicts every method of an experiment, trains\n"
          "them here, and prints predicted beside measured. Nothing else should run meanwhile.\n\n"
          "Without: predicts what was measured elsewhere and prints the error, row by row. Each\n"
          "writes its rows to results.csv in its folder of experiments/validation/. All of them, "
          "or:\n",
      .example = "palsim validate l40s_tcp",
      .positional = "validation"};
  for (const NamedValidation& validation : all_validations()) {
    description.summary += fmt::format("\n  {:26} {}", validation.name, validation.question);
  }
  return description;
}

po::options_description described_options() {
  po::options_description options;
  options.add_options()("format", one_of("table|summary|json|csv|markdown"),
                        "how the result is printed; default: table; summary: its errors alone; "
                        "csv: of one; with --backend table, json or markdown");
  add_backend_options(options);
  options.add_options()(
      "calibration", po::value<std::string>()->value_name("FILE"),
      "with --backend: this machine as palsim calibrate machine wrote it, instead of measuring it")(
      "repeats", po::value<int>()->value_name("N"),
      "with --backend: runs of each method; default 3")(
      "trace", po::value<std::string>()->value_name("FILE"),
      "with --backend: write each method's simulated run beside the last measured one as Chrome "
      "trace events, for ui.perfetto.dev")(
      "set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
      "with --backend: set a key of the experiment, as for predict; may be repeated");
  return options;
}

std::vector<NamedValidation> chosen(const std::vector<std::string>& names) {
  if (names.empty()) return all_validations();
  std::vector<std::string> known;
  for (const NamedValidation& validation : all_validations()) known.emplace_back(validation.name);
  std::vector<NamedValidation> chosen;
  for (const std::string& name : names) {
    const auto at = std::find(known.begin(), known.end(), name);
    require<InputError>(at != known.end(), "palsim validate {}: not a validation{}", name,
                        suggestion(name, known));
    chosen.push_back(all_validations()[static_cast<std::size_t>(at - known.begin())]);
  }
  return chosen;
}

// Experiments made for this stand by themselves.
std::string found_experiment(const std::string& name) {
  const auto own = data_home() / "experiments" / "validation" / "cpu" / (name + ".toml");
  return name.find('/') == std::string::npos && std::filesystem::exists(own) ? own.string() : name;
}

void validate_here(const CommandValues& values) {
  const auto names = value_or<std::vector<std::string>>(values, "validation", {});
  require<InputError>(names.size() == 1, "palsim validate --backend: {} experiments; write one",
                      names.empty() ? "no" : fmt::format("{}", names.size()));
  const BackendChoice choice = backend_choice(values);
  require<InputError>(!launched_by_mpirun(),
                      "palsim validate --backend: it starts its workers itself; start it without "
                      "mpirun");
  const auto format = value_or<std::string>(values, "format", "table");
  require_choice("format", format, {"table", "json", "markdown"});
  ProgressBar bar;
  ValidationOptions options{
      .repeats = value_or<int>(values, "repeats", 3),
      .progress = [&](const std::string& doing, double share) { bar.advance(share, doing); }};
  constexpr int most_repeats = 1000;
  require<InputError>(1 <= options.repeats && options.repeats <= most_repeats,
                      "--repeats {}: write a number from 1 to {}", options.repeats, most_repeats);
  const auto trace = value_or<std::string>(values, "trace", "");
  if (values.count("trace") > 0) {
    require_writable(trace);
    options.runs = ValidationOptions::Runs::timed_and_traced;
  }
  if (values.count("calibration") > 0) {
    const auto file = values["calibration"].as<std::string>();
    options.machine = load_cluster(file, "", {"--calibration " + file}, {}, "").topology;
    if (!trace.empty()) require_no_input("trace", trace, {file});
  }
  const Experiment experiment = load_experiment(
      found_experiment(names.front()), value_or<std::vector<std::string>>(values, "set", {}));
  if (!trace.empty()) require_no_input("trace", trace, experiment.files);
  const std::unique_ptr<Backend> backend = open_backend(choice, experiment);
  const TrainingValidation validation = validate_training(experiment, *backend, options);
  if (!trace.empty()) write_trace(trace, validation.traced);
  std::cout << (format == "json" ? json_report(validation)
                                 : printed(table_report(validation), format));
}

void run(const std::vector<std::string>& arguments) {
  const auto values = parse_command(description(), described_options(), arguments);
  if (!values) return;
  if (values->count("backend") > 0) return validate_here(*values);
  for (const char* option : {"calibration", "repeats", "set", "trace"}) {
    require<InputError>(values->count(option) == 0,
                        "--{}: goes with --backend; write --backend cpu or cuda", option);
  }
  backend_choice(*values);  // refuses --emulate alone
  const auto format = value_or<std::string>(*values, "format", "table");
  const std::vector<NamedValidation> validations =
      chosen(value_or<std::vector<std::string>>(*values, "validation", {}));
  require<InputError>(format != "csv" || validations.size() == 1,
                      "--format csv: {} validations; write the name of one", validations.size());
  nlohmann::ordered_json objects = nlohmann::ordered_json::array();
  for (const NamedValidation& one : validations) {
    const std::filesystem::path folder = data_home() / "experiments" / "validation" / one.name;
    const Validation validation = one.run(folder);
    const std::string csv = validation_csv(validation);
    write_whole_file((folder / "results.csv").string(), csv);
    if (format == "csv") {
      std::cout << csv;
    } else if (format == "json") {
      objects.push_back(validation_object(one.name, validation));
    } else {
      if (&one != &validations.front()) std::cout << '\n';
      TextReport report{Line{fmt::format("{}: {}", one.name, one.question)}};
      append(report,
             format == "summary" ? summary_table(validation) : validation_table(validation));
      std::cout << printed(report, format);
    }
  }
  if (format == "json") std::cout << objects.dump(2) << '\n';
}

}  // namespace

Command validate_command() { return {description(), described_options(), run}; }

}  // namespace palsim
