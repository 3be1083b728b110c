#include "experiments/sweep/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/command/clock_unit.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  if (value.is_null()) return "-";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

ClockUnit unit_of(const Json& rows) {
  double longest_s = 0;
  for (const Json& row : rows) {
    const Json& wall = row.at("wall_clock_mean_s");
    if (wall.is_number()) longest_s = std::max(longest_s, wall.get<double>());
  }
  return clock_unit_for(longest_s);
}

TextRow figures_of(const Json& row, const ClockUnit& unit) {
  if (!row.at("wall_clock_mean_s").is_number()) return {"failed", "-", "-", "-", "-", "-"};
  const double wall_s = row.at("wall_clock_mean_s").get<double>();
  const auto share = [&](const char* part) {
    const double seconds = row.at(part).get<double>();
    return fmt::format("{:.1f} %", wall_s > 0 ? 100 * seconds / wall_s : 0);
  };
  return {four_digits(wall_s / unit.seconds),
          fmt::format("{:.3f}", row.at("speedup").get<double>()),
          share("compute_s"),
          share("communication_s"),
          share("waiting_s"),
          fmt::format("{:.1f} %", 100 * row.at("utilization").get<double>())};
}

}  // namespace

TextReport table_report(const Grid& grid, const Json& rows) {
  const ClockUnit unit = unit_of(rows);
  TextRow header;
  for (const Axis& axis : grid.axes()) header.push_back(axis.key);
  header.insert(header.end(), {"method", fmt::format("wall clock ({})", unit.name), "speedup",
                               "compute", "comm", "waiting", "util"});
  Table table{.rows = {std::move(header)}, .names = grid.axes().size() + 1};
  std::vector<std::string> errors;
  for (const Json& row : rows) {
    TextRow& line = table.rows.emplace_back();
    for (const Axis& axis : grid.axes()) line.push_back(text_of(row.at(axis.key)));
    line.push_back(text_of(row.at("label")));
    const TextRow figures = figures_of(row, unit);
    line.insert(line.end(), figures.begin(), figures.end());
    const std::string error = text_of(row.at("error"));
    const bool is_new = std::find(errors.begin(), errors.end(), error) == errors.end();
    if (!row.at("error").is_null() && is_new) errors.push_back(error);
  }
  TextReport report{std::move(table)};
  for (const std::string& error : errors) report.emplace_back(Line{"failed: " + error});
  return report;
}

}  // namespace palsim
