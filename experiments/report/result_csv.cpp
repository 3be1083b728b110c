#include "experiments/report/result_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/command/csv_table.hpp"
#include "experiments/command/text_lines.hpp"
#include "experiments/report/result_file.hpp"
#include "experiments/report/result_shape.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

void require_columns(const CsvTable& table, const Json& example, const ResultSource& source) {
  for (const auto& [column, value] : example.items()) {
    if (table.has(column)) continue;
    fail_at({source.path, 1, 1},
            fmt::format("no column '{}', which palsim " PALSIM_VERSION " writes; write the file "
                        "anew",
                        column));
  }
}

// What JSON would have written: a number as one, nothing as null.
Json plain_value(const std::string& text) {
  if (text.empty()) return nullptr;
  if (const auto whole = whole_number(text)) return *whole;
  if (const auto number = finite_number(text)) return *number;
  return text;
}

// A field of a column that the example knows is of its kind.
Json value_like(const Json& example, const CsvTable& table, std::size_t row,
                const std::string& column) {
  const std::string& text = table.text(row, column);
  if (text.empty()) return nullptr;
  if (!example.is_number()) return text;
  Json value = plain_value(text);
  if (!value.is_number()) {
    fail_at(table.origin_of(row, column),
            fmt::format("{} = {} is not a number; write the file anew", column, shown(text)));
  }
  return value;
}

// Columns before the example's first, and those that it does not know, hold whatever they hold.
Json rows_of(const CsvTable& table, const Json& example) {
  const auto first =
      std::find(table.columns().begin(), table.columns().end(), example.begin().key());
  Json rows = Json::array();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Json object = Json::object();
    for (auto column = table.columns().begin(); column != table.columns().end(); ++column) {
      const bool known = column >= first && example.contains(*column);
      object[*column] = known ? value_like(example[*column], table, row, *column)
                              : plain_value(table.text(row, *column));
    }
    rows.push_back(std::move(object));
  }
  return rows;
}

// A row's fields are the prediction's own, then the method's; of these the wall clocks stand
// together.
struct Row {
  Json prediction = Json::object();
  Json method = Json::object();
};

Row split(const Json& flat, const Json& example) {
  const Json& method_example = example["methods"].front();
  Row row;
  for (const auto& [key, value] : flat.items()) {
    if (example.contains(key)) row.prediction[key] = value;
    if (method_example.contains(key)) row.method[key] = value;
    if (key == "steps") row.method["wall_clock_s"] = Json::object();
    for (const auto& [part, number] : method_example["wall_clock_s"].items()) {
      if (key == fmt::format("wall_clock_{}_s", part)) row.method["wall_clock_s"][part] = value;
    }
  }
  return row;
}

// Rows of one run follow one another, each with a label of its own.
std::vector<Json> predictions_of(const Json& rows) {
  const Json example = prediction_example();
  std::vector<Json> predictions;
  Json current;
  for (const Json& flat : rows) {
    Row row = split(flat, example);
    const auto has_label = [&](const Json& method) {
      return method["label"] == row.method["label"];
    };
    const bool another = predictions.empty() || row.prediction != current ||
                         std::any_of(predictions.back()["methods"].begin(),
                                     predictions.back()["methods"].end(), has_label);
    if (another) {
      current = row.prediction;
      predictions.push_back(current);
      predictions.back()["methods"] = Json::array();
    }
    predictions.back()["methods"].push_back(std::move(row.method));
  }
  return predictions;
}

bool has_prefix(const CsvTable& table, std::string_view prefix) {
  return std::any_of(table.columns().begin(), table.columns().end(),
                     [&](const std::string& column) { return column.starts_with(prefix); });
}

}  // namespace

std::vector<Json> parts_of_csv(std::string_view text, const ResultSource& source) {
  if (!text.ends_with('\n')) {
    const auto line = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n') + 1);
    fail_at({source.path, line, 1}, "the file ends within a line; write it anew");
  }
  const CsvTable table(text, source.path, {});
  const bool is_network = table.has("bus_bandwidth_Bps");
  const bool is_prediction = table.has("label") && table.has("experiment");
  const bool is_validation = has_prefix(table, "predicted_") || has_prefix(table, "measured_");
  if (!is_network && !is_prediction && !is_validation) fail_no_result(source);
  require<InputError>(table.rows() > 0, "{}: no rows; write the file anew", source.path);
  require<InputError>(table.rows() <= most_result_rows, "{}: {} rows; a page holds {}", source.path,
                      table.rows(), most_result_rows);
  if (is_network) {
    require_columns(table, network_row_example(), source);
    return {network_part_of(rows_of(table, network_row_example()), source)};
  }
  if (is_validation) {
    return {validation_part_of({{"validation", source.stem},
                                {"rows", rows_of(table, Json::object({{"", nullptr}}))},
                                {"summary", Json::array()},
                                {"notes", Json::array()}},
                               source)};
  }
  Json example = sweep_row_example();
  if (table.has("error")) {
    require_columns(table, example, source);
    return {sweep_part_of(rows_of(table, example), source)};
  }
  example.erase("error");
  require_columns(table, example, source);
  return prediction_parts_of(predictions_of(rows_of(table, example)), source);
}

}  // namespace palsim
