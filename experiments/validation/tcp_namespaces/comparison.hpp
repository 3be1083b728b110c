// One row of the validation: a method between so many hosts on such links, as predicted and as it
// was measured.
#pragma once

#include <string>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/core/rank.hpp"

namespace palsim {

struct RunTimes {
  double wall_clock_s = 0;  // of the last worker
  double compute_s = 0;     // the rest: means over the workers
  double communication_s = 0;
  double waiting_s = 0;
  double bytes_sent = 0;  // by one worker
};

struct Comparison {
  std::string link;
  Rank hosts = 2;
  std::string method;
  std::int64_t steps = 1;
  int repeats = 1;
  RunTimes predicted;
  RunTimes measured;  // means over the repeats
  double spread = 0;  // of the wall clock: largest minus smallest, over the mean

  double error() const { return predicted.wall_clock_s / measured.wall_clock_s - 1; }
};

std::string csv_header();
std::string csv_row(const Comparison& comparison);
// Of a file of such rows. Throws InputError where it has none.
std::vector<Comparison> load_comparisons(const std::string& path);

std::string comparison_table(const std::vector<Comparison>& comparisons);

}  // namespace palsim
