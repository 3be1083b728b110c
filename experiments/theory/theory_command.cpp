#include "experiments/theory/theory_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <iostream>

#include "experiments/command/command_line.hpp"
#include "experiments/command/progress.hpp"
#include "experiments/theory/theory_report.hpp"
#include "experiments/train/trainable.hpp"
#include "real/backend/cpu_backend.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// A constant of the problem, as options give it.
struct ConstantOption {
  const char* name;
  double ProblemConstants::*value;
  bool may_be_zero;
  const char* meaning;
};
constexpr std::array constant_options{
    ConstantOption{"smoothness", &ProblemConstants::smoothness, false,
                   "L: the gradient's Lipschitz constant"},
    ConstantOption{"gradient-noise", &ProblemConstants::gradient_noise, true,
                   "sigma^2: mean squared deviation of one worker's gradient of one step from its "
                   "own loss's"},
    ConstantOption{"heterogeneity", &ProblemConstants::heterogeneity, true,
                   "zeta^2: mean squared deviation of the workers' gradients from their mean; 0: "
                   "all draw from the same data"},
    ConstantOption{"initial-gap", &ProblemConstants::initial_gap, false,
                   "F0: the first loss less the least possible"},
    ConstantOption{
        "accuracy", &ProblemConstants::accuracy, false,
        "eps: the squared gradient norm to reach; with --estimate by default a hundredth "
        "of the first one"}};

struct TheoryArguments {
  std::string experiment;
  std::vector<std::string> overrides;
  std::string format;
  bool estimates = false;
  std::string stand_in;  // empty: the experiment itself
  GradientProbe probe;
  CommandValues values;
};

const CommandDescription description{
    .name = "theory",
    .brief = "what published convergence bounds say of each method's steps",
    .usage = "EXPERIMENT (--smoothness L ... | --estimate)",
    .summary =
        "What published convergence bounds say of each method of an experiment: the steps it "
        "needs\n"
        "in units of DDP's, and which of the bound's terms they come from. The constants of the\n"
        "problem are given, or estimated from gradients of the model that the experiment trains.",
    .example = "palsim theory mlp_generated --estimate",
    .positional = "experiment"};

po::options_description described_options() {
  po::options_description options;
  const auto text = [] { return po::value<std::string>(); };
  for (const ConstantOption& constant : constant_options) {
    options.add_options()(constant.name, po::value<double>()->value_name("NUMBER"),
                          constant.meaning);
  }
  options.add_options()("estimate", po::bool_switch(),
                        "measure what is not given, on the CPU; needs [training] and [data]")(
      "stand-in", text()->value_name("EXPERIMENT"),
      "measure on this smaller experiment instead; implies --estimate")(
      "batches", po::value<std::int64_t>()->value_name("N"),
      "of each worker, to measure on at each point; default 16")(
      "points", po::value<std::int64_t>()->value_name("N"),
      "to measure at, one step of gradient descent apart; default 5")(
      "set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
      "set a key of the experiment, as for predict; may be repeated")(
      "format", one_of("table|json|markdown"), "how the result is printed; default: table");
  return options;
}

std::int64_t count_of(const CommandValues& values, const char* name, std::int64_t fallback) {
  const auto count = value_or<std::int64_t>(values, name, fallback);
  require<InputError>(count >= 2 && count <= 10'000, "--{} {}: write a number from 2 to 10000",
                      name, count);
  return count;
}

std::optional<TheoryArguments> parse(const std::vector<std::string>& words) {
  const auto values = parse_command(description, described_options(), words);
  if (!values) return std::nullopt;
  const std::string experiment_name = one_experiment(description, *values);
  TheoryArguments arguments{.experiment = experiment_name,
                            .overrides = value_or<std::vector<std::string>>(*values, "set", {}),
                            .format = value_or<std::string>(*values, "format", "table"),
                            .stand_in = value_or<std::string>(*values, "stand-in", ""),
                            .values = *values};
  arguments.estimates = (*values)["estimate"].as<bool>() || values->count("stand-in") > 0;
  for (const char* option : {"batches", "points"}) {
    require<InputError>(values->count(option) == 0 || arguments.estimates,
                        "--{}: nothing is measured; write --estimate too", option);
  }
  arguments.probe.batches = count_of(*values, "batches", arguments.probe.batches);
  arguments.probe.points = count_of(*values, "points", arguments.probe.points);
  return arguments;
}

// Beyond these, a bound's terms would no longer be numbers.
constexpr double least_constant = 1e-30;
constexpr double largest_constant = 1e30;

