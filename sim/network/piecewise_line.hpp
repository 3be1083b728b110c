// Lines between knots, fitted to scattered values by least squares; beyond the first and the last
// knot they are level.
#pragma once

#include <vector>

namespace palsim {

struct Knot {
  double at;
  double value;
};
using PiecewiseLine = std::vector<Knot>;  // by ascending `at`

// 0 without knots.
double value_at(const PiecewiseLine& line, double at);

struct Sample {
  double at;
  double value;
};

// The lines of 1, 2, ..., `most_knots` knots, or as many as there are samples. Knots stand at
// samples (ascending; of many, at 32 spread evenly); each line has those of the one before and the
// one more that leaves the least squares (ties: the first).
std::vector<PiecewiseLine> growing_lines(const std::vector<Sample>& samples,
                                         std::size_t most_knots);

}  // namespace palsim
