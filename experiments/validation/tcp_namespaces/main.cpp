// The validation's program, one process a host under mpirun: calibrates, predicts, and only then
// trains, so that no prediction can have seen its run.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "experiments/command/messages.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/train/trainable.hpp"
#include "experiments/validation/prediction_of.hpp"
#include "experiments/validation/tcp_namespaces/comparison.hpp"
#include "experiments/validation/tcp_namespaces/host_calibration.hpp"
#include "real/backend/cpu_backend.hpp"
#include "real/comm/mpi_process.hpp"
#include "sim/core/error.hpp"
#include "sim/core/unit.hpp"
#include "topologies/topology_writer.hpp"

namespace palsim {
namespace {

constexpr const char* usage =
    "palsim_tcp_validation EXPERIMENT LINK STEPS REPEATS FOLDER (under mpirun: appends to\n"
    "FOLDER/results.csv), or palsim_tcp_validation RESULTS.csv (prints the table)";

struct Setting {
  std::string experiment;
  std::string link;  // the shaper's rate: "100Mbit/s"
  std::string steps;
  int repeats = 1;
  std::filesystem::path folder;
};

// By this host, through all network cards, with the headers of TCP and IP.
double bytes_on_the_wire() {
  std::ifstream devices("/proc/self/net/dev");
  double bytes = 0;
  for (std::string line; std::getline(devices, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || line.find("lo:") != std::string::npos) continue;
    std::istringstream figures(line.substr(colon + 1));
    double figure = 0;
    for (int column = 0; column < 9; ++column) figures >> figure;  // the ninth: bytes sent
    bytes += figure;
  }
  return bytes;
}

std::string text_of(Duration duration) { return fmt::format("{:.9f}s", duration.in_seconds()); }

std::vector<std::string> measured_overrides(const HostCalibration& hosts, const Setting& setting) {
  const Duration step = Duration::seconds(hosts.steps.front().step_s);
  return {fmt::format("cluster={}", (setting.folder / "topology.toml").string()),
          fmt::format("steps={}", setting.steps),
          fmt::format("compute.step_time={}", text_of(step - hosts.data_time)),
          fmt::format("compute.data_time={}", text_of(hosts.data_time)),
          fmt::format("compute.jitter={:.4f}", hosts.jitter)};
}

RunTimes times_of(const MethodPrediction& method) {
  return {.wall_clock_s = method.wall_clock_s.mean,
          .compute_s = method.compute_s(),
          .communication_s = method.mean.communication_s,
          .waiting_s = method.mean.waiting_s,
          .bytes_sent = method.mean.bytes_sent};
}

RunTimes times_of(const TrainingJob& job, Group& group) {
  group.meet();
  const double sent = bytes_on_the_wire();
  const TrainingOutcome outcome = train_worker(job, group);
  std::vector<double> bytes{bytes_on_the_wire() - sent};
  group.sum(bytes);
  return {.wall_clock_s = outcome.wall_clock_s,
          .compute_s = outcome.mean.compute_s,
          .communication_s = outcome.mean.communication_s,
          .waiting_s = outcome.mean.waiting_s,
          .bytes_sent = bytes[0] / static_cast<double>(group.workers())};
}

void add(RunTimes& sum, const RunTimes& run, double weight) {
  for (double RunTimes::*figure :
       {&RunTimes::wall_clock_s, &RunTimes::compute_s, &RunTimes::communication_s,
        &RunTimes::waiting_s, &RunTimes::bytes_sent}) {
    sum.*figure += weight * (run.*figure);
  }
}

// The same schedule ran if every worker sent what was predicted, and on top of it no more than
// TCP's headers, its acknowledgements and MPI's own messages.
void require_same_bytes(const Comparison& row) {
  constexpr double most_overhead = 0.15;
  const double ratio = row.measured.bytes_sent / row.predicted.bytes_sent;
  require(ratio >= 1 && ratio <= 1 + most_overhead,
          "{} on {} hosts sent {} on the wire, but {} were predicted", row.method, row.hosts,
          bytes_to_string(row.measured.bytes_sent), bytes_to_string(row.predicted.bytes_sent));
}

Comparison compared(const TrainingJob& job, Group& group, Comparison row) {
  std::vector<double> wall_clocks;
  for (int repeat = 0; repeat < row.repeats; ++repeat) {
    const RunTimes run = times_of(job, group);
    add(row.measured, run, 1.0 / row.repeats);
    wall_clocks.push_back(run.wall_clock_s);
  }
  const auto [least, most] = std::minmax_element(wall_clocks.begin(), wall_clocks.end());
  row.spread = (*most - *least) / row.measured.wall_clock_s;
  require_same_bytes(row);
  return row;
}

void report(const HostCalibration& hosts, const Setting& setting) {
  std::string steps;
  for (const LocalSteps& at_once : hosts.steps) {
    steps += fmt::format(" {:.2f} ms ({} at once),", 1000 * at_once.step_s, at_once.workers);
  }
  say(fmt::format("{} x {}: links carry {} each way, latency {}; local steps{} jitter {:.1f} %\n",
                  hosts.steps.size(), setting.link, to_string(hosts.link.rate),
                  to_string(hosts.link.latency), steps, 100 * hosts.jitter));
}

void append(const std::filesystem::path& path, const Comparison& row) {
  const bool is_new = !std::filesystem::exists(path);
  std::ofstream results(path, std::ios::app);
  results << (is_new ? csv_header() : "") << csv_row(row) << std::flush;
  require(results.good(), "{}: cannot be written", path.string());
}

void validate(const Setting& setting) {
  const std::unique_ptr<Group> group = mpi_group();
  const bool speaks = group->rank() == 0;
  const auto link = parse_quantity<BytesPerSecond>(setting.link);
  const std::vector<std::string> length{fmt::format("workers={}", group->workers()),
                                        fmt::format("steps={}", setting.steps)};
  const Experiment uncalibrated = load_experiment(setting.experiment, length);
  const Trainable trainable(uncalibrated);
  const std::unique_ptr<Backend> backend = cpu_backend();
  const Run& run = uncalibrated.runs.front();
  const auto job_of = [&](const LabelledMethod& method) {
    TrainingJob job = trainable.job(run, method, uncalibrated.seed, *backend);
    job.held_out = nullptr;  // nothing but the run is sent
    return job;
  };
  const HostCalibration hosts = calibrate_hosts(job_of(run.methods.front()), *group, link);
  if (speaks) {
    report(hosts, setting);
    write_whole_file(setting.folder / "topology.toml", to_toml(host_topology(hosts, link)));
  }
  group->meet();
  const Prediction prediction =
      prediction_of(setting.experiment, measured_overrides(hosts, setting));
  for (const LabelledMethod& method : run.methods) {
    const Comparison row =
        compared(job_of(method), *group,
                 {.link = setting.link,
                  .hosts = group->workers(),
                  .method = method.label,
                  .steps = run.steps,
                  .repeats = setting.repeats,
                  .predicted = times_of(method_in(prediction, method.method.name))});
    if (!speaks) continue;
    append(setting.folder / "results.csv", row);
  }
}

int status_of(const std::vector<std::string>& words) {
  try {
    if (words.size() == 1) {
      std::cout << comparison_table(load_comparisons(words[0]));
      return 0;
    }
    require<InputError>(words.size() == 5 && launched_by_mpirun(), "usage: {}", usage);
    validate({words[0], words[1], words[2], std::stoi(words[3]), words[4]});
    return 0;
  } catch (const std::exception& error) {
    say(fmt::format("palsim_tcp_validation: {}\n", error.what()));
    return 1;
  }
}

}  // namespace
}  // namespace palsim

int main(int count, char** arguments) {
  std::optional<palsim::MpiProcess> process;
  if (palsim::launched_by_mpirun()) process.emplace();
  const int status = palsim::status_of({arguments + 1, arguments + count});
  return process ? process->leave(status) : status;
}
