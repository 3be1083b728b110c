// What frameworks measured on 1 to 32 V100 (Oneflow-Inc/DLPerf), and what palsim predicts for it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace palsim {

constexpr std::int64_t v100_per_node = 8;

// One framework with one precision and batch.
struct V100Series {
  std::string model, framework, precision;
  std::int64_t batch = 0;
  std::map<std::int64_t, double> rates = {};  // samples per second of all GPUs, by their number

  bool is_bert() const { return model.starts_with("BERT"); }
  bool is_amp() const { return precision == "AMP"; }
  bool made_with(std::string_view name) const { return framework.find(name) != std::string::npos; }
  double alone() const { return rates.at(1); }
  double step_s() const { return static_cast<double>(batch) / alone(); }
  // By which a step on so many at this rate is longer than on one.
  double longer_s(std::int64_t gpus, double rate) const {
    return static_cast<double>(gpus * batch) / rate - step_s();
  }
  // ResNet-50 below 90 % of linear on one node.
  bool input_limited() const;
};

// Those with a rate on one GPU, in the file's order. Throws InputError.
std::vector<V100Series> read_v100_series(const std::filesystem::path& path);

class V100Predictor {
 public:
  explicit V100Predictor(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Samples per second of all GPUs; `more` is laid over the experiment last.
  double rate(const V100Series& series, std::int64_t gpus,
              const std::vector<std::string>& more = {}) const;

  // Of one step, hidden by nothing.
  double exchange_s(const V100Series& series, std::int64_t gpus) const;

  // A sentence with the command that predicts it.
  std::string how_to_repeat(const V100Series& series, std::int64_t gpus) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace palsim
