// What an experiment was set to, in words.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "experiments/experiment/experiment.hpp"

namespace palsim {

// What it is, and how it stands.
using SettingText = std::pair<std::string, std::string>;

// Of one of its runs: what all methods share, then each method's own, then what the command line
// laid over the files. What is not set is not said.
std::vector<SettingText> settings_of(const Experiment& experiment, const Run& run,
                                     const std::vector<std::string>& overrides);

}  // namespace palsim
