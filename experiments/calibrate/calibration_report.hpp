// A calibration as people and programs read it.
#pragma once

#include <string>

#include "experiments/calibrate/network_calibration.hpp"
#include "experiments/command/text_report.hpp"

namespace palsim {

// A table by size, one of what the model errs without a fit and with it, and the fit in words.
TextReport table_report(const NetworkCalibration& calibration);

// One object; errors are fractions.
std::string json_report(const NetworkCalibration& calibration);

// One row per size, under a header with units.
std::string csv_report(const NetworkCalibration& calibration);

}  // namespace palsim
