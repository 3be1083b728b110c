// What the notes of v100_dlperf say of the rows that its two bars are set on.
#pragma once

#include <string>
#include <vector>

#include "experiments/validation/v100_dlperf_series.hpp"

namespace palsim {

// A measured row that counts towards one of the two bars.
struct JudgedV100 {
  const V100Series* series;
  std::int64_t gpus;
  double predicted;  // samples per second of all GPUs

  double measured() const { return series->rates.at(gpus); }
  double error() const { return predicted / measured() - 1; }
};

// `bert`: BERT-base at 8 GPUs; `resnet`: ResNet-50 at 16 and 32, not limited by its input.
std::vector<std::string> v100_notes(const V100Predictor& predictor,
                                    const std::vector<V100Series>& all,
                                    const std::vector<JudgedV100>& bert,
                                    const std::vector<JudgedV100>& resnet);

}  // namespace palsim
