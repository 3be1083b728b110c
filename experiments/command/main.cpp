// The palsim command. Exit status: 0 done, 2 the user's input, 1 anything else.
#include <fmt/format.h>

#include <array>
#include <iostream>
#include <optional>

#include "experiments/calibrate/calibrate_command.hpp"
#include "experiments/choose/choose_command.hpp"
#include "experiments/command/messages.hpp"
#include "experiments/explore/explore_command.hpp"
#include "experiments/import/import_command.hpp"
#include "experiments/network/network_command.hpp"
#include "experiments/predict/predict_command.hpp"
#include "experiments/sweep/sweep_command.hpp"
#include "experiments/theory/theory_command.hpp"
#include "experiments/train/train_command.hpp"
#include "experiments/validation/validate_command.hpp"
#include "real/comm/mpi_process.hpp"
#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace {

struct Command {
  const char* name;
  const char* summary;
  void (*run)(const std::vector<std::string>&);
};
constexpr std::array commands{
    Command{"predict", "how long each method of an experiment takes, and where the time goes",
            palsim::predict_command},
    Command{"sweep", "the same over a grid of values, a row for each cell and method",
            palsim::sweep_command},
    Command{"choose", "which method, H, p and number of workers, with the evidence",
            palsim::choose_command},
    Command{"explore", "the same in a browser, with sliders: served on this machine, or a file",
            palsim::explore_command},
    Command{"network",
            "what collectives and flows take on a cluster, and which link is the bottleneck",
            palsim::network_command},
    Command{"calibrate", "what measurements say of a cluster: fit its transport to a log",
            palsim::calibrate_command},
    Command{"import", "the topology file of a machine, from NCCL's dump or nvidia-smi topo -m",
            palsim::import_command},
    Command{"theory", "what published convergence bounds say of each method's steps",
            palsim::theory_command},
    Command{"train", "the same methods for real: on threads, or under mpirun",
            palsim::train_command},
    Command{"validate", "predictions beside what others measured, with the errors",
            palsim::validate_command},
};

void print_help() {
  std::cout << "palsim predicts how long communication-efficient data-parallel training takes.\n\n"
               "Usage: palsim COMMAND ...\n\n";
  for (const Command& command : commands) {
    std::cout << fmt::format("  {:10} {}\n", command.name, command.summary);
  }
  std::cout << "\npalsim COMMAND --help tells more; palsim --version names the version.\n";
}

void print_version() { std::cout << "palsim " << PALSIM_VERSION << '\n'; }

void run(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") return print_help();
  if (arguments[0] == "--version") return print_version();
  std::vector<std::string> names;
  for (const Command& command : commands) {
    if (arguments[0] == command.name) return command.run({arguments.begin() + 1, arguments.end()});
    names.emplace_back(command.name);
  }
  throw palsim::InputError(fmt::format("palsim {}: not a command{}", arguments[0],
                                       palsim::suggestion(arguments[0], names)));
}

// The exit status, after a line that says what went wrong.
template <class Work>
int status_of(Work work) {
  try {
    work();
    return 0;
  } catch (const palsim::InputError& error) {
    if (*error.what() != '\0') palsim::say(fmt::format("{}\n", error.what()));
    return 2;
  } catch (const std::exception& error) {
    palsim::say(fmt::format("palsim: {}\n", error.what()));
    return 1;
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::optional<palsim::MpiProcess> process;
  const int status = status_of([&] {
    if (palsim::launched_by_mpirun()) process.emplace();
    run({arguments + 1, arguments + count});
    const bool written = std::cout.flush().good();
    palsim::require(written, "the result cannot be written to standard output");
  });
  return process ? process->leave(status) : status;
}
