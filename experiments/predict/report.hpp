// Predictions as people and programs read them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "experiments/command/text_report.hpp"
#include "experiments/predict/prediction.hpp"

namespace palsim {

// A table under a line that says what was predicted, and a bar for where each method's time goes.
TextReport table_report(const std::vector<Prediction>& predictions);

// What JSON has of one.
nlohmann::ordered_json prediction_object(const Prediction& prediction);

// One object, or an array of them if there are several.
std::string json_report(const std::vector<Prediction>& predictions);

// One object per method, without any within: what CSV has in a row.
std::vector<nlohmann::ordered_json> flat_rows(const Prediction& prediction);

// One row per method, under a header with units.
std::string csv_report(const std::vector<Prediction>& predictions);

// One table over all predictions: how much faster each method is than the first, and how much of
// that is skipped compute, avoided communication and less waiting, beside the published figure.
TextReport gain_report(const std::vector<Prediction>& predictions);

// A line for each method whose worker does not fit its device, or whose workers never meet; empty
// if there is none.
std::string warnings(const std::vector<Prediction>& predictions);

}  // namespace palsim
