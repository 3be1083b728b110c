// Threads that each use one worker's group.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "real/comm/thread_group.hpp"
#include "tests/real/comm/plans.hpp"

namespace palsim {

// Does the work once for each group, all at the same time. Throws what the first of them threw, by
// rank, if not Aborted.
inline void together(const std::vector<std::unique_ptr<Group>>& groups,
                     const std::function<void(Group&)>& work) {
  std::vector<std::exception_ptr> faults(groups.size());
  std::vector<std::thread> threads;
  for (std::size_t rank = 0; rank < groups.size(); ++rank) {
    threads.emplace_back([&, rank] {
      try {
        work(*groups[rank]);
      } catch (const Aborted&) {
      } catch (...) {
        faults[rank] = std::current_exception();
        groups[rank]->abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& fault : faults) {
    if (fault) std::rethrow_exception(fault);
  }
}

// What each rank's drawn values become between threads.
inline std::vector<std::vector<float>> all_reduced_by_threads(const Plan& plan, std::size_t count,
                                                              WireType wire) {
  std::vector<std::vector<float>> vectors(static_cast<std::size_t>(plan.ranks));
  together(thread_groups(plan), [&](Group& group) {
    std::vector<float>& values = vectors[static_cast<std::size_t>(group.rank())];
    values = drawn_values(count, group.rank());
    group.all_reduce_mean(values, wire);
  });
  return vectors;
}

}  // namespace palsim
