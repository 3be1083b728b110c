// The files that an experiment is written in, as they stand when the command line is laid over
// them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/core/document.hpp"

namespace palsim {

struct ExperimentDocuments {
  std::filesystem::path path;  // of the experiment itself
  Value experiment;
  Value cluster;  // with what it stands on
  Value model;
  std::vector<std::string> files;  // all that was read, the experiment itself last
};

// The experiment's own file. Throws InputError if there is none.
std::filesystem::path experiment_path(const std::string& name);

// By name or path; of the assignments ("key=value") those that begin with "cluster." or "model."
// are for the files named there. Throws InputError.
ExperimentDocuments load_experiment_documents(const std::string& name,
                                              const std::vector<std::string>& overrides);

}  // namespace palsim
