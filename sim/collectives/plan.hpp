// A collective operation as a plan: who sends which part of the buffer to whom, in what order, and
// whether it is added there or replaces. It knows neither a clock nor a wire nor the buffer's size:
// the simulated network times it, a real transport executes it, tests check it.
//
// A plan is a few channels, each moving its own share of the buffer on its own. A channel is a list
// of stages and a stage repeats its sends, so a ring over 100 000 ranks (2e10 messages) is two
// stages of 100 000 sends. Order is kept rank by rank, as in a loop of send-receives: in each
// channel a rank takes part in the repetitions of the stages one after the other. It enters one
// when all its sends and receives of the one before are done; a message starts when both its ends
// have entered.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/core/rank.hpp"

namespace palsim {

enum class Combine { copy, reduce };

// Happens in the stage's repetitions lag, lag + 1, ..., lag + repeat - 1.
struct Send {
  Rank source = 0;
  Rank target = 0;
  std::int64_t first_chunk = 0;  // as the channel counts, in the first of its repetitions
  std::int64_t chunks = 1;
  std::int64_t lag = 0;
  Combine combine = Combine::copy;
};

// Each repetition moves the chunks `chunk_shift` further. They wrap within cycles of `cycle`, into
// which the channel's chunks are cut (0: all are one cycle), as do the chunks of a single send.
struct Stage {
  std::vector<Send> sends = {};
  std::int64_t repeat = 1;
  std::int64_t chunk_shift = 0;
  std::int64_t cycle = 0;
};

// Moves these chunks of the plan's, which its sends count from 0 in the order given here.
struct Channel {
  std::vector<std::int64_t> chunks = {0};
  std::vector<Stage> stages = {};
};

// Chunk c of a buffer of S bytes is its share [c, c + 1) / chunks. For timing that share is exact,
// with fractions of a byte.
struct Plan {
  std::int64_t ranks = 1;
  std::int64_t chunks = 1;
  std::vector<Channel> channels = {};
};

// first, first + 1, ..., first + count - 1.
std::vector<std::int64_t> chunk_range(std::int64_t first, std::int64_t count);

// The plan's index of the chunk that `send` moves as its `at`-th, from 0, in `repetition` of
// `stage`.
std::int64_t moved_chunk(const Channel& channel, const Stage& stage, const Send& send,
                         std::int64_t repetition, std::int64_t at = 0);

// Repetitions of the stage, lags included.
std::int64_t repetitions(const Stage& stage);

// Steps: the most repetitions that any channel goes through.
std::int64_t steps(const Plan& plan);
std::int64_t messages(const Plan& plan);
// What all ranks together send of a buffer of that size, to the nearest byte.
Bytes bytes_sent(const Plan& plan, Bytes buffer);

// Throws InternalError unless ranks, chunks and repeats are in range, no rank sends to itself and
// no chunk is moved by two channels.
void check(const Plan& plan);

}  // namespace palsim
