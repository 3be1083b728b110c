// Results in CSV, as the objects that JSON has.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "experiments/report/result_parts.hpp"

namespace palsim {

// Throws InputError at the line and column.
std::vector<nlohmann::ordered_json> parts_of_csv(std::string_view text, const ResultSource& source);

}  // namespace palsim
