#include "experiments/sweep/sweep_identity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/command/content_digest.hpp"
#include "experiments/experiment/experiment.hpp"
#include "experiments/experiment/experiment_documents.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

// Also of axes that change which files those are.
std::set<std::string> files_of(const Sweep& sweep, std::int64_t sound) {
  std::set<std::string> files;
  const auto add_files_with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> overrides = cell_overrides(sweep, sound);
    std::erase_if(overrides, [](const std::string& assignment) {
      return assignment.starts_with("cluster.") || assignment.starts_with("model.");
    });
    overrides.insert(overrides.end(), more.begin(), more.end());
    try {
      const auto read = load_experiment_documents(sweep.experiment, overrides).files;
      files.insert(read.begin(), read.end());
    } catch (const InputError&) {
      // Its cells will say so.
    }
  };
  add_files_with({});
  for (const Axis& axis : sweep.grid.axes()) {
    if (axis.key != "cluster" && axis.key != "model") continue;
    for (const std::string& value : axis.values) add_files_with({axis.key + "=" + value});
  }
  return files;
}

}  // namespace

std::int64_t first_sound_cell(const Sweep& sweep) {
  load_document(experiment_path(sweep.experiment).lexically_normal().string());
  // With an axis of files or of methods a key may be unknown in some cells alone.
  const std::vector<Axis>& axes = sweep.grid.axes();
  const bool other_files = std::any_of(axes.begin(), axes.end(), [](const Axis& axis) {
    return axis.key == "cluster" || axis.key == "model" || axis.key == "method";
  });
  const std::int64_t tried = std::min<std::int64_t>(sweep.grid.cells(), 1000);
  for (std::int64_t cell = 0; cell < tried; ++cell) {
    try {
      load_experiment(sweep.experiment, cell_overrides(sweep, cell));
      return cell;
    } catch (const UnknownKey&) {
      if (!other_files) throw;
    } catch (const InputError&) {
      // This cell's row says so.
    }
  }
  return 0;
}

Json identity_of(const Sweep& sweep, std::int64_t sound) {
  constexpr std::string_view between("\0", 1);
  Json axes = Json::object();
  for (const Axis& axis : sweep.grid.axes()) {
    axes[axis.key] =
        fmt::format("{} values, {}", axis.values.size(),
                    content_digest(fmt::format("{}", fmt::join(axis.values, between))));
  }
  Json files = Json::object();
  for (const std::string& file : files_of(sweep, sound)) {
    files[file] = file_digest(file);
  }
  const bool zips = sweep.grid.combination() == AxisCombination::zip;
  return {{"palsim", PALSIM_VERSION},
          {"experiment", sweep.experiment},
          {"set", sweep.settings},
          {"over", std::move(axes)},
          {"zip", zips},
          {"files", std::move(files)}};
}

}  // namespace palsim
