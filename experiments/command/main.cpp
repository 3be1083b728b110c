// The palsim command. Exit status: 0 done, 2 the user's input, 1 anything else.
#include <fmt/format.h>

#include <iostream>
#include <optional>

#include "experiments/command/messages.hpp"
#include "experiments/command/palsim_command.hpp"
#include "real/comm/mpi_process.hpp"
#include "sim/core/error.hpp"

namespace {

void run(const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"--version"}) {
    std::cout << "palsim " << PALSIM_VERSION << '\n';
    return;
  }
  run_command(palsim::palsim_command(), words.empty() ? std::vector<std::string>{"--help"} : words);
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
