// Predictions beside measurements: what a validation finds, and how that is told.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "experiments/command/text_report.hpp"

namespace palsim {

// Numbers are written with six significant digits; monostate is what is not known.
using Cell = std::variant<std::monostate, std::string, std::int64_t, double>;

struct ValidationRow {
  std::vector<Cell> cells;  // by column, predicted and measured among them
  std::string group;        // rows of one group are summed up together
  double predicted = 0;
  std::optional<double> measured;

  // (predicted - measured) / measured; none where nothing was measured.
  std::optional<double> error() const;
};

struct Validation {
  std::vector<std::string> columns;
  std::vector<ValidationRow> rows;
  std::vector<std::string> notes;  // whole sentences: what was fitted, what the rows say
};

struct GroupSummary {
  std::string group;
  std::size_t rows = 0;   // with a measurement
  double mean_error = 0;  // of the absolute errors
  double worst_error = 0;
};

// In the order in which groups first come; those without a measurement are left out.
std::vector<GroupSummary> summary_of(const Validation& validation);

TextReport validation_table(const Validation& validation);
TextReport summary_table(const Validation& validation);  // by group, without rows and notes
std::string validation_csv(const Validation& validation);
nlohmann::ordered_json validation_object(std::string_view name, const Validation& validation);

// A validation reads its measurements from `folder`.
struct NamedValidation {
  const char* name;  // of its folder in experiments/validation/
  const char* question;
  Validation (*run)(const std::filesystem::path& folder);
};
const std::vector<NamedValidation>& all_validations();

}  // namespace palsim
