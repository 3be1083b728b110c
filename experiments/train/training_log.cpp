#include "experiments/train/training_log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "experiments/command/csv_table.hpp"
#include "experiments/command/output_file.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

const std::vector<std::string> columns{
    "method", "step", "loss", "wall_clock_s", "compute_s", "communication_s", "waiting_s"};

std::string header() { return fmt::format("{}", fmt::join(columns, ",")); }

// Whether the row is of a step that was done before, or of a method that this run is not about.
bool is_kept(std::string_view row, const std::map<std::string, Step>& begins) {
  for (const auto& [label, begin] : begins) {
    const std::string start = csv_field(label) + ",";
    if (!row.starts_with(start)) continue;
    Step step = 0;
    const auto [end, fault] =
        std::from_chars(row.data() + start.size(), row.data() + row.size(), step);
    return fault == std::errc() && step < begin;
  }
  return true;
}

// Line by line: a log may be longer than what is read as a table.
std::string kept_rows(const std::string& path, const std::map<std::string, Step>& begins) {
  std::string rows;
  if (begins.empty() || !std::filesystem::exists(path)) return rows;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  require<InputError>(line == header() || (line.empty() && file.eof()),
                      "{}: not the log of a training run; write another --log", path);
  // What has no line's end was being written when the run was killed.
  while (std::getline(file, line) && !file.eof()) {
    if (is_kept(line, begins)) rows += line + '\n';
  }
  return rows;
}

}  // namespace

TrainingLog::TrainingLog(const std::string& path, const std::map<std::string, Step>& begins)
    : path_(path) {
  write_whole_file(path, fmt::format("{}\n{}", header(), kept_rows(path, begins)));
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
