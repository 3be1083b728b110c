#include "experiments/command/json_csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "experiments/command/csv_table.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

std::string field_of(const Json& value) {
  return value.is_string() ? csv_field(value.get<std::string>()) : value.dump();
}

}  // namespace

std::string json_csv(const std::vector<Json>& objects) {
  std::string text;
  for (const Json& object : objects) {
    std::vector<std::string> names;
    std::vector<std::string> fields;
    for (const auto& [key, value] : object.items()) {
      names.push_back(key);
      fields.push_back(field_of(value));
    }
    if (text.empty()) text = fmt::format("{}\n", fmt::join(names, ","));
    text += fmt::format("{}\n", fmt::join(fields, ","));
  }
  return text;
}

}  // namespace palsim
