#include "experiments/train/training_log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "experiments/command/csv_table.hpp"
#include "experiments/command/output_file.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

const std::vector<std::string> columns{
    "method", "step", "loss", "wall_clock_s", "compute_s", "communication_s", "waiting_s"};

std::string kept_rows(const std::string& path, const std::map<std::string, Step>& resumed_at) {
  std::string rows;
  if (resumed_at.empty() || !std::filesystem::exists(path)) return rows;
  const CsvTable known = load_csv(path, columns);
  for (std::size_t row = 0; row < known.rows(); ++row) {
    const auto method = resumed_at.find(known.text(row, "method"));
    if (method == resumed_at.end() || known.integer(row, "step", 0) >= method->second) continue;
    std::vector<std::string> fields;
    for (const std::string& column : columns) fields.push_back(csv_field(known.text(row, column)));
    rows += fmt::format("{}\n", fmt::join(fields, ","));
  }
  return rows;
}

}  // namespace

TrainingLog::TrainingLog(const std::string& path, const std::map<std::string, Step>& resumed_at)
    : path_(path) {
  write_whole_file(path,
                   fmt::format("{}\n{}", fmt::join(columns, ","), kept_rows(path, resumed_at)));
  file_.reset(std::fopen(path.c_str(), "ae"));
  require<InputError>(file_ != nullptr, "{}: cannot be written: {}; write another --log", path,
                      std::strerror(errno));
}

void TrainingLog::append(const std::string& label, std::span<const StepSummary> steps) {
  std::string text;
  for (const StepSummary& step : steps) {
    const TimeAccount& time = step.time;
    text += fmt::format("{},{},{},{:.6f},{:.6f},{:.6f},{:.6f}\n", csv_field(label), step.step,
                        step.loss ? fmt::format("{:.6g}", *step.loss) : "", time.wall_clock_s(),
                        time.compute_s, time.communication_s, time.waiting_s);
  }
  const bool written = std::fputs(text.c_str(), file_.get()) >= 0 && std::fflush(file_.get()) == 0;
  require<InputError>(written, "{}: cannot be written: {}; make room, then resume", path_,
                      std::strerror(errno));
}

}  // namespace palsim
