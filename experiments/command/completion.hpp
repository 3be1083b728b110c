// What may stand next on a command line, from the same descriptions as its help.
#pragma once

#include <string>
#include <vector>

#include "experiments/command/command.hpp"

namespace palsim {

enum class Paths { none, files, folders };

struct Completions {
  std::vector<std::string> words;  // those that begin as what is typed; "key=" and "key." go on
  Paths paths = Paths::none;       // that may stand there, too
};

// For the last of `words`, which is being typed and may be empty. They stand behind "palsim",
// parted at each '=' as bash does, or not.
Completions completions_of(const Command& root, std::vector<std::string> words);

}  // namespace palsim
