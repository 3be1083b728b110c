#include "real/comm/sum_order.hpp"

#include <algorithm>
#include <cstdint>

#include "real/comm/schedule.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// Executes the receives one after the other, each when all that it waits for are done.
class Execution {
 public:
  explicit Execution(const Schedule& schedule)
      : order_{static_cast<Rank>(schedule.ranks.size()), {}}, done_(schedule.ranks.size()) {
    order_.chunks.resize(static_cast<std::size_t>(schedule.chunks));
    has_sum_.resize(schedule.ranks.size() * order_.chunks.size(), order_.workers == 1);
    std::vector<std::vector<const Receive*>> receives(schedule.ranks.size());
    std::size_t left = 0;
    for (std::size_t rank = 0; rank < receives.size(); ++rank) {
      for (const ScheduledStep& step : schedule.ranks[rank].steps) {
        for (const Receive& receive : step.receives) receives[rank].push_back(&receive);
      }
      left += receives[rank].size();
    }
    while (left > 0) {
      const std::size_t before = left;
      for (std::size_t rank = 0; rank < receives.size(); ++rank) {
        std::int64_t& done = done_[rank];
        while (done < static_cast<std::int64_t>(receives[rank].size()) &&
               is_ready(*receives[rank][static_cast<std::size_t>(done)])) {
          execute(static_cast<Rank>(rank), *receives[rank][static_cast<std::size_t>(done)]);
          ++done;
          --left;
        }
      }
      require(left < before, "{} receives of a schedule wait for each other", left);
    }
  }

  SumOrder order() {
    const bool is_complete =
        std::all_of(has_sum_.begin(), has_sum_.end(), [](char has_sum) { return has_sum != 0; });
    require(is_complete, "an all-reduce leaves a rank without a sum");
    for (const std::vector<Addition>& additions : order_.chunks) {
      require(static_cast<Rank>(additions.size()) == order_.workers - 1, "{} additions of {} ranks",
              additions.size(), order_.workers);
    }
    return std::move(order_);
  }

 private:
  bool is_ready(const Receive& receive) const {
    return std::all_of(receive.preconditions.begin(), receive.preconditions.end(),
                       [&](const Precondition& precondition) {
                         return done_[static_cast<std::size_t>(precondition.rank)] >=
                                precondition.receives;
                       });
  }

  void execute(Rank target, const Receive& receive) {
    for (const ChunkRun& run : receive.runs) {
      for (std::int64_t chunk = run.first; chunk < run.first + run.count; ++chunk) {
        if (receive.combine == Combine::reduce) {
          order_.chunks[static_cast<std::size_t>(chunk)].push_back({target, receive.source});
          has_sum(target, chunk) = receive.sum == Sum::complete;
        } else {
          require(has_sum(receive.source, chunk) != 0, "chunk {} is copied before it is summed up",
                  chunk);
          has_sum(target, chunk) = 1;
        }
      }
    }
  }

  char& has_sum(Rank rank, std::int64_t chunk) {
    return has_sum_[static_cast<std::size_t>(rank) * order_.chunks.size() +
                    static_cast<std::size_t>(chunk)];
  }

  SumOrder order_;
  std::vector<std::int64_t> done_;  // receives, by rank
  std::vector<char> has_sum_;       // by rank and chunk
};

}  // namespace

SumOrder sum_order(const Schedule& schedule) { return Execution(schedule).order(); }

}  // namespace palsim
