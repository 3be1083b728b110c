#include "experiments/validation/l40s_tcp.hpp"

#include <fmt/format.h>

#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <functional>
#include <map>

#include "experiments/command/csv_table.hpp"
#include "experiments/validation/prediction_of.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

constexpr std::int64_t unshaped_bits_per_s = 9'530'000'000;  // as iperf saw it; NCCL gets more
constexpr double nccl_tree_rate = 0.92;                      // of the links', in NCCL's cost model

using Overrides = std::vector<std::string>;

// A column's median over the repeats of a row; none where nobody measured.
using Key = std::tuple<std::string, std::int64_t, std::int64_t>;  // algorithm, H, link rate
std::map<Key, double> medians(const CsvTable& table, std::string_view column) {
  std::map<Key, std::vector<double>> repeats;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, column).empty()) continue;
    repeats[{table.text(row, "algorithm"), table.integer(row, "sync_interval", 1),
             table.integer(row, "link_bits_per_s", 1)}]
        .push_back(table.number(row, column, 0));
  }
  std::map<Key, double> medians;
  for (const auto& [key, values] : repeats) medians[key] = median(values);
  return medians;
}

// As palsim calls what the measurements call so.
std::string method_of(const std::string& algorithm) {
  return algorithm == "localsgd" ? "local_sgd" : algorithm;
}

struct Machines {
  std::filesystem::path experiment;
  std::map<std::string, double> step_s;         // by algorithm
  Overrides changes = {};                       // of the experiment's priors
  std::map<std::int64_t, Overrides> link = {};  // by link rate, as calibrated

  // Seconds that a worker is blocked by one synchronization (DDP: in one step), the wait for slower
  // workers included, without the set-up.
  double sync_s(const std::string& algorithm, std::int64_t sync_interval, Overrides links,
                const Overrides& more = {}) const {
    links.insert(links.end(), more.begin(), more.end());
    links.insert(links.end(), changes.begin(), changes.end());
    links.emplace_back("cluster.transport.setup=0s");
    if (algorithm != "ddp") {
      links.push_back(
          fmt::format("method.{}.sync_interval={}", method_of(algorithm), sync_interval));
    }
    links.push_back(fmt::format("compute.step_time={}s", step_s.at(algorithm)));
    const Prediction prediction = prediction_of(experiment, links);
    const Tally& mean = method_in(prediction, method_of(algorithm)).mean;
    return (mean.communication_s + mean.waiting_s) / mean.synchronizations;
  }

  // What the first one takes longer.
  double setup_s() const {
    return load_experiment(experiment.string(), {}).cluster.transport.setup.in_seconds();
  }
};

Overrides links_at(std::int64_t bits_per_s, double achievable) {
  return {fmt::format("cluster.fabric.bandwidth={}bit/s", bits_per_s),
          fmt::format("cluster.fabric.achievable={}", achievable)};
}

struct Calibration {
  Overrides links;
  std::string found;
};

// The fraction of the shaped rate, or the unshaped rate, at which DiLoCo's synchronization takes
// what it was measured to take at H = 1.
Calibration calibrated(const Machines& machines, std::int64_t bits_per_s, double measured_s) {
  const auto too_long = [&](const Overrides& links) {
    return machines.sync_s("diloco", 1, links) - measured_s;
  };
  const boost::math::tools::eps_tolerance<double> close(30);
  std::uintmax_t most = 100;
  if (bits_per_s != unshaped_bits_per_s) {
    double fraction = 1;
    if (too_long(links_at(bits_per_s, 1)) < 0) {
      const auto fault = [&](double share) { return too_long(links_at(bits_per_s, share)); };
      fraction = boost::math::tools::toms748_solve(fault, 0.1, 1.0, close, most).first;
    }
    return {links_at(bits_per_s, fraction),
            fmt::format("{:.1f} Mbit/s: {:.3f} of it", static_cast<double>(bits_per_s) / 1e6,
                        fraction)};
  }
  const auto fault = [&](double log_rate) {
    return too_long(links_at(std::llround(std::exp(log_rate)), 1));
  };
  const double log_rate =
      boost::math::tools::toms748_solve(fault, std::log(1e9), std::log(1e12), close, most).first;
  return {links_at(std::llround(std::exp(log_rate)), 1),
          fmt::format("unshaped: {:.2f} Gbit/s", std::exp(log_rate) / 1e9)};
}

// Calibrates the link at every rate that DiLoCo was measured at with H = 1, and says what it found.
std::string calibrate(Machines& machines, const std::map<Key, double>& measured) {
  std::vector<std::string> found;
  for (const auto& [key, sync_s] : measured) {
    const auto& [algorithm, sync_interval, rate] = key;
    if (algorithm != "diloco" || sync_interval != 1) continue;
    Calibration calibration = calibrated(machines, rate, sync_s);
    machines.link[rate] = std::move(calibration.links);
    found.push_back(std::move(calibration.found));
  }
  return fmt::format("{}", fmt::join(found, ", "));
}

constexpr const char* calibrated_on = "DiLoCo, H = 1 (calibrated on)";

std::string group_of(const std::string& algorithm, std::int64_t sync_interval) {
  if (algorithm == "ddp") return "DDP (predicted)";
  if (algorithm == "localsgd") return "Local SGD (predicted)";
  return sync_interval == 1 ? calibrated_on : "DiLoCo, H > 1 (predicted)";
}

