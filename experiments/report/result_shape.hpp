// What results look like as this version of palsim writes them: examples made by the very functions
// that write them, and whether something looks like an example.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace palsim {

// Objects; of sweeps and networks one row.
nlohmann::ordered_json prediction_example();
nlohmann::ordered_json sweep_row_example();
nlohmann::ordered_json choice_example();
nlohmann::ordered_json validation_example();
nlohmann::ordered_json training_validation_example();
nlohmann::ordered_json training_example();
nlohmann::ordered_json network_row_example();

// Throws InputError "SOURCE: methods[2] has no 'speedup', ..." unless each key of the example's
// objects is there with a value of the same kind, in lists for each element. Null stands for what
// is not known: as an example for anything, else for a number or a text.
void require_shape(const nlohmann::ordered_json& found, const nlohmann::ordered_json& example,
                   const std::string& source, const std::string& where = "");

}  // namespace palsim
