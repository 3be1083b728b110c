// The log of a training run, as CSV: a row for each step of each method. Losses are means over the
// workers (none where all of them mixed), times are means over the workers since the method began.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "real/training/training.hpp"

namespace palsim {

class TrainingLog {
 public:
  // Begins a new log; with `begins`, the first step of each method, goes on with the one that is
  // there: of these methods it keeps the rows of earlier steps, of others all. Throws InputError if
  // the file cannot be written, or holds something else.
  TrainingLog(const std::string& path, const std::map<std::string, Step>& begins);

  void append(const std::string& label, std::span<const StepSummary> steps);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace palsim