std::vector<ValidationRow> rows_of(const Machines& machines,
                                   const std::map<Key, double>& measured) {
  const double setup_s = machines.setup_s();
  std::vector<ValidationRow> rows;
  for (const auto& [algorithm, intervals] :
       {std::pair<std::string, std::vector<std::int64_t>>{"ddp", {1}},
        {"diloco", {1, 8, 32, 128}},
        {"localsgd", {1, 8, 32, 128}}}) {
    for (const std::int64_t sync_interval : intervals) {
      for (const auto& [rate, links] : machines.link) {
        const double sync_s = machines.sync_s(algorithm, sync_interval, links);
        ValidationRow row{.group = group_of(algorithm, sync_interval), .predicted = sync_s};
        const auto known = measured.find({algorithm, sync_interval, rate});
        if (known != measured.end()) row.measured = known->second;
        row.cells = {algorithm,
                     sync_interval,
                     rate,
                     machines.step_s.at(algorithm),
                     sync_s,
                     sync_s + setup_s,
                     row.measured ? Cell(*row.measured) : Cell()};
        rows.push_back(std::move(row));
      }
    }
  }
  return rows;
}

// What the bars are set on, DiLoCo and Local SGD: with the rows calibrated on, and without.
std::string both_methods(const std::vector<ValidationRow>& rows) {
  std::vector<double> all, predicted;
  for (const ValidationRow& row : rows) {
    if (!row.error() || row.group.starts_with("DDP")) continue;
    all.push_back(*row.error());
    if (row.group != calibrated_on) predicted.push_back(*row.error());
  }
  const auto told = [](const std::vector<double>& errors) {
    const auto [mean, worst] = absolute_errors(errors);
    return fmt::format("mean error {:.1f} %, worst {:.1f} %", 100 * mean, 100 * worst);
  };
  return fmt::format(
      "all {} measured rows of DiLoCo and Local SGD: {}; the {} that were predicted alone: {}.",
      all.size(), told(all), predicted.size(), told(predicted));
}

std::string without_jitter(Machines machines, const std::map<Key, double>& measured) {
  machines.changes.emplace_back("compute.jitter=0");
  calibrate(machines, measured);
  return "The spread of steps (compute.jitter) is a prior that was added after these errors were "
         "first seen. Without it, calibrated anew, " +
         both_methods(rows_of(machines, measured));
}

std::string ddp_readings(const Machines& machines, std::int64_t rate, double measured_s) {
  const Overrides silent{"method.ddp.broadcast_buffers=false"};
  const Overrides tree{"method.ddp.broadcast_buffers=false", "cluster.transport.algorithm=tree"};
  Overrides full_tree = tree;
  full_tree.push_back(fmt::format("cluster.transport.bandwidth_factor={}", 1 / nccl_tree_rate));
  const auto reading = [&](const Overrides& more) {
    const double sync_s = machines.sync_s("ddp", 1, machines.link.at(rate), more);
    return fmt::format("{:.4f} s ({:+.1f} %)", sync_s, 100 * (sync_s / measured_s - 1));
  };
  return fmt::format(
      "DDP at {} Mbit/s blocked {:.4f} s a step. Predicted with its buffers broadcast {}, with a "
      "tree instead (2 S over each link) {} at the links' full rate and {} at NCCL's 0.92 of it, "
      "with neither {}.",
      static_cast<double>(rate) / 1e6, measured_s, reading({}), reading(full_tree), reading(tree),
      reading(silent));
}

}  // namespace

Validation validate_l40s_tcp(const std::filesystem::path& folder) {
  const CsvTable table =
      load_csv((folder / "measurements.csv").string(),
               {"algorithm", "sync_interval", "link_bits_per_s", "median_step_compute_ms",
                "first_sync_s", "median_later_sync_s"});
  const std::map<Key, double> measured = medians(table, "median_later_sync_s");
  const std::map<Key, double> first = medians(table, "first_sync_s");
  std::map<std::string, std::vector<double>> steps;  // at H = 1
  for (const auto& [key, step_ms] : medians(table, "median_step_compute_ms")) {
    if (std::get<1>(key) == 1) steps[std::get<0>(key)].push_back(step_ms * 1e-3);
  }

  Validation validation{.columns = {"algorithm", "sync_interval", "link_bits_per_s",
                                    "step_compute_s", "sync_s", "first_sync_s", "measured_sync_s"}};
  Machines machines{.experiment = folder / "experiment.toml"};
  for (const auto& [algorithm, values] : steps) machines.step_s[algorithm] = median(values);
  validation.notes.push_back(fmt::format("Calibrated on DiLoCo at H = 1; what TCP reaches of {}.",
                                         calibrate(machines, measured)));
  validation.rows = rows_of(machines, measured);
  validation.notes.push_back("Of " + both_methods(validation.rows));
  validation.notes.push_back(without_jitter(machines, measured));
  for (const auto& [key, sync_s] : measured) {
    if (std::get<0>(key) == "ddp") {
      validation.notes.push_back(ddp_readings(machines, std::get<2>(key), sync_s));
    }
  }
  for (const auto& [key, first_s] : first) {
    const auto& [algorithm, sync_interval, rate] = key;
    validation.notes.push_back(fmt::format(
        "The first synchronization of {} at H = {} took {:.3f} s; predicted {:.3f} s, of which "
        "{} s are a prior for the set-up.",
        algorithm, sync_interval, first_s,
        machines.sync_s(algorithm, sync_interval, machines.link.at(rate)) + machines.setup_s(),
        machines.setup_s()));
  }
  return validation;
}

}  // namespace palsim
