#include "experiments/train/train_command.hpp"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <iostream>

#include "experiments/command/command_line.hpp"
#include "experiments/command/messages.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/trace/chrome_trace.hpp"
#include "experiments/train/backend_choice.hpp"
#include "experiments/train/campaign.hpp"
#include "real/comm/mpi_process.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;

const CommandDescription description{
    .name = "train",
    .brief = "the same methods for real: on threads, or under mpirun",
    .usage = "EXPERIMENT [--backend cpu|cuda]",
    .summary =
        "Trains each method of an experiment for real, at each number of workers and with each of\n"
        "its seeds. The experiment says how in [training] and [data]. Workers are threads of this\n"
        "process; under mpirun each process is one. On GPUs each has one to itself, or, with\n"
        "--emulate, all share the first.",
    .example = "palsim train mlp_generated --backend cpu --set workers=2 --log mlp.csv",
    .positional = "experiment"};

struct TrainArguments {
  std::string experiment;
  std::vector<std::string> overrides;
  BackendChoice backend;
  CampaignOptions options;
  std::string format;
};

po::options_description described_options() {
  po::options_description options;
  const auto text = [] { return po::value<std::string>(); };
  const auto texts = [] { return po::value<std::vector<std::string>>(); };
  add_backend_options(options);
  options.add_options()("set", texts()->value_name("KEY=VALUE"),
                        "set a key of the experiment, as for predict; may be repeated")(
      "method", texts()->value_name("LABEL"), "train this method alone; may be repeated")(
      "steps", po::value<Step>()->value_name("N"), "the same as --set steps=N")(
      "log", text()->value_name("FILE"), "a row of losses and times for each step, as CSV")(
      "trace", text()->value_name("FILE"),
      "write what every worker did when as Chrome trace events, for ui.perfetto.dev")(
      "checkpoint", text()->value_name("FOLDER"),
      "keep checkpoints there: now and then, at each method's end, and on Ctrl-C")(
      "checkpoint-every", text()->value_name("TIME"), "how often; default 60s")(
      "resume", text()->value_name("FOLDER"),
      "go on from the checkpoints there, and keep them there unless --checkpoint says otherwise")(
      "format", one_of("table|json|markdown"), "how the result is printed; default: table");
  return options;
}

Duration time_of(const std::string& checkpoint_every) {
  try {
    const auto time = parse_quantity<Duration>(checkpoint_every);
    require<InputError>(time >= Duration(), "must not be negative");
    return time;
  } catch (const InputError& error) {
    throw InputError(fmt::format("--checkpoint-every {}: {}", checkpoint_every, error.what()));
  }
}

std::optional<TrainArguments> parse(const std::vector<std::string>& words) {
  const auto values = parse_command(description, described_options(), words);
  if (!values) return std::nullopt;
  const auto text = [&](const char* name, const char* fallback) {
    return value_or<std::string>(*values, name, fallback);
  };
  TrainArguments arguments;
  const std::string experiment_name = one_experiment(description, *values);
  arguments.experiment = experiment_name;
  arguments.overrides = value_or<std::vector<std::string>>(*values, "set", {});
  if (values->count("steps") > 0) {
    arguments.overrides.push_back(fmt::format("steps={}", (*values)["steps"].as<Step>()));
  }
  arguments.options.methods = value_or<std::vector<std::string>>(*values, "method", {});
  arguments.backend = backend_choice(*values);
  arguments.options.log = text("log", "");
  arguments.options.trace = text("trace", "");
  arguments.options.resume = text("resume", "");
  arguments.options.checkpoints = text("checkpoint", arguments.options.resume.c_str());
  arguments.options.checkpoint_every = time_of(text("checkpoint-every", "60s"));
  arguments.format = text("format", "table");
  if (!arguments.options.log.empty()) require_writable(arguments.options.log);
  if (values->count("trace") > 0) {
    require_writable(arguments.options.trace);
    require_other_file("trace", arguments.options.trace, "log", arguments.options.log);
  }
  if (!arguments.options.resume.empty()) {
    require<InputError>(fs::is_directory(arguments.options.resume),
                        "--resume {}: not a folder; write the one that --checkpoint was given",
                        arguments.options.resume);
  }
  return arguments;
}

volatile std::sig_atomic_t stop_asked = 0;

// The first Ctrl-C asks for a stop at the next meeting of the workers; a second one kills.
void ask_for_stop(int signal) {
  stop_asked = 1;
  std::signal(signal, SIG_DFL);
}

void print(const Campaign& campaign, const TrainArguments& arguments) {
  if (!campaign.reports() || campaign.results().methods.empty()) return;
  if (!arguments.options.trace.empty()) write_trace(arguments.options.trace, campaign.traced());
  std::cout << (arguments.format == "json"
                    ? json_report(campaign.results())
                    : printed(table_report(campaign.results()), arguments.format))
            << std::flush;
}

// What every process finds wrong, the first one says.
template <class Work>
auto said_once(Group* processes, Work work) {
  std::exception_ptr failure;
  std::optional<decltype(work())> result;
  try {
    result.emplace(work());
  } catch (const InputError&) {
    failure = std::current_exception();
  }
  if (processes != nullptr) {
    std::vector<double> failures{failure ? 1.0 : 0.0};
    processes->sum(failures);
    const bool all = failures[0] == static_cast<double>(processes->workers());
    if (all && processes->rank() != 0) throw InputError("");
  }
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

void train(const TrainArguments& arguments, Group* processes) {
  const Experiment experiment = said_once(processes, [&] {
    Experiment read = load_experiment(arguments.experiment, arguments.overrides);
    if (!arguments.options.log.empty()) {
      require_no_input("log", arguments.options.log, read.files);
    }
    if (!arguments.options.trace.empty()) {
      require_no_input("trace", arguments.options.trace, read.files);
    }
    return read;
  });
  const std::unique_ptr<Backend> backend =
      said_once(processes, [&] { return open_backend(arguments.backend, experiment); });
  Campaign campaign = said_once(
      processes, [&] { return Campaign(arguments.options, experiment, *backend, processes); });
  std::signal(SIGINT, ask_for_stop);
  std::signal(SIGTERM, ask_for_stop);
  try {
    campaign.run();
  } catch (...) {
    print(campaign, arguments);
    throw;
  }
  print(campaign, arguments);
}

void run(const std::vector<std::string>& words) {
  std::optional<TrainArguments> arguments = parse(words);
  if (!arguments) return;
  arguments->options.stop_wanted = [] { return stop_asked != 0; };
  if (!launched_by_mpirun()) return train(*arguments, nullptr);
  const std::unique_ptr<Group> processes = mpi_group();
  arguments->overrides.push_back(fmt::format("workers={}", processes->workers()));
  train(*arguments, processes.get());
}

}  // namespace

Command train_command() { return {description, described_options(), run}; }

}  // namespace palsim
