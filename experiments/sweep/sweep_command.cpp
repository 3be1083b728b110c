#include "experiments/sweep/sweep_command.hpp"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "experiments/command/command_line.hpp"
#include "experiments/command/messages.hpp"
#include "experiments/command/progress.hpp"
#include "experiments/sweep/sweep.hpp"
#include "experiments/sweep/sweep_processes.hpp"
#include "experiments/sweep/sweep_report.hpp"
#include "real/comm/mpi_process.hpp"
#include "real/comm/process_texts.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using Texts = std::vector<std::string>;

constexpr std::int64_t most_cells_unasked = 1'000'000;

struct SweepArguments {
  Sweep sweep;
  SweepOptions options;
  std::string format;
};

const CommandDescription description{
    .name = "sweep",
    .brief = "the same over a grid of values, a row for each cell and method",
    .usage = "EXPERIMENT --over KEY=LIST...",
    .summary =
        "Predicts an experiment over a grid of values: a row for each cell and method, with the\n"
        "fields of palsim predict --format csv. Under mpirun the processes share the grid.\n"
        "EXPERIMENT is a name in experiments/ or the path of a TOML file.",
    .example =
        "palsim sweep resnet50_imagenet_l40s --set steps=10_000 --over workers=2,4 "
        "--over method.diloco.sync_interval=16..512*2",
    .positional = "experiment"};

po::options_description described_options() {
  po::options_description options;
  options.add_options()(
      "over", po::value<Texts>()->value_name("KEY=LIST"),
      "the values of a key of the experiment, or of its files as cluster.KEY and model.KEY: "
      "4,8,16, ranges 16..512*2 and 0..0.5+0.05, mixed with commas; may be repeated, the last "
      "varies fastest")("zip", "the n-th cell has the n-th value of each --over")(
      "set", po::value<Texts>()->value_name("KEY=VALUE"),
      "set a key in all cells, as palsim predict does; may be repeated")(
      "format", one_of("csv|json|table|markdown"),
      "how the rows are printed; default: csv, as they come; table and markdown, of the times "
      "alone, "
      "when all are there")(
      "resume", po::value<std::string>()->value_name("FILE"),
      "keep finished cells in FILE, and take those of an interrupted sweep from there")(
      "yes", "also for a grid of more than a million cells");
  return options;
}

Grid grid_of(const CommandValues& values) {
  const Texts over = value_or<Texts>(values, "over", {});
  require<InputError>(!over.empty(),
                      "palsim sweep: no axis; write --over KEY=LIST, such as --over "
                      "workers=4,8,16");
  std::vector<Axis> axes;
  for (const std::string& text : over) axes.push_back(axis_of(text));
  Grid grid(std::move(axes),
            values.count("zip") > 0 ? AxisCombination::zip : AxisCombination::product);
  require<InputError>(grid.cells() <= most_cells_unasked || values.count("yes") > 0,
                      "--over: {} cells, more than {}; write fewer values, or --yes", grid.cells(),
                      most_cells_unasked);
  return grid;
}

void require_no_axis_set(const Texts& settings, const Grid& grid) {
  for (const std::string& setting : settings) {
    for (const Axis& axis : grid.axes()) {
      require<InputError>(!setting.starts_with(axis.key + "="),
                          "--set {}: --over {} varies it; write one of the two", setting, axis.key);
    }
  }
}

// Nothing if help was asked for.
std::optional<SweepArguments> parse(const Texts& arguments) {
  const auto values = parse_command(description, described_options(), arguments);
  if (!values) return std::nullopt;
  SweepArguments parsed{.sweep = {.experiment = one_experiment(description, *values),
                                  .settings = value_or<Texts>(*values, "set", {}),
                                  .grid = grid_of(*values)}};
  require_no_axis_set(parsed.sweep.settings, parsed.sweep.grid);
  parsed.format = value_or<std::string>(*values, "format", "csv");
  parsed.options.format = parsed.format == "csv" ? RowFormat::csv : RowFormat::json;
  parsed.options.journal = value_or<std::string>(*values, "resume", "");
  require<InputError>(values->count("resume") == 0 || !parsed.options.journal.empty(),
                      "--resume: no file; write the path of one, or of one to begin");
  return parsed;
}

void help_another_process(const Texts& words) {
  std::optional<SweepArguments> parsed;
  try {
    parsed = parse(words);
    if (parsed) help_with_sweep(parsed->sweep);
  } catch (const InputError& error) {
    report_fault(error.what());
  }
}

void run(const Texts& words) {
  const bool alone = !launched_by_mpirun() || process_count() == 1;
  if (!alone && process_rank() != 0) return help_another_process(words);
  std::optional<SweepArguments> parsed = parse(words);
  if (!parsed) return;
  if (!alone) parsed->options.processes = Processes::several;
  const bool for_people = parsed->format == "table" || parsed->format == "markdown";
  std::stringstream kept;
  const std::int64_t failed = [&] {
    ProgressBar bar;
    return run_sweep(parsed->sweep, parsed->options, for_people ? kept : std::cout,
                     [&](double share) { bar.advance(share); });
  }();
  if (for_people) {
    const auto rows = nlohmann::ordered_json::parse(kept);
    std::cout << printed(table_report(parsed->sweep.grid, rows), parsed->format);
  }
  const std::int64_t cells = parsed->sweep.grid.cells();
  if (failed > 0) say(fmt::format("{} of {} cells failed; their rows say why\n", failed, cells));
}

}  // namespace

Command sweep_command() { return {description, described_options(), run}; }

}  // namespace palsim
