#include "experiments/validation/t4_gpt2.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <map>
#include <tuple>

#include "experiments/command/csv_table.hpp"
#include "experiments/validation/prediction_of.hpp"

namespace palsim {
namespace {

constexpr std::int64_t gpus = 4;
constexpr std::int64_t tokens_per_sample = 256;

using Overrides = std::vector<std::string>;

struct KnownModel {
  std::string name;  // as measured
  std::string file;
  double parameters;  // of the file
  double stated = 0;  // by those who measured, where that is another number
};
const std::vector<KnownModel> models{{"GPT-2 Small", "gpt2_small", 124'439'808, 117e6},
                                     {"GPT-2 Medium", "gpt2_medium", 354'823'168},
                                     {"T5-base", "t5_base", 222'903'552, 237e6}};
const KnownModel& calibration_model = models[1];
constexpr std::int64_t calibration_batch = 4;

// What joins the four, and the one figure of it that is calibrated.
struct Interconnect {
  std::string name;
  std::string cluster;
  std::string key;
  std::string unit;
  double most;

  Overrides with(double figure) const {
    return {"cluster=" + cluster, fmt::format("cluster.{}={:.9g}{}", key, figure, unit)};
  }
};
const std::vector<Interconnect> interconnects{
    {"PCIe", "t4_pcie_x4", "transport.bandwidth_factor", "", 2},
    {"TCP", "t4_tcp_x4", "fabric.bandwidth", "Gbit/s", 100}};

using Key = std::tuple<std::string, std::string, std::int64_t>;  // model, interconnect, batch
constexpr const char* one_gpu = "-";

std::map<Key, double> read_rates(const std::filesystem::path& path) {
  const CsvTable table =
      load_csv(path.string(), {"model", "interconnect", "batch_per_gpu", "throughput_aggregate"});
  std::map<Key, double> rates;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string joined = table.text(row, "interconnect");
    for (const Interconnect& known : interconnects) {
      if (joined.find(known.name) != std::string::npos) joined = known.name;
    }
    rates[{table.text(row, "model"), joined, table.integer(row, "batch_per_gpu", 1)}] =
        table.number(row, "throughput_aggregate", 1e-9);
  }
  return rates;
}

// One model at one batch.
struct Training {
  const KnownModel* model;
  std::int64_t batch;
  double one_gpu_rate;  // tokens per second

  double step_s() const { return static_cast<double>(batch * tokens_per_sample) / one_gpu_rate; }
  double tokens() const { return static_cast<double>(gpus * batch * tokens_per_sample); }

  Overrides overrides(const Overrides& links) const {
    Overrides all{"model=" + model->file, fmt::format("batch_per_worker={}", batch),
                  fmt::format("compute.step_time={}s", step_s())};
    all.insert(all.end(), links.begin(), links.end());
    return all;
  }
};

// Tokens per second of the four.
double rate(const std::filesystem::path& experiment, const Training& training,
            const Overrides& links) {
  const Prediction prediction = prediction_of(experiment, training.overrides(links));
  return training.tokens() * static_cast<double>(prediction.steps) /
         prediction.methods.front().wall_clock_s.mean;
}

// The figure at which the training reaches the measured rate.
double calibrated(const std::filesystem::path& experiment, const Training& training,
                  const Interconnect& interconnect, double measured) {
  const boost::math::tools::eps_tolerance<double> close(40);
  std::uintmax_t most = 100;
  const auto too_fast = [&](double log_figure) {
    return rate(experiment, training, interconnect.with(std::exp(log_figure))) - measured;
  };
  const double end = std::log(interconnect.most);
  return std::exp(
      boost::math::tools::toms748_solve(too_fast, end - std::log(1e3), end, close, most).first);
}

std::string calibration_note(const Interconnect& interconnect, double figure,
                             const Training& training, double measured) {
  const double exchange_s = training.tokens() / measured - training.step_s();
  const double bus = 2. * (gpus - 1) / gpus * 4 * training.model->parameters / exchange_s;
  return fmt::format(
      "Calibrated on {} at batch {} over {}: {} = {:.4g}{}. By hand: the exchange takes {:.1f} ms, "
      "{:.2f} GB/s of bus bandwidth.",
      training.model->name, training.batch, interconnect.name, interconnect.key, figure,
      interconnect.unit, exchange_s * 1e3, bus / 1e9);
}

// The share by which a rate would change, had the model the stated number of parameters.
double change_if_stated(const Training& training, double predicted) {
  const double with = training.tokens() / predicted;
  const double exchange_s = with - training.step_s();
  const double growth = training.model->stated / training.model->parameters;
  return with / (training.step_s() + exchange_s * growth) - 1;
}

std::string parameters_note(const std::map<std::string, std::vector<double>>& changes) {
  std::vector<std::string> parts;
  for (const KnownModel& model : models) {
    if (model.stated == 0) continue;
    const auto [least, most] =
        std::minmax_element(changes.at(model.name).begin(), changes.at(model.name).end());
    parts.push_back(
        fmt::format("{} has {:.0f} as published and {:.0f}M as stated with the "
                    "measurements, which would change its rates by {:+.1f} to {:+.1f} %",
                    model.name, model.parameters, model.stated / 1e6, 100 * *least, 100 * *most));
  }
  return fmt::format("Published numbers of parameters are used: {}.", fmt::join(parts, "; "));
}

}  // namespace

