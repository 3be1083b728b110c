#include "experiments/sweep/grid.hpp"

#include <fmt/format.h>

#include <limits>
#include <set>

#include "experiments/sweep/value_list.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

constexpr std::int64_t most_cells = std::numeric_limits<std::int64_t>::max();

}  // namespace

Axis axis_of(const std::string& text) {
  const std::size_t sign = text.rfind('=');
  require<InputError>(sign != std::string::npos && sign > 0,
                      "--over {}: no key and values; write KEY=LIST, such as workers=4,8,16", text);
  Axis axis{.key = text.substr(0, sign)};
  axis.values = value_list(text.substr(sign + 1), "--over " + axis.key);
  return axis;
}

Grid::Grid(std::vector<Axis> axes, AxisCombination combination)
    : axes_(std::move(axes)), combination_(combination) {
  require<InputError>(!axes_.empty(), "no axis; write --over KEY=LIST, such as workers=4,8,16");
  std::set<std::string> keys;
  for (const Axis& axis : axes_) {
    require<InputError>(keys.insert(axis.key).second,
                        "--over {}: twice; write all its values in one list", axis.key);
  }
  strides_.assign(axes_.size(), 1);
  if (combination == AxisCombination::zip) {
    cells_ = static_cast<std::int64_t>(axes_.front().values.size());
    for (const Axis& axis : axes_) {
      require<InputError>(axis.values.size() == axes_.front().values.size(),
                          "--zip: {} has {} values and {} has {}; write as many for each",
                          axes_.front().key, axes_.front().values.size(), axis.key,
                          axis.values.size());
    }
    return;
  }
  for (std::size_t a = axes_.size(); a-- > 0;) {
    strides_[a] = cells_;
    const auto values = static_cast<std::int64_t>(axes_[a].values.size());
    require<InputError>(cells_ <= most_cells / values,
                        "--over: more than {} cells; write fewer values", most_cells);
    cells_ *= values;
  }
}

const std::string& Grid::value(std::int64_t cell, std::size_t axis) const {
  const std::vector<std::string>& values = axes_[axis].values;
  const auto count = static_cast<std::int64_t>(values.size());
  return values[static_cast<std::size_t>(cell / strides_[axis] % count)];
}

std::vector<std::string> Grid::overrides(std::int64_t cell) const {
  std::vector<std::string> assignments;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    assignments.push_back(fmt::format("{}={}", axes_[a].key, value(cell, a)));
  }
  return assignments;
}

}  // namespace palsim
