// What an experiment says for those who train it: [training], how the optimizer works, and [data],
// what it learns from.
#pragma once

#include <filesystem>
#include <optional>

#include "models/model.hpp"
#include "real/data/data_description.hpp"
#include "real/training/setting.hpp"
#include "sim/core/table_reader.hpp"

namespace palsim {

// [training], whose keys all have defaults but `learning_rate`. The optimizer and whether gradients
// are clipped stand outside. `steps` of the learning rate is left to the run. Nothing if the
// experiment has no such table.
std::optional<InnerSettings> read_training(TableReader& experiment, InnerOptimizer optimizer,
                                           bool gradient_clipping);

// [data], nothing if the experiment has no such table. Shapes, classes and the vocabulary are the
// model's, unless said otherwise; paths are relative to `base`.
std::optional<DataDescription> read_data(TableReader& experiment, const Model& model,
                                         const std::filesystem::path& base);

}  // namespace palsim
