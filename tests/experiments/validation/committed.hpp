// A validation's folder as committed.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "experiments/validation/validation.hpp"

namespace palsim {

inline std::filesystem::path validation_folder(const std::string& name) {
  return std::filesystem::path(PALSIM_ROOT) / "experiments" / "validation" / name;
}

inline std::string committed_rows(const std::string& name) {
  std::ifstream file(validation_folder(name) / "results.csv");
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A row's cell by its column's name.
template <class T>
T cell(const Validation& validation, const ValidationRow& row, const std::string& column) {
  const auto at = std::find(validation.columns.begin(), validation.columns.end(), column);
  REQUIRE(at != validation.columns.end());
  return std::get<T>(row.cells[static_cast<std::size_t>(at - validation.columns.begin())]);
}

}  // namespace palsim
