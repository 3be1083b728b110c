#include "experiments/command/manual_command.hpp"

#include <iostream>

#include "experiments/command/manual_page.hpp"
#include "experiments/command/palsim_command.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

const CommandDescription description{
    .name = "man",
    .brief = "the manual page, as man reads it",
    .usage = "",
    .summary = "Prints the manual page palsim(1), of what each command's --help says.",
    .example = "palsim man | man -l -",
    .positional = "word"};

void run(const std::vector<std::string>& words) {
  const auto values = parse_command(description, {}, words);
  if (!values) return;
  require<InputError>(values->count("word") == 0, "palsim man: takes no words; leave them out");
  std::cout << manual_page(palsim_command());
}

}  // namespace

Command manual_command() { return {.description = description, .run = run}; }

}  // namespace palsim
