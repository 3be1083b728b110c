// Answers to inverse questions as people and programs read them.
#pragma once

#include <string>
#include <vector>

#include "experiments/command/text_report.hpp"
#include "experiments/inverse/inverse_answer.hpp"

namespace palsim {

struct InverseQuestion {
  std::string text;  // "utilization of at least 95 %"
  std::string experiment;
  double tolerance = 0.01;
};

// An aligned table, what there is to remark, and for each answer found the command that asks the
// forward question.
TextReport utilization_table(const InverseQuestion& question,
                             const std::vector<InverseAnswer>& answers);
TextReport break_even_table(const InverseQuestion& question,
                            const std::vector<InverseAnswer>& answers);

// {question, tolerance, answers: [...]}.
std::string utilization_json(const InverseQuestion& question,
                             const std::vector<InverseAnswer>& answers);
std::string break_even_json(const InverseQuestion& question,
                            const std::vector<InverseAnswer>& answers);

}  // namespace palsim
