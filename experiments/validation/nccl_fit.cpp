#include "experiments/validation/nccl_fit.hpp"

#include <fmt/format.h>

#include "experiments/calibrate/network_calibration.hpp"
#include "experiments/command/cluster_file.hpp"
#include "experiments/command/csv_table.hpp"
#include "sim/core/statistics.hpp"
#include "sim/network/communicator.hpp"

namespace palsim {
namespace {

// What is known of the machines without measuring an all-reduce.
struct Machine {
  std::string set;  // of measurements
  std::string cluster;
  std::vector<std::string> overrides = {};
};
const std::vector<Machine> machines{
    {"v100x8_nccl24ish", "v100_nvlink_x8"},
    // Assumption: 10 us from node to node over EFA. TREE_THRESHOLD=0 forces rings.
    {"v100_2x8_p3dn_efa_nccl248",
     "v100_nvlink_x8_multi_node",
     {"nodes=2", "fabric.latency=5us", "transport.algorithm=ring"}},
    {"l40s_2x1_eth", "./l40s_2x1_eth.toml"},
    {"l40s_2x2_eth", "./l40s_2x2_eth.toml"},
    {"rtx4090x8_pcie_noP2P", "./rtx4090x8_pcie_noP2P.toml"},
    {"rtx4090x4_pcie_P2P", "./rtx4090x4_pcie_P2P.toml"},
    {"a100pcie_x4_2socket", "./a100pcie_x4_2socket.toml"},
    {"a100_x8_stas", "./a100_x8_stas.toml"}};

std::vector<Measurement> measurements_of(const CsvTable& table, const std::string& set) {
  std::vector<Measurement> measurements;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, "set") != set) continue;
    measurements.push_back({Bytes(table.integer(row, "size_bytes", 1)),
                            Duration::seconds(table.number(row, "time_us", 0) * 1e-6)});
  }
  return measurements;
}

enum class Parity { even, odd };  // places counted from 0

bool is_fitted(std::size_t place, Parity fitted) {
  return (place % 2 == 0) == (fitted == Parity::even);
}

// The cluster with its transport fitted to every second size.
Topology fitted_to(Parity parity, const Topology& cluster,
                   const std::vector<Measurement>& measurements) {
  CollectiveLog log{.source = cluster.name, .facts = {.ranks = cluster.network.ranks()}};
  for (std::size_t at = 0; at < measurements.size(); ++at) {
    if (is_fitted(at, parity)) log.measurements.push_back(measurements[at]);
  }
  return calibrate_network(std::move(log), cluster, std::nullopt).fitted;
}

double predicted_us(const Topology& cluster, Bytes size) {
  Communicator communicator(cluster.network, cluster.transport);
  return communicator.all_reduce(size).time.in_seconds() * 1e6;
}

// Of every size that is held out.
std::vector<double> held_out_errors(Parity parity, const Topology& cluster,
                                    const std::vector<Measurement>& measurements) {
  const Topology fitted = fitted_to(parity, cluster, measurements);
  std::vector<double> errors;
  for (std::size_t at = 0; at < measurements.size(); ++at) {
    if (is_fitted(at, parity)) continue;
    const double measured_us = measurements[at].time.in_seconds() * 1e6;
    errors.push_back(predicted_us(fitted, measurements[at].size) / measured_us - 1);
  }
  return errors;
}

std::string both_means(const std::vector<double>& even, const std::vector<double>& odd) {
  return fmt::format("{:.1f} / {:.1f} %", 100 * absolute_errors(even).mean,
                     100 * absolute_errors(odd).mean);
}

}  // namespace

Validation validate_nccl_fit(const std::filesystem::path& folder) {
  const CsvTable table =
      load_csv((folder / "measurements.csv").string(), {"set", "size_bytes", "time_us"});
  Validation validation{
      .columns = {"set", "prediction", "size_bytes", "predicted_us", "measured_us"}};
  std::string by_set =
      "Mean error on sizes held out, by set (fitted to the 1st, 3rd, ... size / to "
      "the 2nd, 4th, ...):";
  std::vector<double> all_even, all_odd;
  for (const Machine& machine : machines) {
    const Topology cluster = load_cluster(machine.cluster, folder,
                                          {"the cluster of " + machine.set}, machine.overrides, "")
                                 .topology;
    const std::vector<Measurement> measurements = measurements_of(table, machine.set);
    const Topology fitted = fitted_to(Parity::even, cluster, measurements);
    const auto add = [&](std::size_t at, const Topology& predicted_by, const std::string& group) {
      const double measured_us = measurements[at].time.in_seconds() * 1e6;
      const double us = predicted_us(predicted_by, measurements[at].size);
      validation.rows.push_back(
          {.cells = {machine.set, group, measurements[at].size.count(), us, measured_us},
           .group = group,
           .predicted = us,
           .measured = measured_us});
    };
    for (std::size_t at = 0; at < measurements.size(); ++at) add(at, cluster, "priors alone");
    for (std::size_t at = 0; at < measurements.size(); ++at) {
      add(at, fitted, is_fitted(at, Parity::even) ? "fitted to it" : "held out of the fit");
    }
    const std::vector<double> even = held_out_errors(Parity::even, cluster, measurements);
    const std::vector<double> odd = held_out_errors(Parity::odd, cluster, measurements);
    by_set += fmt::format(" {} {},", machine.set, both_means(even, odd));
    all_even.insert(all_even.end(), even.begin(), even.end());
    all_odd.insert(all_odd.end(), odd.begin(), odd.end());
  }
  by_set += fmt::format(" all sets {}.", both_means(all_even, all_odd));
  validation.notes = {by_set};
  return validation;
}

}  // namespace palsim
