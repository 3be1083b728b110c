#include "experiments/validation/v100_dlperf_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "experiments/command/csv_table.hpp"
#include "experiments/validation/prediction_of.hpp"

namespace palsim {
namespace {

constexpr double input_limit = 0.9;  // of linear, on one node

using Overrides = std::vector<std::string>;

bool half_gradients(const V100Series& series) {
  if (!series.is_amp() || series.made_with("TensorFlow")) return false;
  return series.is_bert() || !series.made_with("PyTorch");
}

// Everything in which a row differs from its experiment file.
Overrides overrides_of(const V100Series& series, std::int64_t gpus) {
  Overrides overrides{fmt::format("workers={}", gpus),
                      fmt::format("batch_per_worker={}", series.batch),
                      fmt::format("compute.step_time={}s", series.step_s())};
  if (series.is_amp()) overrides.emplace_back("precision=fp16");
  if (half_gradients(series)) overrides.emplace_back("method.ddp.gradient_dtype=bf16");  // as long
  if (series.is_bert() && series.made_with("NGC PyTorch")) {
    overrides.emplace_back("method.ddp.overlap=none");
  }
  if (series.made_with("W/O clip")) overrides.emplace_back("gradient_clipping=false");
  return overrides;
}

const char* file_of(const V100Series& series) {
  return series.is_bert() ? "bert_base.toml" : "resnet50.toml";
}

}  // namespace

bool V100Series::input_limited() const {
  const auto on_a_node = rates.find(v100_per_node);
  return !is_bert() && on_a_node != rates.end() &&
         on_a_node->second < input_limit * v100_per_node * alone();
}

std::vector<V100Series> read_v100_series(const std::filesystem::path& path) {
  const CsvTable table = load_csv(
      path.string(), {"model", "framework", "precision", "gpus", "batch_per_gpu", "throughput"});
  std::vector<V100Series> all;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const V100Series one{table.text(row, "model"), table.text(row, "framework"),
                         table.text(row, "precision"), table.integer(row, "batch_per_gpu", 1)};
    const auto key = [](const V100Series& series) {
      return std::tie(series.model, series.framework, series.precision, series.batch);
    };
    auto at = std::find_if(all.begin(), all.end(),
                           [&](const V100Series& known) { return key(known) == key(one); });
    if (at == all.end()) at = all.insert(at, one);
    at->rates.emplace(table.integer(row, "gpus", 1), table.number(row, "throughput", 1e-9));
  }
  std::erase_if(all, [](const V100Series& series) { return !series.rates.contains(1); });
  return all;
}

double V100Predictor::rate(const V100Series& series, std::int64_t gpus,
                           const Overrides& more) const {
  Overrides overrides = overrides_of(series, gpus);
  overrides.insert(overrides.end(), more.begin(), more.end());
  const Prediction prediction = prediction_of(folder_ / file_of(series), overrides);
  const double samples = static_cast<double>(prediction.steps * gpus * series.batch);
  return samples / prediction.methods.front().wall_clock_s.mean;
}

double V100Predictor::exchange_s(const V100Series& series, std::int64_t gpus) const {
  return series.longer_s(gpus, rate(series, gpus, {"compute.jitter=0", "method.ddp.overlap=none"}));
}

std::string V100Predictor::how_to_repeat(const V100Series& series, std::int64_t gpus) const {
  return fmt::format("The first row again: palsim predict experiments/validation/{}/{} --set {}",
                     folder_.filename().string(), file_of(series),
                     fmt::join(overrides_of(series, gpus), " --set "));
}

}  // namespace palsim
