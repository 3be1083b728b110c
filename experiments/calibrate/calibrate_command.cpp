#include "experiments/calibrate/calibrate_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "experiments/calibrate/calibrated_name.hpp"
#include "experiments/calibrate/calibration_report.hpp"
#include "experiments/calibrate/machine_command.hpp"
#include "experiments/command/cluster_file.hpp"
#include "experiments/command/command_line.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/command/warn.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

struct NetworkArguments {
  std::string log;
  std::string cluster;
  std::string out;
  std::optional<Rank> workers;
  std::vector<std::string> overrides;
  std::string format;
};

const CommandDescription network_description{
    .name = "calibrate network",
    .brief = "a cluster's transport, to the output of nccl-tests",
    .usage = "LOG --cluster CLUSTER",
    .summary =
        "Fits a cluster's transport to measured times of a collective.\n"
        "LOG is what all_reduce_perf of nccl-tests printed (or reduce_scatter_perf,\n"
        "all_gather_perf, broadcast_perf), or a CSV that begins with size_bytes,time_us.",
    .example = "palsim calibrate network all_reduce.log --cluster l40s_pcie_x4 --out fitted.toml",
    .positional = "log"};

po::options_description network_options() {
  po::options_description options;
  options.add_options()("cluster", po::value<std::string>()->value_name("CLUSTER"),
                        "where it was measured: a name in topologies/ or the path of a TOML file")(
      "out", po::value<std::string>()->value_name("FILE"),
      "write the cluster with the fitted transport as a file of topologies/")(
      "workers", po::value<Rank>()->value_name("N"),
      "how many ranks were measured, where the log does not say; default: all of the cluster")(
      "set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
      "set a key of the cluster, such as nodes=2; may be repeated")(
      "format", one_of("table|json|csv|markdown"), "how the result is printed; default: table");
  return options;
}

// Nothing if help was asked for.
std::optional<NetworkArguments> parse_network(const std::vector<std::string>& arguments) {
  const auto values = parse_command(network_description, network_options(), arguments);
  if (!values) return std::nullopt;
  const auto logs = value_or<std::vector<std::string>>(*values, "log", {});
  NetworkArguments parsed{.cluster = value_or<std::string>(*values, "cluster", ""),
                          .out = value_or<std::string>(*values, "out", ""),
                          .overrides = value_or<std::vector<std::string>>(*values, "set", {}),
                          .format = value_or<std::string>(*values, "format", "table")};
  require<InputError>(logs.size() == 1,
                      "palsim calibrate network: {} logs; write one, what nccl-tests printed",
                      logs.empty() ? "no" : fmt::format("{}", logs.size()));
  parsed.log = logs.front();
  require<InputError>(values->count("cluster") > 0,
                      "palsim calibrate network: no --cluster; write a name in topologies/ or the "
                      "path of a TOML file");
  if (values->count("workers") > 0) parsed.workers = (*values)["workers"].as<Rank>();
  if (values->count("out") > 0) require_writable(parsed.out);
  return parsed;
}

std::string warning_of(const NetworkCalibration& calibration) {
  const LogFacts& facts = calibration.log.facts;
  if (facts.hosts == 0 || facts.hosts == calibration.nodes) return "";
  return fmt::format(
      "warning: {}: {} ranks on {} host{}, but the first {} workers of {} are on {} node{}\n",
      calibration.log.source, calibration.workers, facts.hosts, facts.hosts == 1 ? "" : "s",
      calibration.workers, calibration.fitted.name, calibration.nodes,
      calibration.nodes == 1 ? "" : "s");
}

std::string report_as(const std::string& format, const NetworkCalibration& calibration) {
  if (format == "json") return json_report(calibration);
  if (format == "csv") return csv_report(calibration);
  return printed(table_report(calibration), format);
}

void calibrate_network(const std::vector<std::string>& words) {
  const std::optional<NetworkArguments> arguments = parse_network(words);
  if (!arguments) return;
  CollectiveLog log = load_collective_log(arguments->log);
  ClusterFile cluster = load_cluster(arguments->cluster, "", {"--cluster " + arguments->cluster},
                                     arguments->overrides, "");
  cluster.files.push_back(arguments->log);
  if (!arguments->out.empty()) require_no_input("out", arguments->out, cluster.files);
  const NetworkCalibration calibration =
      calibrate_network(std::move(log), std::move(cluster.topology), arguments->workers);
  if (!arguments->out.empty()) {
    const std::string name = name_for(arguments->out, calibration.fitted.name);
    write_whole_file(arguments->out, calibrated_topology(calibration, name));
  }
  warn(warning_of(calibration));
  std::cout << report_as(arguments->format, calibration) << std::flush;
}

Command network_calibration_command() {
  return {network_description, network_options(), calibrate_network};
}

}  // namespace

Command calibrate_command() {
  return {.description = {.name = "calibrate",
                          .brief = "what measurements say of a cluster or of this machine",
                          .usage = "SUBJECT ...",
                          .summary = "Measures what palsim assumes, or fits it to measurements.",
                          .example = network_description.example,
                          .positional = "subject"},
          .subcommands = {network_calibration_command(), calibrate_machine_command()}};
}

}  // namespace palsim
