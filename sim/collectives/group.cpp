#include "sim/collectives/group.hpp"

#include "sim/core/error.hpp"

namespace palsim {

Plan placed_on(Plan plan, const Order& group, std::int64_t ranks) {
  require(static_cast<std::int64_t>(group.size()) == plan.ranks,
          "a plan for {} ranks on a group of {}", plan.ranks, group.size());
  check_distinct(group, ranks);
  plan.ranks = ranks;
  for (Channel& channel : plan.channels) {
    for (Stage& stage : channel.stages) {
      for (Send& send : stage.sends) {
        send.source = group[static_cast<std::size_t>(send.source)];
        send.target = group[static_cast<std::size_t>(send.target)];
      }
    }
  }
  return plan;
}

}  // namespace palsim
