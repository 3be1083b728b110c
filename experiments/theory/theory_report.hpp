// What theory says, for people and for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/command/text_report.hpp"
#include "experiments/theory/theory.hpp"
#include "real/measure/gradient_statistics.hpp"

namespace palsim {

// Where constants were measured.
struct ConstantsEstimate {
  std::string experiment;
  Rank workers = 1;
  std::int64_t batch_per_worker = 1;
  double learning_rate = 0;
  Seed seed = 0;
  GradientProbe probe;
  GradientStatistics statistics;
  std::vector<std::string> given;  // options that took an estimate's place
};

struct TheoryResult {
  std::string experiment;
  ProblemConstants problem;
  std::optional<ConstantsEstimate> estimate;
  std::vector<TheoryCell> cells;
  std::vector<std::string> assumptions;
};

TextReport theory_table(const TheoryResult& result);
std::string theory_json(const TheoryResult& result);

}  // namespace palsim
