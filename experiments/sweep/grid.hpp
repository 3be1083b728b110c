// The cells of a sweep: every combination of its axes' values, or their values side by side. Cells
// have numbers and are never laid out in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace palsim {

// A key of the experiment, of its cluster or of its model, and the values that it takes.
struct Axis {
  std::string key;                  // "workers", "cluster.fabric.bandwidth"
  std::vector<std::string> values;  // each as a --set would have it; at least one
};

// "KEY=LIST", the list as value_list reads it. The last '=' parts them: a method's label may hold
// one. Throws InputError.
Axis axis_of(const std::string& text);

enum class AxisCombination {
  product,  // the last axis varies fastest
  zip,      // the n-th cell has the n-th value of each
};

class Grid {
 public:
  // Throws InputError for no axes, for two of one key, for axes to zip that are not equally long,
  // and for more cells than numbers count.
  Grid(std::vector<Axis> axes, AxisCombination combination);

  const std::vector<Axis>& axes() const { return axes_; }
  AxisCombination combination() const { return combination_; }
  std::int64_t cells() const { return cells_; }

  // The cell's value on one axis.
  const std::string& value(std::int64_t cell, std::size_t axis) const;
  // "key=value" for each axis.
  std::vector<std::string> overrides(std::int64_t cell) const;

 private:
  std::vector<Axis> axes_;
  AxisCombination combination_;
  std::int64_t cells_ = 1;
  std::vector<std::int64_t> strides_;  // how many cells in a row share an axis's value
};

}  // namespace palsim
