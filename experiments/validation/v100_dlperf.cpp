#include "experiments/validation/v100_dlperf.hpp"

#include <fmt/format.h>

#include <set>
#include <tuple>

#include "experiments/validation/v100_dlperf_notes.hpp"
#include "experiments/validation/v100_dlperf_series.hpp"

namespace palsim {
namespace {

// The numbers of GPUs to predict: those measured, and whole nodes.
std::set<std::int64_t> gpus_of(const V100Series& series) {
  std::set<std::int64_t> gpus{8, 16, 32};
  for (const auto& [count, rate] : series.rates) gpus.insert(count);
  gpus.erase(1);
  return gpus;
}

// Of a row that counts.
std::string group_of(const V100Series& series, std::int64_t gpus) {
  if (series.is_bert()) {
    if (gpus != v100_per_node) return "BERT-base, other numbers of GPUs";
    return series.made_with("NGC PyTorch") ? "BERT-base, 8 GPUs, NGC PyTorch"
                                           : "BERT-base, 8 GPUs, all others";
  }
  return fmt::format("ResNet-50, {}{}", gpus > v100_per_node ? "16 and 32 GPUs" : "one node",
                     series.input_limited() ? ", input-limited" : "");
}

}  // namespace

Validation validate_v100_dlperf(const std::filesystem::path& folder) {
  const std::vector<V100Series> all = read_v100_series(folder / "measurements.csv");
  const V100Predictor predictor(folder);
  Validation validation{.columns = {"model", "framework", "precision", "nodes", "gpus",
                                    "batch_per_gpu", "predicted_samples_per_s",
                                    "measured_samples_per_s"}};
  std::set<std::tuple<bool, std::string, std::int64_t, double, std::int64_t, double>> seen;
  std::vector<JudgedV100> bert, resnet;
  for (const V100Series& series : all) {
    for (const std::int64_t gpus : gpus_of(series)) {
      ValidationRow row{.predicted = predictor.rate(series, gpus)};
      const auto known = series.rates.find(gpus);
      if (known != series.rates.end()) row.measured = known->second;
      row.cells = {series.model,
                   series.framework,
                   series.precision,
                   (gpus + v100_per_node - 1) / v100_per_node,
                   gpus,
                   series.batch,
                   row.predicted,
                   row.measured ? Cell(*row.measured) : Cell()};
      const bool counts =
          !row.measured || seen.insert({series.is_bert(), series.precision, series.batch,
                                        series.alone(), gpus, *row.measured})
                               .second;
      row.group = counts ? group_of(series, gpus) : "repeats of rows above, not counted there";
      if (counts && row.measured) {
        if (series.is_bert() && gpus == v100_per_node) {
          bert.push_back({&series, gpus, row.predicted});
        }
        if (!series.is_bert() && gpus > v100_per_node && !series.input_limited()) {
          resnet.push_back({&series, gpus, row.predicted});
        }
      }
      validation.rows.push_back(std::move(row));
    }
  }
  validation.notes = v100_notes(predictor, all, bert, resnet);
  return validation;
}

}  // namespace palsim
