// Inverse questions to the simulator: which number of an experiment makes a utilization, or two
// methods equally fast. Answers are found by bisection between samples that lie factors of 2 or 4
// apart, never beyond them, and are texts that the simulator was given as they stand.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/inverse/curve.hpp"

namespace palsim {

// What all inverse questions are asked about.
struct InverseSetting {
  std::string experiment;
  std::vector<std::string> overrides;
  std::string solve;        // a key; empty: the question's own
  double tolerance = 0.01;  // relative; whole numbers are exact
};

struct FoundValue {
  std::string text;  // as written in a --set
  double value = 0;  // in SI units
};

struct InverseAnswer {
  std::vector<std::string> labels;   // one method, or the two that are compared
  std::vector<std::string> methods;  // their names
  std::string unknown;               // its key; empty if the method has none
  std::string si_unit;
  bool is_whole = true;  // and so exact
  std::optional<FoundValue> found;
  std::string meaning;  // "at least", "at most"; or who is faster below, and from there on
  // Of each label, there; without an answer, at the end of the range where the utilization is
  // larger, or at its upper end.
  std::vector<MethodFigures> outcomes;
  // At the neighbour on the other side of the change; none if there is no change.
  std::optional<std::vector<MethodFigures>> beside;
  bool monotone = true;  // utilization, or the ratio of the two times, as far as sampled
  std::vector<std::string> remarks;
  std::vector<std::string> check;  // what to --set to ask the forward question; empty if not found

  Rank workers() const { return outcomes.front().workers; }
};

// For each method and number of workers: where its utilization is at least `target`. Asks for H
// unless the setting says what for. Throws InputError.
std::vector<InverseAnswer> utilization_answers(const InverseSetting& setting, double target,
                                               const Progress& told);

// For each number of workers, every place found where the order of the two methods changes; asks
// for the bandwidth of the fabric unless the setting says what for. `labels` is "ONE,OTHER". Throws
// InputError.
std::vector<InverseAnswer> break_even_answers(const InverseSetting& setting,
                                              const std::string& labels, const Progress& told);

}  // namespace palsim
