#include "experiments/report/result_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

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

// What a validation holds against what; its CSV says so by their names alone.
struct Compared {
  std::string predicted;
  std::string measured;
};

// "predicted_us" and "measured_us", or "sync_s" and "measured_sync_s"; none if it is no such table.
std::optional<Compared> compared_in(const CsvTable& table, const ResultSource& source) {
  std::vector<Compared> pairs;
  std::size_t predictions = 0;
  for (const std::string& column : table.columns()) {
    if (column.starts_with("predicted_")) ++predictions;
    for (const std::string prefix : {"measured_", "published_"}) {
      if (!column.starts_with(prefix)) continue;
      const std::string figure = column.substr(prefix.size());
      const std::string predicted = "predicted_" + figure;
      pairs.push_back({table.has(predicted) ? predicted : figure, column});
    }
  }
  if (pairs.empty()) return std::nullopt;
  require<InputError>(pairs.size() == 1 && predictions <= 1 && table.has(pairs[0].predicted),
                      "{}: does not say which column was measured for which; write it with palsim "
                      "validate --format json",
                      source.path);
  return pairs.front();
}

Json validation_of(const CsvTable& table, const Compared& compared, const ResultSource& source) {
  const Json example{{compared.predicted, 0}, {compared.measured, 0}};
  Json rows = rows_of(table, example);
  for (Json& row : rows) {
    const Json& predicted = row[compared.predicted];
    const Json& measured = row[compared.measured];
    Json error;
    if (predicted.is_number() && measured.is_number()) {
      error = (predicted.get<double>() - measured.get<double>()) / measured.get<double>();
    }
    row["error"] = std::move(error);
    row["group"] = source.stem;
  }
  return {{"validation", source.stem},
          {"rows", std::move(rows)},
          {"summary", Json::array()},
          {"notes", Json::array()}};
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
  const auto compared = is_prediction ? std::nullopt : compared_in(table, source);
  if (!is_network && !is_prediction && !compared) fail_no_result(source);
  require<InputError>(table.rows() > 0, "{}: no rows; write the file anew", source.path);
  require<InputError>(table.rows() <= most_result_rows, "{}: {} rows; a page holds {}", source.path,
                      table.rows(), most_result_rows);
  if (is_network) {
    require_columns(table, network_row_example(), source);
    return {network_part_of(rows_of(table, network_row_example()), source)};
  }
  if (compared) return {validation_part_of(validation_of(table, *compared, source), source)};
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
