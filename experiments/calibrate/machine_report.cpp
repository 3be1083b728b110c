#include "experiments/calibrate/machine_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/command/counted.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

std::string gigabytes(BytesPerSecond rate) { return fmt::format("{:.1f}", rate.count() / 1e9); }

TextReport collectives_table(const char* name, const std::vector<CollectiveTime>& times) {
  if (times.empty()) return {};
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
  return {Line{""}, Table{std::move(rows)}};
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

TextReport table_report(const MachineCalibration& machine) {
  std::vector<TextRow> rows{{"linear layer", "rows", "in", "out", "GFLOP/s"}};
  for (const LinearRate& linear : machine.linear) {
    rows.push_back({linear.layer, fmt::format("{}", linear.shape.rows),
                    fmt::format("{}", linear.shape.in_features),
                    fmt::format("{}", linear.shape.out_features),
                    fmt::format("{:.1f}", linear.rate.count() / 1e9)});
  }
  TextReport report;
  const auto add = [&](std::string line) { report.emplace_back(Line{std::move(line)}); };
  const std::string units = counted(machine.hardware.units, machine.hardware.unit);
  add(fmt::format("{}, {}", machine.hardware.processor, units));
  if (!machine.hardware.versions.empty()) add(machine.hardware.versions);
  append(report, {Table{std::move(rows)}, Line{""}});
  add(fmt::format("updates of parameters {} GB/s (one worker), copying {} GB/s ({})",
                  gigabytes(machine.updates), gigabytes(machine.copy), units));
  if (machine.launch > Duration()) {
    add(fmt::format("launching a kernel takes {}", to_string(machine.launch)));
  }
  if (is_shared(machine)) {
    add(fmt::format("workers at once, in units of one: {:.2f}",
                    fmt::join(machine.throughput, ", ")));
  }
  add(fmt::format("equal pieces of work vary by {:.1f} %", 100 * machine.variation));
  append(report, collectives_table("all-reduce", machine.all_reduce));
  append(report, collectives_table("broadcast", machine.broadcast));
  return report;
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