Validation validate_t4_gpt2(const std::filesystem::path& folder) {
  const std::filesystem::path experiment = folder / "experiment.toml";
  const std::map<Key, double> rates = read_rates(folder / "measurements.csv");
  Validation validation{.columns = {"model", "interconnect", "batch_per_gpu",
                                    "one_gpu_tokens_per_s", "predicted_tokens_per_s",
                                    "measured_tokens_per_s"}};
  std::vector<Training> trainings;
  for (const KnownModel& model : models) {
    for (const auto& [key, one_rate] : rates) {
      const auto& [name, joined, batch] = key;
      if (name == model.name && joined == one_gpu) trainings.push_back({&model, batch, one_rate});
    }
  }
  const auto calibration =
      std::find_if(trainings.begin(), trainings.end(), [](const Training& training) {
        return training.model == &calibration_model && training.batch == calibration_batch;
      });
  require<InputError>(calibration != trainings.end(), "{}: no row of {} at batch {} on one GPU",
                      (folder / "measurements.csv").string(), calibration_model.name,
                      calibration_batch);

  Overrides first_row;
  std::map<std::string, std::vector<double>> changes;
  for (const Interconnect& interconnect : interconnects) {
    const double reached =
        rates.at({calibration->model->name, interconnect.name, calibration->batch});
    const double figure = calibrated(experiment, *calibration, interconnect, reached);
    const Overrides links = interconnect.with(figure);
    validation.notes.push_back(calibration_note(interconnect, figure, *calibration, reached));
    if (first_row.empty()) first_row = trainings.front().overrides(links);
    for (const Training& training : trainings) {
      ValidationRow row{.group = &training == &*calibration ? "calibrated on" : "predicted",
                        .predicted = rate(experiment, training, links)};
      const auto known = rates.find({training.model->name, interconnect.name, training.batch});
      if (known != rates.end()) row.measured = known->second;
      row.cells = {training.model->name, interconnect.name,
                   training.batch,       training.one_gpu_rate,
                   row.predicted,        row.measured ? Cell(*row.measured) : Cell()};
      changes[training.model->name].push_back(change_if_stated(training, row.predicted));
      validation.rows.push_back(std::move(row));
    }
  }
  validation.notes.push_back(parameters_note(changes));
  validation.notes.emplace_back(
      "Only the two rows that it was calibrated on are measured here, so their error says nothing; "
      "the rest are predictions for others to hold against.");
  validation.notes.push_back(fmt::format(
      "The first row again: palsim predict experiments/validation/{}/experiment.toml --set {}",
      folder.filename().string(), fmt::join(first_row, " --set ")));
  return validation;
}

}  // namespace palsim
