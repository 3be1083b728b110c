#include "experiments/validation/v100_dlperf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "experiments/command/csv_table.hpp"
#include "experiments/predict/prediction.hpp"

namespace palsim {
namespace {

constexpr std::int64_t gpus_per_node = 8;
constexpr double input_limit = 0.9;  // of linear, on one node

using Overrides = std::vector<std::string>;

// What one framework measured with one precision and batch.
struct Series {
  std::string model, framework, precision;
  std::int64_t batch = 0;
  std::map<std::int64_t, double> rates = {};  // samples per second of all GPUs, by their number

  bool is_bert() const { return model.starts_with("BERT"); }
  bool is_amp() const { return precision == "AMP"; }
  double alone() const { return rates.at(1); }
  double step_s() const { return static_cast<double>(batch) / alone(); }
  bool input_limited() const {
    const auto on_a_node = rates.find(gpus_per_node);
    return !is_bert() && on_a_node != rates.end() &&
           on_a_node->second < input_limit * gpus_per_node * alone();
  }
};

constexpr const char* bert_reasons =
    "Why: over NVLink an all-reduce of BERT-base's gradients takes 6 ms in fp32, 3 ms in fp16. "
    "PaddlePaddle loses 173 to 183 ms a step in three of its four rows and MXNet 29 to 36 ms in "
    "all of its, whatever the batch and precision, so neither is time on NVLink: fp32 gradients "
    "that nothing hides would have to travel at 4 and 25 GB/s, as through the host's memory. "
    "OneFlow loses 15 to 16 ms more with clipping than without; here the norm of averaged "
    "gradients costs what it costs one GPU.";
constexpr const char* resnet_reasons =
    "Why: at 12 GB/s and hidden by nothing the exchange would take 16 ms a step in fp32, 8 ms in "
    "fp16. From 8 to 16 GPUs OneFlow and TensorFlow lose 36 to 39 ms in AMP, TensorFlow and "
    "PaddlePaddle 25 to 28 ms in fp32; NGC PyTorch, between the same nodes, 9 and 4 ms. That is "
    "more than the whole exchange: either it runs at less than half the card's rate for them, or "
    "the nodes share their input. PaddlePaddle with DALI is slower on 16 GPUs than on 8.";

std::vector<Series> read_series(const std::filesystem::path& path) {
  const CsvTable table = load_csv(
      path.string(), {"model", "framework", "precision", "gpus", "batch_per_gpu", "throughput"});
  std::vector<Series> all;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const Series one{table.text(row, "model"), table.text(row, "framework"),
                     table.text(row, "precision"), table.integer(row, "batch_per_gpu", 1)};
    const auto key = [](const Series& series) {
      return std::tie(series.model, series.framework, series.precision, series.batch);
    };
    auto at = std::find_if(all.begin(), all.end(),
                           [&](const Series& known) { return key(known) == key(one); });
    if (at == all.end()) at = all.insert(at, one);
    at->rates.emplace(table.integer(row, "gpus", 1), table.number(row, "throughput", 1e-9));
  }
  std::erase_if(all, [](const Series& series) { return !series.rates.contains(1); });
  return all;
}

// The numbers of GPUs to predict: those measured, and whole nodes.
std::set<std::int64_t> gpus_of(const Series& series) {
  std::set<std::int64_t> gpus{8, 16, 32};
  for (const auto& [count, rate] : series.rates) gpus.insert(count);
  gpus.erase(1);
  return gpus;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

bool half_gradients(const Series& series) {
  if (!series.is_amp() || has(series.framework, "TensorFlow")) return false;
  return series.is_bert() || !has(series.framework, "PyTorch");
}

// Everything in which a row differs from its experiment file.
Overrides overrides_of(const Series& series, std::int64_t gpus) {
  Overrides overrides{fmt::format("workers={}", gpus),
                      fmt::format("batch_per_worker={}", series.batch),
                      fmt::format("compute.step_time={}s", series.step_s())};
  if (series.is_amp()) overrides.emplace_back("precision=fp16");
  if (half_gradients(series)) overrides.emplace_back("method.ddp.gradient_dtype=bf16");  // as long
  if (series.is_bert() && has(series.framework, "NGC PyTorch")) {
    overrides.emplace_back("method.ddp.overlap=none");
  }
  if (has(series.framework, "W/O clip")) overrides.emplace_back("gradient_clipping=false");
  return overrides;
}

class Predictor {
 public:
  explicit Predictor(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Samples per second of all GPUs.
  double rate(const Series& series, std::int64_t gpus, const Overrides& more = {}) const {
    Overrides overrides = overrides_of(series, gpus);
    overrides.insert(overrides.end(), more.begin(), more.end());
    const auto file = folder_ / file_of(series);
    const Prediction prediction =
        predict(load_experiment(file.string(), overrides), Links::ignored, [](double) {}).front();
    const double samples = static_cast<double>(prediction.steps * gpus * series.batch);
    return samples / prediction.methods.front().wall_clock_s.mean;
  }

  std::string how_to_repeat(const Series& series, std::int64_t gpus) const {
    return fmt::format("The first row again: palsim predict experiments/validation/{}/{} --set {}",
                       folder_.filename().string(), file_of(series),
                       fmt::join(overrides_of(series, gpus), " --set "));
  }

 private:
  static const char* file_of(const Series& series) {
    return series.is_bert() ? "bert_base.toml" : "resnet50.toml";
  }

  std::filesystem::path folder_;
};

// Of a row that counts.
std::string group_of(const Series& series, std::int64_t gpus) {
  if (series.is_bert()) {
    if (gpus != gpus_per_node) return "BERT-base, other numbers of GPUs";
    return has(series.framework, "NGC PyTorch") ? "BERT-base, 8 GPUs, NGC PyTorch"
                                                : "BERT-base, 8 GPUs, all others";
  }
  return fmt::format("ResNet-50, {}{}", gpus > gpus_per_node ? "16 and 32 GPUs" : "one node",
                     series.input_limited() ? ", input-limited" : "");
}

// A measured row that counts towards one of the two bars.
struct Judged {
  const Series* series;
  std::int64_t gpus;
  double predicted;

  double error() const { return std::abs(predicted / series->rates.at(gpus) - 1); }
};

double mean_error(const std::vector<Judged>& rows) {
  double sum = 0;
  for (const Judged& row : rows) sum += row.error();
  return sum / static_cast<double>(rows.size());
}

// Mean errors by what `name_of` calls a row, in the order in which names first come.
template <class NameOf>
std::string errors_by(NameOf name_of, const std::vector<Judged>& rows) {
  std::vector<std::pair<std::string, std::vector<Judged>>> groups;
  for (const Judged& row : rows) {
    const std::string name = name_of(*row.series);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& known) { return known.first == name; });
    if (group == groups.end()) group = groups.insert(group, {name, {}});
    group->second.push_back(row);
  }
  std::vector<std::string> parts;
  for (const auto& [name, own] : groups) {
    parts.push_back(fmt::format("{} {:.1f} %", name, 100 * mean_error(own)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string bar_note(const std::string& bar, const std::vector<Judged>& rows) {
  const auto of_paddle = [](const Judged& row) {
    return has(row.series->framework, "PaddlePaddle");
  };
  std::vector<Judged> others;
  std::remove_copy_if(rows.begin(), rows.end(), std::back_inserter(others), of_paddle);
  return fmt::format(
      "{}: mean error of {} rows {:.1f} %, where 8 % were to be reached; {:.1f} % of {} without "
      "PaddlePaddle (in hindsight, by no rule). By precision: {}. By framework: {}.",
      bar, rows.size(), 100 * mean_error(rows), 100 * mean_error(others), others.size(),
      errors_by([](const Series& series) { return series.precision; }, rows),
      errors_by([](const Series& series) { return series.framework + ' ' + series.precision; },
                rows));
}

// How much longer a step takes than on one GPU, of the rows that miss most.
std::string misses_note(const std::string& bar, const std::vector<Judged>& rows) {
  constexpr double far = 0.1;
  std::vector<std::string> parts;
  for (const Judged& row : rows) {
    if (row.error() < far) continue;
    const double samples = static_cast<double>(row.gpus * row.series->batch);
    const auto longer_ms = [&](double rate) {
      return 1e3 * (samples / rate - row.series->step_s());
    };
    parts.push_back(fmt::format("{} {} batch {} on {}: {:.0f} ({:.0f})", row.series->framework,
                                row.series->precision, row.series->batch, row.gpus,
                                longer_ms(row.series->rates.at(row.gpus)),
                                longer_ms(row.predicted)));
  }
  return fmt::format(
      "{}, rows off by 10 % or more: milliseconds by which a step takes longer than on one GPU, "
      "measured (predicted): {}.",
      bar, fmt::join(parts, "; "));
}

// What the bars would be had an assumption been another.
std::string sensitivity_note(const Predictor& predictor, const std::vector<Judged>& bert,
                             const std::vector<Judged>& resnet) {
  const auto error_with = [&](std::vector<Judged> rows, const Overrides& more, bool amp_only) {
    for (Judged& row : rows) {
      if (amp_only && !row.series->is_amp()) continue;
      row.predicted = predictor.rate(*row.series, row.gpus, more);
    }
    return 100 * mean_error(rows);
  };
  std::vector<std::string> parts;
  const auto with = [&](const char* what, const Overrides& more, bool amp_only = false) {
    parts.push_back(fmt::format("{} {:.1f} % and {:.1f} %", what, error_with(bert, more, amp_only),
                                error_with(resnet, more, amp_only)));
  };
  with("every AMP gradient as fp32", {"method.ddp.gradient_dtype=fp32"}, true);
  with("as fp16", {"method.ddp.gradient_dtype=bf16"}, true);
  with("no spread of steps", {"compute.jitter=0"});
  with("0.05 of it", {"compute.jitter=0.05"});
  with("0.88 of InfiniBand's rate", {"cluster.fabric.achievable=0.88"});
  with("no overlap", {"method.ddp.overlap=none"});
  return fmt::format(
      "What the priors matter, as mean errors of BERT-base at 8 GPUs and ResNet-50 at 16 and 32: "
      "{}.",
      fmt::join(parts, "; "));
}

}  // namespace

Validation validate_v100_dlperf(const std::filesystem::path& folder) {
  const std::vector<Series> all = read_series(folder / "measurements.csv");
  const Predictor predictor(folder);
  Validation validation{.columns = {"model", "framework", "precision", "nodes", "gpus",
                                    "batch_per_gpu", "predicted_samples_per_s",
                                    "measured_samples_per_s"}};
  std::set<std::tuple<bool, std::string, std::int64_t, double, std::int64_t, double>> seen;
  std::vector<Judged> bert, resnet;
  for (const Series& series : all) {
    for (const std::int64_t gpus : gpus_of(series)) {
      ValidationRow row{.predicted = predictor.rate(series, gpus)};
      const auto known = series.rates.find(gpus);
      if (known != series.rates.end()) row.measured = known->second;
      row.cells = {series.model,
                   series.framework,
                   series.precision,
                   (gpus + gpus_per_node - 1) / gpus_per_node,
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
        if (series.is_bert() && gpus == gpus_per_node) {
          bert.push_back({&series, gpus, row.predicted});
        }
        if (!series.is_bert() && gpus > gpus_per_node && !series.input_limited()) {
          resnet.push_back({&series, gpus, row.predicted});
        }
      }
      validation.rows.push_back(std::move(row));
    }
  }
  const std::string bert_bar = "BERT-base at 8 GPUs";
  const std::string resnet_bar = "ResNet-50 at 16 and 32 GPUs, not limited by its input";
  validation.notes = {bar_note(bert_bar, bert),
                      misses_note(bert_bar, bert),
                      bert_reasons,
                      bar_note(resnet_bar, resnet),
                      misses_note(resnet_bar, resnet),
                      resnet_reasons,
                      sensitivity_note(predictor, bert, resnet),
                      predictor.how_to_repeat(all.front(), gpus_per_node)};
  return validation;
}

}  // namespace palsim
