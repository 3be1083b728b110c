#include <fmt/format.h>

#include <algorithm>

#include "experiments/command/clock_unit.hpp"
#include "experiments/command/counted.hpp"
#include "experiments/predict/report.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

std::string title_of(const Prediction& prediction) {
  const Seed last_seed = prediction.seed + static_cast<Seed>(prediction.seeds) - 1;
  return fmt::format(
      "{}: {} on {}, {}, {} of {} per worker ({} each), {}", prediction.experiment,
      prediction.model, prediction.cluster, counted(prediction.workers, "worker"),
      counted(prediction.steps, "step"), counted(prediction.batch_per_worker, "sample"),
      to_string(prediction.gradient_step),
      prediction.seeds == 1 ? fmt::format("seed {}", prediction.seed)
                            : fmt::format("seeds {} to {}", prediction.seed, last_seed));
}

TextRow header(const ClockUnit& unit) {
  return {"method",
          fmt::format("wall clock ({})", unit.name),
          fmt::format("p5 - p95 ({})", unit.name),
          "speedup",
          "compute",
          "comm",
          "waiting",
          "util",
          "syncs",
          "sent",
          "memory"};
}

TextRow row_of(const MethodPrediction& method, const ClockUnit& unit) {
  const Distribution& wall = method.wall_clock_s;
  const auto clock = [&](double seconds) { return four_digits(seconds / unit.seconds); };
  const auto share = [&](double seconds) {
    return fmt::format("{:.1f} %", wall.mean > 0 ? 100 * seconds / wall.mean : 0);
  };
  return {method.label,
          clock(wall.mean),
          fmt::format("{} - {}", clock(wall.p5), clock(wall.p95)),
          fmt::format("{:.3f}", method.speedup),
          share(method.compute_s()),
          share(method.mean.communication_s),
          share(method.mean.waiting_s),
          fmt::format("{:.1f} %", 100 * method.utilization()),
          fmt::format("{:.0f}", method.mean.synchronizations),
          bytes_to_string(method.mean.bytes_sent),
          to_string(method.memory_per_worker)};
}

// The longer the bar, the slower the method.
Table split_of(const Prediction& prediction) {
  Table table{.rows = {{"wall clock"}}};
  for (const MethodPrediction& method : prediction.methods) {
    table.rows.push_back({method.label});
    table.splits.push_back({.compute_s = method.compute_s() - method.mean.mix_s,
                            .mix_s = method.mean.mix_s,
                            .communication_s = method.mean.communication_s,
                            .waiting_s = method.mean.waiting_s});
  }
  return table;
}

// The first of the fastest; none among one.
std::optional<std::size_t> best_row(const std::vector<MethodPrediction>& methods) {
  if (methods.size() < 2) return std::nullopt;
  const auto fastest = std::min_element(methods.begin(), methods.end(),
                                        [](const MethodPrediction& a, const MethodPrediction& b) {
                                          return a.wall_clock_s.mean < b.wall_clock_s.mean;
                                        });
  return 1 + static_cast<std::size_t>(fastest - methods.begin());
}

// A row for each link, two columns for each method. Nothing if links were not counted.
TextReport links_of(const Prediction& prediction) {
  const std::vector<LinkUse>& first = prediction.methods.front().links;
  if (first.empty()) return {};
  TextRow header{"link", "bandwidth"};
  std::vector<TextRow> rows;
  for (const LinkUse& use : first) rows.push_back({use.link, to_string(use.bandwidth)});
  for (const MethodPrediction& method : prediction.methods) {
    header.insert(header.end(), {method.label, "utilized"});
    for (std::size_t at = 0; at < rows.size(); ++at) {
      rows[at].push_back(bytes_to_string(method.links[at].bytes));
      rows[at].push_back(fmt::format("{:.2f} %", 100 * method.links[at].utilization));
    }
  }
  rows.insert(rows.begin(), std::move(header));
  TextReport report{Line{""}, Table{std::move(rows)}};
  for (const MethodPrediction& method : prediction.methods) {
    report.emplace_back(
        Line{fmt::format("bottleneck of {}: {}", method.label, bottleneck_line(method.links))});
  }
  return report;
}

std::string memory_warning(const Prediction& prediction, const MethodPrediction& method) {
  const Rank sharing = prediction.workers_per_device;
  const Bytes part(prediction.device_memory.count() / sharing);
  if (method.memory_per_worker <= part) return "";
  return fmt::format("warning: {}: {} needs {} of memory per worker; a device of {} has {}{}\n",
                     prediction.experiment, method.label, to_string(method.memory_per_worker),
                     prediction.cluster, to_string(prediction.device_memory),
                     sharing == 1 ? "" : fmt::format(" for {} of them", sharing));
}

std::string meeting_warning(const Prediction& prediction, const MethodPrediction& method) {
  if (method.mean.synchronizations > 0 || prediction.workers == 1) return "";
  return fmt::format("warning: {}: with {} no worker ever meets another in {}\n",
                     prediction.experiment, method.label, counted(prediction.steps, "step"));
}

}  // namespace

TextReport table_report(const std::vector<Prediction>& predictions) {
  TextReport report;
  for (const Prediction& prediction : predictions) {
    double longest = 0;
    for (const MethodPrediction& method : prediction.methods) {
      longest = std::max(longest, method.wall_clock_s.mean);
    }
    const ClockUnit unit = clock_unit_for(longest);
    std::vector<TextRow> rows{header(unit)};
    for (const MethodPrediction& method : prediction.methods) rows.push_back(row_of(method, unit));
    if (!report.empty()) report.emplace_back(Line{""});
    const std::optional<std::size_t> best = best_row(prediction.methods);
    append(report, {Line{title_of(prediction)}, Table{.rows = std::move(rows), .best = best},
                    Line{""}, split_of(prediction)});
    append(report, links_of(prediction));
  }
  return report;
}

std::string warnings(const std::vector<Prediction>& predictions) {
  std::string lines;
  for (const Prediction& prediction : predictions) {
    for (const MethodPrediction& method : prediction.methods) {
      lines += memory_warning(prediction, method) + meeting_warning(prediction, method);
    }
  }
  return lines;
}

}  // namespace palsim
