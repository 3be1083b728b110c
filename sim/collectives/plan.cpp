#include "sim/collectives/plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/core/error.hpp"

namespace palsim {

namespace {

std::int64_t cycle_of(const Channel& channel, const Stage& stage) {
  return stage.cycle == 0 ? static_cast<std::int64_t>(channel.chunks.size()) : stage.cycle;
}

}  // namespace

std::vector<std::int64_t> chunk_range(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> chunks(static_cast<std::size_t>(count));
  std::iota(chunks.begin(), chunks.end(), first);
  return chunks;
}

std::int64_t moved_chunk(const Channel& channel, const Stage& stage, const Send& send,
                         std::int64_t repetition, std::int64_t at) {
  const std::int64_t cycle = cycle_of(channel, stage);
  const std::int64_t place = send.first_chunk % cycle;
  const std::int64_t shifted = place + stage.chunk_shift * (repetition - send.lag) + at;
  const std::int64_t wrapped = (shifted % cycle + cycle) % cycle;
  return channel.chunks[static_cast<std::size_t>(send.first_chunk - place + wrapped)];
}

std::int64_t repetitions(const Stage& stage) {
  std::int64_t most_lag = 0;
  for (const Send& send : stage.sends) most_lag = std::max(most_lag, send.lag);
  return stage.sends.empty() ? 0 : stage.repeat + most_lag;
}

std::int64_t steps(const Plan& plan) {
  std::int64_t most = 0;
  for (const Channel& channel : plan.channels) {
    std::int64_t sum = 0;
    for (const Stage& stage : channel.stages) sum += repetitions(stage);
    most = std::max(most, sum);
  }
  return most;
}

std::int64_t messages(const Plan& plan) {
  std::int64_t sum = 0;
  for (const Channel& channel : plan.channels) {
    for (const Stage& stage : channel.stages) {
      sum += stage.repeat * static_cast<std::int64_t>(stage.sends.size());
    }
  }
  return sum;
}

Bytes bytes_sent(const Plan& plan, Bytes buffer) {
  std::int64_t chunks = 0;
  for (const Channel& channel : plan.channels) {
    for (const Stage& stage : channel.stages) {
      for (const Send& send : stage.sends) chunks += stage.repeat * send.chunks;
    }
  }
  // Whole buffers first, so that the usual closed forms come out without rounding.
  const double rest = static_cast<double>(buffer.count()) *
                      static_cast<double>(chunks % plan.chunks) / static_cast<double>(plan.chunks);
  return buffer * (chunks / plan.chunks) + Bytes(std::llround(rest));
}

void check(const Plan& plan) {
  require(plan.ranks >= 1, "a plan for {} ranks", plan.ranks);
  require(plan.chunks >= 1, "a plan of {} chunks", plan.chunks);
  const auto has = [&](Rank rank) { return rank >= 0 && rank < plan.ranks; };
  std::vector<char> moved(static_cast<std::size_t>(plan.chunks));
  for (const Channel& channel : plan.channels) {
    for (const std::int64_t chunk : channel.chunks) {
      require(chunk >= 0 && chunk < plan.chunks, "chunk {} of {}", chunk, plan.chunks);
      char& is_moved = moved[static_cast<std::size_t>(chunk)];
      require(!is_moved, "chunk {} twice", chunk);
      is_moved = 1;
    }
    const auto chunks = static_cast<std::int64_t>(channel.chunks.size());
    for (const Stage& stage : channel.stages) {
      require(stage.repeat >= 1, "a stage repeated {} times", stage.repeat);
      const std::int64_t cycle = cycle_of(channel, stage);
      require(cycle >= 1 && chunks % cycle == 0, "cycles of {} in a channel of {} chunks",
              stage.cycle, chunks);
      for (const Send& send : stage.sends) {
        require(has(send.source) && has(send.target) && send.source != send.target,
                "a send from rank {} to rank {} of {}", send.source, send.target, plan.ranks);
        require(send.first_chunk >= 0 && send.first_chunk < chunks,
                "a send from chunk {} on in a channel of {}", send.first_chunk, chunks);
        require(send.chunks >= 1 && send.chunks <= cycle, "a send of {} chunks in a cycle of {}",
                send.chunks, cycle);
        require(send.lag >= 0, "a lag of {} repetitions", send.lag);
      }
    }
  }
}

}  // namespace palsim
