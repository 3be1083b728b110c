// One row's prediction: an experiment file with what the row changes in it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/predict/prediction.hpp"

namespace palsim {

// For the experiment's first number of workers. Throws InputError, as its file is read.
Prediction prediction_of(const std::filesystem::path& experiment,
                         const std::vector<std::string>& overrides);

// The one called so ("ddp", "diloco"); InputError where there is none.
const MethodPrediction& method_in(const Prediction& prediction, const std::string& method);

}  // namespace palsim
