#include "experiments/validation/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/command/csv_table.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

struct AsText {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
  std::string operator()(double number) const { return fmt::format("{:.6g}", number); }
};

struct AsJson {
  nlohmann::ordered_json operator()(std::monostate) const { return nullptr; }
  template <class T>
  nlohmann::ordered_json operator()(const T& value) const {
    return value;
  }
};

std::string text_of(const Cell& cell) { return std::visit(AsText(), cell); }

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

// Names are columns whose first known cell is a text, at the left of the table.
std::size_t leading_names(const Validation& validation) {
  if (validation.rows.empty()) return 1;
  const std::vector<Cell>& cells = validation.rows.front().cells;
  const auto first_number = std::find_if_not(cells.begin(), cells.end(), [](const Cell& cell) {
    return std::holds_alternative<std::string>(cell);
  });
  return static_cast<std::size_t>(first_number - cells.begin());
}

}  // namespace

std::optional<double> ValidationRow::error() const {
  if (!measured) return std::nullopt;
  return (predicted - *measured) / *measured;
}

std::vector<GroupSummary> summary_of(const Validation& validation) {
  std::vector<std::pair<std::string, std::vector<double>>> groups;
  for (const ValidationRow& row : validation.rows) {
    const std::optional<double> error = row.error();
    if (!error) continue;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& known) { return known.first == row.group; });
    if (group == groups.end()) group = groups.insert(group, {row.group, {}});
    group->second.push_back(*error);
  }
  std::vector<GroupSummary> summaries;
  for (const auto& [group, errors] : groups) {
    const auto [mean, worst] = absolute_errors(errors);
    summaries.push_back({group, errors.size(), mean, worst});
  }
  return summaries;
}

TextReport summary_table(const Validation& validation) {
  std::vector<TextRow> rows{{"", "rows", "mean error", "worst error"}};
  for (const GroupSummary& summary : summary_of(validation)) {
    rows.push_back({summary.group, fmt::format("{}", summary.rows), percent(summary.mean_error),
                    percent(summary.worst_error)});
  }
  return {Table{std::move(rows)}};
}

TextReport validation_table(const Validation& validation) {
  TextRow header = validation.columns;
  header.push_back("error");
  std::vector<TextRow> rows{std::move(header)};
  for (const ValidationRow& row : validation.rows) {
    TextRow& line = rows.emplace_back();
    for (const Cell& cell : row.cells) line.push_back(text_of(cell));
    // A tenth of a per cent, and no minus before a zero.
    line.push_back(row.error() ? fmt::format("{:+.1f} %", std::round(1000 * *row.error()) / 10 + 0.)
                               : "");
  }
  TextReport report{Table{.rows = std::move(rows), .names = leading_names(validation)}, Line{""}};
  append(report, summary_table(validation));
  for (const std::string& note : validation.notes) report.emplace_back(Paragraph{note});
  return report;
}

std::string validation_csv(const Validation& validation) {
  std::string text = fmt::format("{}\n", fmt::join(validation.columns, ","));
  for (const ValidationRow& row : validation.rows) {
    std::vector<std::string> fields;
    for (const Cell& cell : row.cells) fields.push_back(csv_field(text_of(cell)));
    text += fmt::format("{}\n", fmt::join(fields, ","));
  }
  return text;
}

nlohmann::ordered_json validation_object(std::string_view name, const Validation& validation) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const ValidationRow& row : validation.rows) {
    Json object = Json::object();
    for (std::size_t at = 0; at < row.cells.size(); ++at) {
      object[validation.columns[at]] = std::visit(AsJson(), row.cells[at]);
    }
    object["error"] = row.error() ? Json(*row.error()) : Json();
    object["group"] = row.group;
    rows.push_back(std::move(object));
  }
  Json summaries = Json::array();
  for (const GroupSummary& summary : summary_of(validation)) {
    summaries.push_back({{"group", summary.group},
                         {"rows", summary.rows},
                         {"mean_error", summary.mean_error},
                         {"worst_error", summary.worst_error}});
  }
  return {{"validation", name},
          {"rows", std::move(rows)},
          {"summary", std::move(summaries)},
          {"notes", validation.notes}};
}

}  // namespace palsim
