// A sweep's rows as people read them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "experiments/command/text_report.hpp"
#include "experiments/sweep/grid.hpp"

namespace palsim {

// The axes, each method's time and where it goes, and what failed: the rest is in csv and json.
// `rows` are objects of sweep_columns.
TextReport table_report(const Grid& grid, const nlohmann::ordered_json& rows);

}  // namespace palsim
