#include "experiments/loss/loss_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>

#include "experiments/command/csv_table.hpp"
#include "experiments/command/run_name.hpp"
#include "experiments/loss/loss_grid.hpp"
#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

const std::vector<std::string> columns{
    "method", "sync_interval", "mix_probability", "workers", "seed", "step", "loss"};

struct RunKey {
  std::string method;
  std::optional<Step> sync_interval;
  std::optional<double> mix_probability;
  Rank workers = 1;

  auto operator<=>(const RunKey&) const = default;
};

std::string name_of(const RunKey& run) {
  return run_name(run.method, run.sync_interval, run.mix_probability, run.workers);
}

struct Point {
  Step step = 1;
  std::size_t row = 0;
  double loss = 0;
  bool diverged = false;  // instead of a loss
};

using CurveRows = std::map<Seed, std::vector<Point>>;

// Nothing if the field is empty or "-".
std::optional<double> optional_number(const CsvTable& table, std::size_t row, const char* column) {
  const std::string& text = table.text(row, column);
  if (text.empty() || text == "-") return std::nullopt;
  return table.number(row, column, 0);
}

RunKey read_key(const CsvTable& table, std::size_t row) {
  RunKey run{.method = table.text(row, "method")};
  if (run.method.empty()) {
    fail_at(table.origin_of(row, "method"), "no method; write its label or name");
  }
  if (optional_number(table, row, "sync_interval")) {
    run.sync_interval = table.integer(row, "sync_interval", 1);
  }
  run.mix_probability = optional_number(table, row, "mix_probability");
  if (run.mix_probability && *run.mix_probability >= 1) {
    fail_at(table.origin_of(row, "mix_probability"),
            fmt::format("mix_probability = {}; write a number in [0, 1)",
                        table.text(row, "mix_probability")));
  }
  if (run.mix_probability && !run.sync_interval) {
    fail_at(table.origin_of(row, "sync_interval"),
            "mix_probability without a sync_interval; write both, or neither");
  }
  run.workers = table.integer(row, "workers", 1);
  return run;
}

LossCurve curve_of(const CsvTable& table, const RunKey& run, Seed seed, std::vector<Point> points) {
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return std::pair(a.step, a.row) < std::pair(b.step, b.row);
  });
  LossCurve curve{.seed = seed};
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (p > 0 && points[p].step == points[p - 1].step) {
      fail_at(table.origin_of(points[p].row, "step"),
              fmt::format("step = {} of {}, seed {} stands in line {} already; write one loss for "
                          "each step",
                          points[p].step, name_of(run), seed,
                          table.origin_of(points[p - 1].row, "step").line));
    }
    if (points[p].diverged) {
      curve.diverged = true;
      continue;
    }
    curve.steps.push_back(static_cast<double>(points[p].step));
    curve.losses.push_back(points[p].loss);
  }
  return smoothed(curve);
}

void add_doubts(const CsvTable& table, const std::vector<Point>& points,
                std::vector<std::string>& doubts) {
  if (!table.has("doubt")) return;
  for (const Point& point : points) {
    const std::string& doubt = table.text(point.row, "doubt");
    const bool known = std::find(doubts.begin(), doubts.end(), doubt) != doubts.end();
    if (!doubt.empty() && !known) doubts.push_back(doubt);
  }
}

// Whether the curves end before their workers first meet.
bool never_met(const RunKey& run, const std::vector<LossCurve>& curves) {
  return run.workers > 1 && std::all_of(curves.begin(), curves.end(), [&](const LossCurve& curve) {
           return !curve.diverged && run.sync_interval &&
                  curve.steps.back() < static_cast<double>(*run.sync_interval);
         });
}

// Where the run's first row stands.
Origin begin_of(const CsvTable& table, const CurveRows& curves, const char* column) {
  std::size_t first = std::numeric_limits<std::size_t>::max();
  for (const auto& [seed, points] : curves) first = std::min(first, points.front().row);
  return table.origin_of(first, column);
}

class LossFile final : public LossSource {
 public:
  explicit LossFile(const std::string& path) : path_(path) {
    const CsvTable table = load_csv(path, columns);
    if (table.rows() == 0) {
      fail_at({path, 1, 1}, "no losses; write a row for each under the header");
    }
    for (const auto& [run, curves] : read_rows(table)) {
      if (curves.size() < 2) {
        fail_at(begin_of(table, curves, "seed"),
                fmt::format("{} has one seed: no spread can be told; write at least two",
                            name_of(run)));
      }
      Runs& runs = methods_[run.method];
      runs.add(run, begin_of(table, curves, "method"));
      LossCell& cell = runs.cells.emplace_back();
      cell.place = place_of(run.workers, run.sync_interval, run.mix_probability);
      for (const auto& [seed, points] : curves) {
        cell.curves.push_back(curve_of(table, run, seed, points));
        add_doubts(table, points, cell.doubts);
      }
      cell.beyond = never_met(run, cell.curves);
    }
  }

