// In which order an all-reduce adds up the workers' numbers, for whoever sees all of them at once:
// the same additions give the same bits as the messages. Each worker then ends with the sum.
#pragma once

#include <vector>

#include "sim/core/rank.hpp"

namespace palsim {

struct Schedule;

// The source's number, or sum so far, is added to the target's.
struct Addition {
  Rank target = 0;
  Rank source = 0;
};

struct SumOrder {
  Rank workers = 1;
  // By chunk: chunk c of n numbers is those from c n / chunks to (c + 1) n / chunks. The last
  // addition completes the sum, at its target.
  std::vector<std::vector<Addition>> chunks = {};
};

// Throws InternalError if the schedule does not leave every sum at every rank, or copies what is
// not one.
SumOrder sum_order(const Schedule& schedule);

}  // namespace palsim
