// What each rank of a plan has to do, one message after the other, and what each of its messages
// has to wait for: a plan in the form in which workers execute it.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/collectives/plan.hpp"

namespace palsim {

// Chunks next to each other in the buffer.
struct ChunkRun {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

// Until a rank has done so many of its receives.
struct Precondition {
  Rank rank = 0;
  std::int64_t receives = 0;
};

// Of a sum: does it now hold every rank's contribution?
enum class Sum { partial, complete };

// A message as its receiver sees it.
struct Receive {
  Rank source = 0;
  std::vector<ChunkRun> runs = {};
  Combine combine = Combine::copy;
  Sum sum = Sum::partial;  // complete only where it is this message that completes it
  // Who reads the source's own buffer and writes its own needs no more than this: the source has
  // what it is to send, and nobody still has to read what is overwritten here.
  std::vector<Precondition> preconditions = {};
};

struct Transmit {
  Rank target = 0;
  std::vector<ChunkRun> runs = {};
};

// In any order: within a step no rank sends a chunk that it also receives. What is added to one
// chunk is added in the order given here.
struct ScheduledStep {
  std::vector<Transmit> transmits = {};
  std::vector<Receive> receives = {};
};

struct RankSchedule {
  std::int64_t receives = 0;
  std::vector<ScheduledStep> steps = {};          // those in which the rank takes part
  std::vector<Precondition> until_all_read = {};  // nobody reads this rank's buffer any longer
};

struct Schedule {
  std::int64_t chunks = 1;
  std::vector<RankSchedule> ranks = {};
  Sum result = Sum::partial;  // complete: every rank ends with every sum
};

// Channels go step by step together. Throws InternalError if a rank sends and receives a chunk in
// one step, gets more contributions to a chunk than there are ranks, or a chunk is summed up
// completely at two ranks: these may round differently.
Schedule schedule_of(const Plan& plan);

}  // namespace palsim
