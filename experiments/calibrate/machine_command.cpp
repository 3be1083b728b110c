#include "experiments/calibrate/machine_command.hpp"

#include <fmt/format.h>

#include <iostream>

#include "experiments/calibrate/calibrated_name.hpp"
#include "experiments/calibrate/machine_report.hpp"
#include "experiments/command/command_line.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/command/progress.hpp"
#include "experiments/train/backend_choice.hpp"
#include "real/comm/mpi_process.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

constexpr Rank most_workers = 64;

const CommandDescription description{
    .name = "calibrate machine",
    .brief = "this machine, as a cluster of emulated workers",
    .usage = "",
    .summary =
        "Measures this machine for about ten seconds: what its cores or GPUs compute, what their\n"
        "memory moves, what exchanges between workers take. Nothing else should run meanwhile.",
    .example = "palsim calibrate machine --out this_machine.toml",
    .positional = ""};

po::options_description described_options() {
  po::options_description options;
  add_backend_options(options);
  options.add_options()("precision", one_of("fp32|tf32|bf16"), "of matrix products; default fp32")(
      "workers", po::value<Rank>()->value_name("N"),
      "how many workers at most; default 8, or a GPU each")(
      "out", po::value<std::string>()->value_name("FILE"),
      "write the machine as a file of topologies/")("format", one_of("table|json|markdown"),
                                                    "how the result is printed; default: table");
  return options;
}

MatrixPrecision precision_of(const CommandValues& values) {
  const auto name = value_or<std::string>(values, "precision", "fp32");
  if (name == "tf32") return MatrixPrecision::tf32;
  return name == "bf16" ? MatrixPrecision::bf16 : MatrixPrecision::fp32;
}

void run(const std::vector<std::string>& words) {
  const auto values = parse_command(description, described_options(), words);
  if (!values) return;
  require<InputError>(!launched_by_mpirun(),
                      "palsim calibrate machine: it starts its workers itself; start it without "
                      "mpirun");
  const std::unique_ptr<Backend> backend =
      open_backend(backend_choice(*values), precision_of(*values));
  const auto workers =
      value_or<Rank>(*values, "workers", backend->are_shared() ? 8 : backend->hardware().units);
  require<InputError>(1 <= workers && workers <= most_workers,
                      "--workers {}: write a number from 1 to {}", workers, most_workers);
  const auto format = value_or<std::string>(*values, "format", "table");
  const auto out = value_or<std::string>(*values, "out", "");
  if (values->count("out") > 0) require_writable(out);
  ProgressBar bar;
  const MachineCalibration machine =
      calibrate_machine(*backend, workers, [&](double share) { bar.advance(share); });
  if (!out.empty()) {
    write_whole_file(out, to_toml(machine_topology(machine, name_for(out, "this_machine")),
                                  machine_comments(machine)));
  }
  std::cout << (format == "json" ? json_report(machine) : printed(table_report(machine), format))
            << std::flush;
}

}  // namespace

Command calibrate_machine_command() { return {description, described_options(), run}; }

}  // namespace palsim
