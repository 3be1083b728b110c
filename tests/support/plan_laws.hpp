// The grid of ranks and sizes over which collectives are tested, and what holds on all of it.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>

#include "sim/collectives/plan.hpp"
#include "tests/support/plan_execution.hpp"

namespace palsim {

inline constexpr std::initializer_list<std::int64_t> tested_ranks{
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 32};
inline constexpr std::initializer_list<std::int64_t> tested_bytes{0, 1, 64, 1000, 256 << 20};

// The plan goes through so many steps and sends so many whole buffers in all; a single rank sends
// nothing.
inline void check_cost(const Plan& plan, std::int64_t expected_steps,
                       std::int64_t expected_buffers) {
  check(plan);
  CHECK(is_free_of_races(plan));
  CHECK(steps(plan) == expected_steps);
  for (const std::int64_t bytes : tested_bytes) {
    CAPTURE(bytes);
    CHECK(bytes_sent(plan, Bytes(bytes)) == Bytes(expected_buffers * bytes));
  }
  CHECK(plan.channels.empty() == (plan.ranks == 1));
}

// So every all-reduce that sends no more than it must: 2 (K - 1) S in all, and each rank as much as
// it receives.
inline void check_all_reduce(const Plan& plan, std::int64_t expected_steps) {
  check_cost(plan, expected_steps, 2 * (plan.ranks - 1));
  CHECK(is_all_reduced(execute(plan)));
  const Traffic sums = traffic(plan);
  CHECK(sums.sent == sums.received);
}

}  // namespace palsim
