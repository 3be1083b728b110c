#include "experiments/command/completion_command.hpp"

#include <fmt/format.h>

#include <iostream>

#include "experiments/command/completion.hpp"
#include "experiments/command/palsim_command.hpp"
#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

const CommandDescription description{
    .name = "completion",
    .brief = "what makes bash complete palsim's commands, options, names and keys",
    .usage = "SHELL",
    .summary =
        "Prints what a shell needs to complete palsim's command lines: commands, options and their "
        "values, names of experiments, clusters and models, and keys of --set. SHELL is bash.",
    .example = "source <(palsim completion bash)",
    .positional = "shell"};

po::options_description described_options() {
  po::options_description options;
  options.add_options()("words", po::value<std::string>()->value_name("WORD..."),
                        "instead of SHELL: what may stand in the place of the last of these words, "
                        "as the shell asks; <files> and <folders> stand for paths");
  return options;
}

// palsim itself says what may follow, so that this never grows old.
constexpr const char* bash_script = R"bash(# bash completion for palsim
_palsim() {
  local word=${COMP_WORDS[COMP_CWORD]} candidate kind
  [[ $word == = ]] && word=
  COMPREPLY=()
  while IFS= read -r candidate; do
    case $candidate in
      '<files>' | '<folders>')
        compopt -o filenames 2>/dev/null
        [[ $candidate == '<files>' ]] && kind=-f || kind=-d
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen $kind -- "$word")
        ;;
      *[=.])
        compopt -o nospace 2>/dev/null
        COMPREPLY+=("$candidate")
        ;;
      *) COMPREPLY+=("$(printf %q "$candidate")") ;;
    esac
  done < <("${COMP_WORDS[0]}" completion --words "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _palsim palsim
)bash";

void print(const Completions& completions) {
  for (const std::string& word : completions.words) std::cout << word << '\n';
  if (completions.paths == Paths::files) std::cout << "<files>\n";
  if (completions.paths == Paths::folders) std::cout << "<folders>\n";
}

void run(const std::vector<std::string>& words) {
  // What follows is another command line, whose options are not this one's.
  if (!words.empty() && words.front() == "--words") {
    return print(completions_of(palsim_command(), {words.begin() + 1, words.end()}));
  }
  const auto values = parse_command(description, described_options(), words);
  if (!values) return;
  const auto shells = value_or<std::vector<std::string>>(*values, "shell", {});
  require<InputError>(shells.size() == 1, "palsim completion: {} shells; write bash",
                      shells.size());
  require<InputError>(shells.front() == "bash", "palsim completion {}: not a shell{}",
                      shells.front(), suggestion(shells.front(), {"bash"}));
  std::cout << bash_script;
}

}  // namespace

Command completion_command() { return {description, described_options(), run}; }

}  // namespace palsim
