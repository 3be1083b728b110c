// What holds for a group, whatever its workers are. Each function is called by all workers at the
// same time and throws if one does not find what it should.
#pragma once

#include <cstring>
#include <exception>
#include <thread>
#include <vector>

#include "real/comm/bucket_exchange.hpp"
#include "real/comm/group.hpp"
#include "real/cpu/cpu_device.hpp"
#include "sim/core/error.hpp"
#include "tests/real/comm/plans.hpp"

namespace palsim {

inline bool are_same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

// Collectives of all kinds, one after the other.
inline void check_all_kinds(Group& group) {
  const Rank workers = group.workers();
  const auto count = static_cast<double>(workers);
  for (int round = 0; round < 50; ++round) {
    const Rank root = round % workers;
    std::vector<float> values(static_cast<std::size_t>(3 * round),
                              static_cast<float>(group.rank()));
    group.broadcast(values, root);
    for (const float value : values) require(value == static_cast<float>(root), "{}", value);
    std::vector<double> sums{1, static_cast<double>(group.rank() + round)};
    group.sum(sums);
    require(sums[0] == count, "{} workers", sums[0]);
    require(sums[1] == count * (count - 1) / 2 + count * round, "{}", sums[1]);
    for (float& value : values) value = static_cast<float>(2 * group.rank());
    group.all_reduce_mean(values, WireType::fp32);
    for (const float value : values) {
      require(std::abs(value - (count - 1)) <= 1e-6 * count, "{} of {} workers", value, workers);
    }
    const Signals said = group.meet(1U << ((group.rank() + round) % 32));
    Signals expected = 0;
    for (Rank rank = 0; rank < workers; ++rank) expected |= 1U << ((rank + round) % 32);
    require(said == expected, "heard {:x}", said);
  }
}

inline void check_long_broadcast(Group& group) {
  const Rank root = group.workers() / 2;
  std::vector<float> values = drawn_values(400'000, group.rank());
  group.broadcast(values, root);
  require(are_same(values, drawn_values(400'000, root)), "other values at rank {}", group.rank());
}

// 1e16 + 1 - 1e16 is 0 in that order, and 1 in another.
inline void check_order_of_sums(Group& group) {
  const std::vector<double> summands{1e16, 1, -1e16};
  const auto rank = static_cast<std::size_t>(group.rank());
  std::vector<double> sums{rank < summands.size() ? summands[rank] : 0};
  group.sum(sums);
  if (group.workers() >= 3) require(sums[0] == 0, "{}", sums[0]);
}

// Two threads of each worker exchange at once, one of them on a duplicate.
inline void check_two_threads(Group& group) {
  const auto other = group.duplicate();
  const auto reduce = [](Group& one, float bias) {
    for (std::size_t count = 0; count < 200; ++count) {
      std::vector<float> values(count, bias + static_cast<float>(2 * one.rank()));
      one.all_reduce_mean(values, WireType::fp32);
      const float mean = bias + static_cast<float>(one.workers() - 1);
      for (const float value : values) require(std::abs(value - mean) < 1e-4F, "{}", value);
    }
  };
  std::exception_ptr fault;
  std::thread second([&] {
    try {
      reduce(*other, 1000);
    } catch (...) {
      fault = std::current_exception();
      group.abort();
    }
  });
  reduce(group, 16);
  second.join();
  if (fault) std::rethrow_exception(fault);
}

// Step after step, buckets of one gradient vector, from its end, while the worker meets the others.
inline void check_buckets(Group& group) {
  constexpr std::size_t buckets = 7;
  constexpr std::size_t length = 1000;
  BucketExchange exchange(group, WireType::fp32);
  for (int step = 0; step < 20; ++step) {
    std::vector<float> gradients(buckets * length);
    for (std::size_t bucket = buckets; bucket-- > 0;) {
      const std::span<float> part = std::span(gradients).subspan(bucket * length, length);
      for (float& value : part) {
        value = static_cast<float>(100 * bucket) + static_cast<float>(2 * group.rank() + step);
      }
      exchange.hand_over(part, cpu_device<float>()->milestone());
      group.meet();
    }
    exchange.wait();
    for (std::size_t at = 0; at < gradients.size(); ++at) {
      const float mean =
          static_cast<float>(100 * (at / length)) + static_cast<float>(group.workers() - 1 + step);
      require(std::abs(gradients[at] - mean) < 1e-3F, "{} instead of {}", gradients[at], mean);
    }
  }
}

}  // namespace palsim