  LossAnswer answer(const LossQuestion& question) override {
    const Method& method = question.method.method;
    const auto& [name, runs] = runs_of(question.method);
    check(name, "sync_interval", method.sync_interval.has_value(), runs.with_interval,
          runs.without_interval);
    check(name, "mix_probability", method.mix_probability.has_value(), runs.with_probability,
          runs.without_probability);
    try {
      return interpolated(runs.cells,
                          place_of(question.workers, method.sync_interval, method.mix_probability));
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}: {}", path_, name, error.what()));
    }
  }

  std::string description() const override {
    return "losses of " + std::filesystem::path(path_).filename().string();
  }

 private:
  // One method's.
  struct Runs {
    std::vector<LossCell> cells;
    // Where one begins that has the setting, and one that has not.
    std::optional<Origin> with_interval, without_interval;
    std::optional<Origin> with_probability, without_probability;

    void add(const RunKey& run, const Origin& origin) {
      (run.sync_interval ? with_interval : without_interval) = origin;
      (run.mix_probability ? with_probability : without_probability) = origin;
    }
  };

  static LossPlace place_of(Rank workers, const std::optional<Step>& sync_interval,
                            const std::optional<double>& mix_probability) {
    const LossPlace none;
    return {.workers = workers,
            .sync_interval = sync_interval.value_or(none.sync_interval),
            .mix_probability = mix_probability.value_or(none.mix_probability)};
  }

  static std::map<RunKey, CurveRows> read_rows(const CsvTable& table) {
    std::map<RunKey, CurveRows> runs;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const auto seed = static_cast<Seed>(table.integer(row, "seed", 0));
      const bool diverged = table.has("diverged") && table.text(row, "diverged") == "1";
      runs[read_key(table, row)][seed].push_back(
          {.step = table.integer(row, "step", 1),
           .row = row,
           .loss = diverged ? 0 : table.number(row, "loss", std::numeric_limits<double>::lowest()),
           .diverged = diverged});
    }
    return runs;
  }

  const std::pair<const std::string, Runs>& runs_of(const LabelledMethod& method) const {
    for (const std::string& name : {method.label, method.method.name}) {
      const auto found = methods_.find(name);
      if (found != methods_.end()) return *found;
    }
    std::vector<std::string> known;
    for (const auto& [name, runs] : methods_) known.push_back(name);
    throw InputError(
        fmt::format("{}: no losses of '{}'; write some (there are those of {}), or "
                    "leave it out with --methods",
                    path_, method.label, fmt::join(known, ", ")));
  }

  static void check(const std::string& name, const char* setting, bool has_it,
                    const std::optional<Origin>& with, const std::optional<Origin>& without) {
    if (has_it && without) {
      fail_at(*without, fmt::format("{} without a {}; write one", name, setting));
    }
    if (!has_it && with) {
      fail_at(*with, fmt::format("{} has no {}; leave it empty", name, setting));
    }
  }

  std::string path_;
  std::map<std::string, Runs> methods_;
};

}  // namespace

std::unique_ptr<LossSource> open_loss_file(const std::string& path) {
  return std::make_unique<LossFile>(path);
}

bool holds_losses(const std::string& path) {
  try {
    load_csv(path, columns);
    return true;
  } catch (const InputError&) {
    return false;
  }
}

std::string loss_file_text(const std::vector<RecordedCurve>& curves) {
  std::string text = fmt::format("{},diverged,doubt\n", fmt::join(columns, ","));
  for (const RecordedCurve& each : curves) {
    const std::string key =
        fmt::format("{},{},{},{},{}", csv_field(each.method),
                    each.sync_interval ? fmt::format("{}", *each.sync_interval) : "",
                    each.mix_probability ? fmt::format("{}", *each.mix_probability) : "",
                    each.workers, each.curve.seed);
    const std::vector<double>& steps = each.curve.steps;
    const std::size_t rows = steps.size() + (each.curve.diverged ? 1 : 0);
    for (std::size_t at = 0; at < rows; ++at) {
      const std::string doubt =
          at == 0 ? csv_field(fmt::format("{}", fmt::join(each.doubts, "; "))) : "";
      if (at < steps.size()) {
        text += fmt::format("{},{},{:.7g},,{}\n", key, steps[at], each.curve.losses[at], doubt);
      } else {
        text += fmt::format("{},{},,1,{}\n", key, steps.empty() ? 1 : steps.back() + 1, doubt);
      }
    }
  }
  return text;
}

}  // namespace palsim
