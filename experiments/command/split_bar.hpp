// A bar for where a run's time goes, of characters that survive wherever text does.
#pragma once

#include <string>

#include "experiments/command/text_style.hpp"

namespace palsim {

struct TimeSplit {
  double compute_s = 0;
  double mix_s = 0;
  double communication_s = 0;
  double waiting_s = 0;

  double total_s() const { return compute_s + mix_s + communication_s + waiting_s; }
};

// As long, of `columns`, as its total is of the longest. Each part is within one character of its
// share; where the parts end is rounded, so that bars of equal times are equal.
std::string split_bar(const TimeSplit& split, double longest_s, std::size_t columns,
                      const TextStyle& style);

// What the characters mean.
std::string split_legend(const TextStyle& style);

}  // namespace palsim
