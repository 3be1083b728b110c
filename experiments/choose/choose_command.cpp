#include "experiments/choose/choose_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <iostream>

#include "experiments/choose/choose.hpp"
#include "experiments/command/command_line.hpp"
#include "experiments/command/progress.hpp"
#include "experiments/inverse/inverse_command.hpp"
#include "experiments/loss/loss_choice.hpp"
#include "experiments/sweep/value_list.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

const CommandDescription description{
    .name = "choose",
    .brief = "which method, H, p and number of workers, with the evidence",
    .usage = "EXPERIMENT (--target-loss X | --time-budget TIME | --steps N)",
    .summary =
        "Says which method, H, p and number of workers comes first to a loss, gets furthest in a\n"
        "time, or takes equal steps fastest, with its evidence. Losses come from a file of "
        "curves,\n"
        "or from training a small stand-in here (--probe); times are those of the cluster. With\n"
        "--utilization or --break-even it answers the inverse questions instead.",
    .example = "palsim choose gptneo_8m_tinystories_t4 --sync-interval 16..256*4 --steps 10000",
    .positional = "experiment"};

po::options_description described_options() {
  po::options_description options;
  const auto text = [] { return po::value<std::string>(); };
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
                        "set a key of the experiment, as for predict; may be repeated")(
      "methods", text()->value_name("LIST"), "labels or names of methods; default: all")(
      "sync-interval", text()->value_name("LIST"), "values of H to try: 16,64 or 16..512*2")(
      "mix-probability", text()->value_name("LIST"), "values of p to try: 0.05..0.5+0.05")(
      "workers", text()->value_name("LIST"), "numbers of workers to try")(
      "target-loss", po::value<double>()->value_name("X"), "the loss to come to first")(
      "time-budget", text()->value_name("TIME"), "the time after which the loss counts: 12h")(
      "steps", po::value<Step>()->value_name("N"), "so many steps, whatever the loss")(
      "format", one_of("table|json|markdown"), "how the answer is printed; default: table");
  add_loss_options(options);
  add_inverse_options(options);
  return options;
}

Question question_of(const CommandValues& values) {
  const auto asked =
      values.count("target-loss") + values.count("time-budget") + values.count("steps");
  require<InputError>(asked == 1,
                      "palsim choose: {} questions; write one of --target-loss X, --time-budget "
                      "12h, --steps N, --utilization U and --break-even A,B",
                      asked == 0 ? "no" : "several");
  if (values.count("target-loss") > 0) {
    const double target = values["target-loss"].as<double>();
    require<InputError>(std::isfinite(target), "--target-loss {}: write a finite number", target);
    return TargetLoss{target};
  }
  if (values.count("steps") > 0) return EqualSteps{values["steps"].as<Step>()};
  const auto& text = values["time-budget"].as<std::string>();
  try {
    const auto budget = parse_quantity<Duration>(text);
    require<InputError>(budget > Duration(), "must be above zero; write such as 12h");
    return TimeBudget{budget.in_seconds()};
  } catch (const InputError& error) {
    throw InputError(fmt::format("--time-budget {}: {}", text, error.what()));
  }
}

Choices choices_of(const CommandValues& values) {
  Choices choices;
  const auto text = [&](const char* name) { return values[name].as<std::string>(); };
  if (values.count("methods") > 0) choices.methods = text("methods");
  if (values.count("sync-interval") > 0) {
    choices.sync_intervals = integer_list(text("sync-interval"), "--sync-interval", 1);
  }
  if (values.count("mix-probability") > 0) {
    choices.mix_probabilities = number_list(text("mix-probability"), "--mix-probability", 0, 1);
  }
  return choices;
}

// What the command line lays over the experiment.
std::vector<std::string> overrides_of(const CommandValues& values) {
  auto overrides = value_or<std::vector<std::string>>(values, "set", {});
  if (values.count("steps") > 0) {
    overrides.push_back(fmt::format("steps={}", values["steps"].as<Step>()));
  }
  if (values.count("workers") > 0) {
    const auto workers = integer_list(values["workers"].as<std::string>(), "--workers", 1);
    overrides.push_back(fmt::format("workers=[{}]", fmt::join(workers, ",")));
  }
  return overrides;
}

void run(const std::vector<std::string>& arguments) {
  const auto values = parse_command(description, described_options(), arguments);
  if (!values) return;
  const std::string experiment_name = one_experiment(description, *values);
  const auto format = value_or<std::string>(*values, "format", "table");
  if (asks_inverse(*values)) {
    for (const char* other : {"target-loss", "time-budget", "methods", "sync-interval",
                              "mix-probability", "loss", "probe"}) {
      require<InputError>(values->count(other) == 0,
                          "--{}: no part of the inverse questions; leave it out, or --utilization, "
                          "--break-even, --solve and --tolerance",
                          other);
    }
    loss_origin(*values);
    return inverse_command(experiment_name, overrides_of(*values), *values);
  }
  const Question question = question_of(*values);
  const Choices choices = choices_of(*values);
  const Experiment experiment = load_experiment(experiment_name, overrides_of(*values));
  ProgressBar probing;
  const std::unique_ptr<LossSource> losses =
      loss_source_of(*values, experiment,
                     [&](double share, const std::string& note) { probing.advance(share, note); });
  require<InputError>(
      losses != nullptr || std::holds_alternative<EqualSteps>(question),
      "palsim choose: no losses to answer {} from; write --loss FILE.csv or --probe",
      to_string(question));
  ProgressBar bar;
  const Choice choice = choose(experiment, choices, question, losses.get(),
                               [&](double share) { bar.advance(share); });
  std::cout << (format == "json" ? json_report(choice) : printed(table_report(choice), format))
            << std::flush;
}

}  // namespace

Command choose_command() { return {description, described_options(), run}; }

}  // namespace palsim
