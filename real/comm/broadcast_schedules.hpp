// A group's broadcasts: along the chain of ranks, in as many pieces as their bytes ask for. Each
// schedule is made once.
#pragma once

#include <map>
#include <utility>

#include "real/comm/schedule.hpp"
#include "sim/collectives/chain_broadcast.hpp"

namespace palsim {

class BroadcastSchedules {
 public:
  const Schedule& of(Rank workers, Bytes bytes, Rank root) {
    const std::int64_t pieces = broadcast_pieces(bytes, 1);
    const auto [at, is_new] = known_.try_emplace({root, pieces});
    if (is_new) at->second = schedule_of(chain_broadcast(workers, pieces, root));
    return at->second;
  }

 private:
  std::map<std::pair<Rank, std::int64_t>, Schedule> known_;  // by root and pieces
};

}  // namespace palsim
