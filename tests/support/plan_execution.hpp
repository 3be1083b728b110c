// Executes a plan symbolically: which contributions every rank ends up with, chunk by chunk.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

// How often each rank's contribution is in one chunk at one rank.
using Contributions = std::map<Rank, int>;

// [rank][chunk] of all ranks.
using Buffers = std::vector<std::vector<Contributions>>;

// At first every rank holds its own contribution once, in every chunk.
inline Buffers own_contributions(const Plan& plan) {
  Buffers buffers;
  for (Rank rank = 0; rank < plan.ranks; ++rank) {
    buffers.emplace_back(static_cast<std::size_t>(plan.chunks), Contributions{{rank, 1}});
  }
  return buffers;
}

// Visits every chunk that is moved: visit(send, chunk). Before each repetition of a stage: begin().
template <class Begin, class Visit>
void for_each_chunk_moved(const Plan& plan, Begin begin, Visit visit) {
  for (const Channel& channel : plan.channels) {
    for (const Stage& stage : channel.stages) {
      for (std::int64_t repetition = 0; repetition < repetitions(stage); ++repetition) {
        begin();
        for (const Send& send : stage.sends) {
          if (repetition < send.lag || repetition >= send.lag + stage.repeat) continue;
          for (std::int64_t at = 0; at < send.chunks; ++at) {
            visit(send, moved_chunk(channel, stage, send, repetition, at));
          }
        }
      }
    }
  }
}

// All sends of one repetition of a stage read what was there before it.
inline Buffers execute(const Plan& plan) {
  Buffers buffers = own_contributions(plan);
  Buffers before;
  for_each_chunk_moved(
      plan, [&] { before = buffers; },
      [&](const Send& send, std::int64_t chunk) {
        Contributions& target = buffers[send.target][chunk];
        if (send.combine == Combine::copy) target.clear();
        for (const auto& [rank, times] : before[send.source][chunk]) target[rank] += times;
      });
  return buffers;
}

// Within a repetition no rank sends a chunk that it also receives, nor receives one twice unless it
// adds both: its messages may then go in any order.
inline bool is_free_of_races(const Plan& plan) {
  bool free = true;
  std::set<std::pair<Rank, std::int64_t>> sent;
  std::map<std::pair<Rank, std::int64_t>, Combine> received;
  for_each_chunk_moved(
      plan,
      [&] {
        sent.clear();
        received.clear();
      },
      [&](const Send& send, std::int64_t chunk) {
        sent.insert({send.source, chunk});
        const auto [earlier, is_first] = received.insert({{send.target, chunk}, send.combine});
        const bool both_add = send.combine == Combine::reduce && earlier->second == Combine::reduce;
        free = free && (is_first || both_add) && !received.contains({send.source, chunk}) &&
               !sent.contains({send.target, chunk});
      });
  return free;
}

// By rank, in chunks.
struct Traffic {
  std::vector<std::int64_t> sent;
  std::vector<std::int64_t> received;
};

inline Traffic traffic(const Plan& plan) {
  const auto ranks = static_cast<std::size_t>(plan.ranks);
  Traffic sums{std::vector<std::int64_t>(ranks), std::vector<std::int64_t>(ranks)};
  for (const Channel& channel : plan.channels) {
    for (const Stage& stage : channel.stages) {
      for (const Send& send : stage.sends) {
        sums.sent[send.source] += stage.repeat * send.chunks;
        sums.received[send.target] += stage.repeat * send.chunks;
      }
    }
  }
  return sums;
}

// Every rank of the group ends with every contribution of the group exactly once.
inline bool is_all_reduced(const Buffers& buffers, const Order& group) {
  Contributions all;
  for (const Rank rank : group) all[rank] = 1;
  for (const Rank rank : group) {
    for (const Contributions& chunk : buffers[rank]) {
      if (chunk != all) return false;
    }
  }
  return true;
}

inline bool is_all_reduced(const Buffers& buffers) {
  return is_all_reduced(buffers, rank_order(static_cast<std::int64_t>(buffers.size())));
}

}  // namespace palsim
