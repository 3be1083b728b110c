// --backend and --emulate: what the workers of a command compute on.
#pragma once

#include <memory>

#include "experiments/command/command_line.hpp"
#include "experiments/experiment/experiment.hpp"
#include "real/backend/backend.hpp"

namespace palsim {

struct BackendChoice {
  std::string name = "cpu";
  bool emulates = false;  // several workers share one GPU
};

void add_backend_options(po::options_description& options);

// Throws InputError for a backend that palsim does not know, or --emulate without GPUs.
BackendChoice backend_choice(const CommandValues& values);

// Throws InputError where it is not to be had.
std::unique_ptr<Backend> open_backend(const BackendChoice& choice,
                                      MatrixPrecision precision = MatrixPrecision::fp32);
// In the experiment's precision. Throws InputError for one that the backend does not train in.
std::unique_ptr<Backend> open_backend(const BackendChoice& choice, const Experiment& experiment);

}  // namespace palsim