bool fits(const ConstantOption& constant, double number) {
  return (number >= least_constant && number <= largest_constant) ||
         (constant.may_be_zero && number == 0);
}

std::string range_of(const ConstantOption& constant) {
  return fmt::format("{}from {} to {}", constant.may_be_zero ? "that is 0 or " : "", least_constant,
                     largest_constant);
}

// What was given takes the place of `problem`'s. Returns the options given.
std::vector<std::string> take_given(const CommandValues& values, ProblemConstants& problem) {
  std::vector<std::string> given;
  for (const ConstantOption& constant : constant_options) {
    if (values.count(constant.name) == 0) continue;
    const double number = values[constant.name].as<double>();
    require<InputError>(fits(constant, number), "--{} {}: write a number {}, or --estimate instead",
                        constant.name, number, range_of(constant));
    problem.*constant.value = number;
    given.emplace_back(constant.name);
  }
  return given;
}

void require_all(const CommandValues& values) {
  std::vector<std::string> missing;
  for (const ConstantOption& constant : constant_options) {
    if (values.count(constant.name) == 0) missing.push_back(fmt::format("--{}", constant.name));
  }
  require<InputError>(missing.empty(),
                      "palsim theory: no {}; write {}, or --estimate to measure on the "
                      "experiment's own model and data",
                      fmt::join(missing, ", "), missing.size() == 1 ? "it" : "them");
}

ConstantsEstimate estimate_on(const Experiment& experiment, const GradientProbe& probe) {
  require<InputError>(experiment.training.has_value() && experiment.data.has_value(),
                      "{}: nothing to estimate on: the experiment has no {}; write one, or "
                      "--stand-in with an experiment that has both [training] and [data]",
                      experiment.files.back(), experiment.training ? "[data]" : "[training]");
  const Trainable trainable(experiment);
  const std::unique_ptr<Backend> backend = cpu_backend();
  const Run& run = experiment.runs.front();
  const TrainingJob job = trainable.job(run, run.methods.front(), experiment.seed, *backend);
  ConstantsEstimate estimate{.experiment = experiment.name,
                             .workers = run.workers,
                             .batch_per_worker = experiment.batch_per_worker,
                             .learning_rate = job.setting.inner.learning_rate.base,
                             .seed = experiment.seed,
                             .probe = probe};
  ProgressBar bar;
  try {
    estimate.statistics = measure_gradient_statistics(job, run.workers, probe,
                                                      [&](double share) { bar.advance(share); });
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", experiment.name, error.what()));
  }
  return estimate;
}

ProblemConstants constants_of(const GradientStatistics& found) {
  constexpr double of_first_gradient = 0.01;
  return {.smoothness = found.smoothness,
          .gradient_noise = found.noise,
          .heterogeneity = found.heterogeneity,
          .initial_gap = found.loss,
          .accuracy = of_first_gradient * found.squared_gradient};
}

void require_measured(const ConstantsEstimate& estimate, const ProblemConstants& problem) {
  for (const ConstantOption& constant : constant_options) {
    require<InputError>(fits(constant, problem.*constant.value),
                        "{}: --{} is estimated as {}; write --{} with a number {}",
                        estimate.experiment, constant.name, problem.*constant.value, constant.name,
                        range_of(constant));
  }
}

TheoryResult result_of(const TheoryArguments& arguments) {
  const Experiment experiment = load_experiment(arguments.experiment, arguments.overrides);
  TheoryResult result{.experiment = experiment.name};
  // What is given badly is said before anything is measured.
  std::vector<std::string> given = take_given(arguments.values, result.problem);
  if (arguments.estimates) {
    result.estimate = arguments.stand_in.empty()
                          ? estimate_on(experiment, arguments.probe)
                          : estimate_on(load_experiment(arguments.stand_in, {}), arguments.probe);
    result.estimate->given = std::move(given);
    result.problem = constants_of(result.estimate->statistics);
    take_given(arguments.values, result.problem);
    require_measured(*result.estimate, result.problem);
  } else {
    require_all(arguments.values);
  }
  result.cells = theory_of(experiment, result.problem);
  result.assumptions = assumptions_of(experiment);
  return result;
}

void run(const std::vector<std::string>& words) {
  const std::optional<TheoryArguments> arguments = parse(words);
  if (!arguments) return;
  const TheoryResult result = result_of(*arguments);
  std::cout << (arguments->format == "json" ? theory_json(result)
                                            : printed(theory_table(result), arguments->format))
            << std::flush;
}

}  // namespace

Command theory_command() { return {description, described_options(), run}; }

}  // namespace palsim
