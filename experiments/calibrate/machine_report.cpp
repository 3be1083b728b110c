#include "experiments/calibrate/machine_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/command/counted.hpp"
#include "experiments/command/text_table.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

std::string gigabytes(BytesPerSecond rate) { return fmt::format("{:.1f}", rate.count() / 1e9); }

std::string collectives_table(const char* name, const std::vector<CollectiveTime>& times) {
  if (times.empty()) return "";
  TextRow header{fmt::format("{} of (B)", name)};
  std::vector<Bytes> sizes;
  for (const CollectiveTime& time : times) {
    if (time.workers == times.front().workers) sizes.push_back(time.size);
    if (time.size != times.front().size) continue;
    header.push_back(fmt::format("{} workers (us)", time.workers));
  }
  std::vector<TextRow> rows{header};
  for (const Bytes size : sizes) {
    TextRow& row = rows.emplace_back(TextRow{fmt::format("{}", size.count())});
    for (const CollectiveTime& time : times) {
      if (time.size == size) row.push_back(fmt::format("{:.4g}", 1e6 * time.seconds));
    }
  }
  return '\n' + text_table(rows);
}

Json collectives_object(const std::vector<CollectiveTime>& times) {
  Json list = Json::array();
  for (const CollectiveTime& time : times) {
    list.push_back(
        {{"workers", time.workers}, {"size_bytes", time.size.count()}, {"time_s", time.seconds}});
  }
  return list;
}

}  // namespace

std::string table_report(const MachineCalibration& machine) {
  std::vector<TextRow> rows{{"linear layer", "rows", "in", "out", "GFLOP/s"}};
  for (const LinearRate& linear : machine.linear) {
    rows.push_back({linear.layer, fmt::format("{}", linear.shape.rows),
                    fmt::format("{}", linear.shape.in_features),
                    fmt::format("{}", linear.shape.out_features),
                    fmt::format("{:.1f}", linear.rate.count() / 1e9)});
  }
  std::string text = fmt::format("{}, {}\n", machine.hardware.processor,
                                 counted(machine.hardware.units, machine.hardware.unit));
  if (!machine.hardware.versions.empty()) text += machine.hardware.versions + '\n';
  text += text_table(rows);
  text += fmt::format("\nupdates of parameters {} GB/s (one worker), copying {} GB/s ({})\n",
                      gigabytes(machine.updates), gigabytes(machine.copy),
                      counted(machine.hardware.units, machine.hardware.unit));
  if (machine.launch > Duration()) {
    text += fmt::format("launching a kernel takes {}\n", to_string(machine.launch));
  }
  if (is_shared(machine)) {
    text += fmt::format("workers at once, in units of one: {:.2f}\n",
                        fmt::join(machine.throughput, ", "));
  }
  text += fmt::format("equal pieces of work vary by {:.1f} %\n", 100 * machine.variation);
  text += collectives_table("all-reduce", machine.all_reduce);
  text += collectives_table("broadcast", machine.broadcast);
  return text;
}

std::string json_report(const MachineCalibration& machine) {
  return machine_object(machine).dump(2) + '\n';
}

nlohmann::ordered_json machine_object(const MachineCalibration& machine) {
  Json linear = Json::array();
  for (const LinearRate& rate : machine.linear) {
    linear.push_back({{"layer", rate.layer},
                      {"rows", rate.shape.rows},
                      {"in_features", rate.shape.in_features},
                      {"out_features", rate.shape.out_features},
                      {"rate_flops_per_s", rate.rate.count()}});
  }
  return {{"processor", machine.hardware.processor},
          {machine.hardware.unit == "core" ? "cores" : "gpus", machine.hardware.units},
          {"versions", machine.hardware.versions},
          {"precision", name_of(machine.precision)},
          {"workers", machine.workers},
          {"linear", std::move(linear)},
          {"copy_Bps", machine.copy.count()},
          {"updates_Bps", machine.updates.count()},
          {"launch_s", machine.launch.in_seconds()},
          {"throughput", machine.throughput},
          {"variation", machine.variation},
          {"meeting_s", machine.meeting_s},
          {"all_reduce", collectives_object(machine.all_reduce)},
          {"broadcast", collectives_object(machine.broadcast)}};
}

}  // namespace palsim
