// A validation against training on this machine, as people and programs read it.
#pragma once

#include <string>

#include "experiments/command/text_report.hpp"
#include "experiments/validation/training_validation.hpp"

namespace palsim {

// Predicted and measured side by side, and the errors' median and worst.
TextReport table_report(const TrainingValidation& validation);
// {experiment, machine, calibration, methods}; errors are fractions.
std::string json_report(const TrainingValidation& validation);

}  // namespace palsim
