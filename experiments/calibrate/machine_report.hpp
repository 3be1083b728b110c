// What a machine was measured to do, as people and programs read it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "experiments/calibrate/machine_calibration.hpp"
#include "experiments/command/text_report.hpp"

namespace palsim {

TextReport table_report(const MachineCalibration& machine);
std::string json_report(const MachineCalibration& machine);
nlohmann::ordered_json machine_object(const MachineCalibration& machine);

}  // namespace palsim
