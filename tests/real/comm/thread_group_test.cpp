#include "real/comm/thread_group.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstring>

#include "sim/core/error.hpp"
#include "tests/real/comm/plans.hpp"
#include "tests/real/comm/team.hpp"

namespace palsim {
namespace {

using Vectors = std::vector<std::vector<float>>;

bool are_same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// What each rank ends with.
Vectors all_reduced(const Plan& plan, std::size_t count, WireType wire) {
  Vectors vectors(static_cast<std::size_t>(plan.ranks));
  together(thread_groups(plan), [&](Group& group) {
    std::vector<float>& values = vectors[static_cast<std::size_t>(group.rank())];
    values = drawn_values(count, group.rank());
    group.all_reduce_mean(values, wire);
  });
  return vectors;
}

void check_means(Rank workers) {
  for (const std::size_t count : tested_sizes) {
    const Means means = means_of_drawn(count, workers);
    for (const NamedPlan& named : all_reduce_plans(workers)) {
      for (const WireType wire : {WireType::fp32, WireType::bf16}) {
        CAPTURE(workers);
        CAPTURE(count);
        CAPTURE(named.name);
        CAPTURE(static_cast<int>(wire));
        const Vectors vectors = all_reduced(named.plan, count, wire);
        CHECK(error_share(vectors.front(), means, workers, wire) <= 1);
        for (const std::vector<float>& values : vectors) CHECK(are_same(values, vectors.front()));
        CHECK(are_same(all_reduced(named.plan, count, wire).front(), vectors.front()));
      }
    }
  }
}

TEST_CASE("Every plan leaves the same bits of the mean at every worker, each time") {
  for (Rank workers = 1; workers <= 9; ++workers) check_means(workers);
}

TEST_CASE("Sixteen workers on fewer cores get the mean") { check_means(16); }

TEST_CASE("A buffer that goes in many parts is reduced as a whole") {
  constexpr std::size_t count = 1'000'003;
  for (const Rank workers : {2, 3}) {
    const Means means = means_of_drawn(count, workers);
    const Vectors vectors = all_reduced(ring_all_reduce(workers), count, WireType::fp32);
    CHECK(error_share(vectors.front(), means, workers, WireType::fp32) <= 1);
    for (const std::vector<float>& values : vectors) CHECK(are_same(values, vectors.front()));
  }
}

TEST_CASE("Collectives of all kinds follow each other on one group") {
  for (const Rank workers : {1, 2, 5, 8}) {
    together(thread_groups(workers), [&](Group& group) {
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
        for (float& value : values) value = static_cast<float>(group.rank() * 2);
        group.all_reduce_mean(values, WireType::fp32);
        for (const float value : values) require(value == count - 1, "{}", value);
        const Signals said = group.meet(1U << ((group.rank() + round) % 32));
        Signals expected = 0;
        for (Rank rank = 0; rank < workers; ++rank) expected |= 1U << ((rank + round) % 32);
        require(said == expected, "heard {:x}", said);
      }
    });
  }
}

TEST_CASE("A long broadcast reaches all workers") {
  together(thread_groups(3), [](Group& group) {
    std::vector<float> values = drawn_values(400'000, group.rank());
    group.broadcast(values, 1);
    require(are_same(values, drawn_values(400'000, 1)), "other values at rank {}", group.rank());
  });
}

TEST_CASE("Sums are in the order of ranks") {
  // 1e16 + 1 - 1e16 is 0 in that order, and 1 in another.
  together(thread_groups(3), [](Group& group) {
    std::vector<double> sums{group.rank() == 0 ? 1e16 : group.rank() == 1 ? 1 : -1e16};
    group.sum(sums);
    require(sums[0] == 0, "{}", sums[0]);
  });
}

TEST_CASE("Nobody leaves a meeting before all have come") {
  std::atomic<int> arrivals = 0;
  together(thread_groups(8), [&](Group& group) {
    for (int round = 1; round <= 200; ++round) {
      ++arrivals;
      group.meet();
      require(arrivals >= 8 * round, "{} arrivals in round {}", arrivals.load(), round);
      group.meet();
    }
  });
}

TEST_CASE("A worker that gives up releases those who wait, and those who come later") {
  for (const Rank workers : {2, 4, 16}) {
    const auto groups = thread_groups(workers);
    std::atomic<int> aborted = 0;
    together(groups, [&](Group& group) {
      const auto other = group.duplicate();
      group.meet();
      if (group.rank() == 0) {
        group.abort();
        return;
      }
      const auto count_aborted = [&](const auto& work) {
        try {
          work();
        } catch (const Aborted&) {
          ++aborted;
        }
      };
      for (int time = 0; time < 2; ++time) {
        count_aborted([&] {
          std::vector<float> values(1000);
          group.all_reduce_mean(values, WireType::fp32);
        });
      }
      count_aborted([&] { group.meet(); });
      count_aborted([&] { other->meet(); });
      count_aborted([&] { group.duplicate()->meet(); });
    });
    CHECK(aborted == 5 * (workers - 1));
  }
}

TEST_CASE("A worker that gives up in mid-exchange leaves nobody reading what is gone") {
  // Address and thread sanitizers see a reader of a freed buffer.
  for (int round = 0; round < 30; ++round) {
    const auto groups = thread_groups(6);
    together(groups, [&](Group& group) {
      for (int exchange = 0;; ++exchange) {
        std::vector<float> values(20'000, 1.0F);
        if (group.rank() == round % 6 && exchange == round % 3) {
          group.abort();
          return;
        }
        group.all_reduce_mean(values, WireType::fp32);
      }
    });
  }
}

TEST_CASE("Two threads of each worker use a group and its duplicate at once") {
  together(thread_groups(4), [](Group& group) {
    const auto other = group.duplicate();
    const auto reduce = [](Group& one, float bias) {
      for (std::size_t count = 0; count < 300; ++count) {
        std::vector<float> values(count, bias + static_cast<float>(one.rank()));
        one.all_reduce_mean(values, WireType::fp32);
        for (const float value : values) require(value == bias + 1.5F, "{}", value);
      }
    };
    std::exception_ptr fault;
    std::thread second([&] {
      try {
        reduce(*other, 8);
      } catch (...) {
        fault = std::current_exception();
        group.abort();
      }
    });
    reduce(group, 16);
    second.join();
    if (fault) std::rethrow_exception(fault);
  });
}

TEST_CASE("Other wire types are refused") {
  const auto groups = thread_groups(1);
  std::vector<float> values(3);
  CHECK_THROWS_AS(groups.front()->all_reduce_mean(values, WireType::int8), InputError);
}

}  // namespace
}  // namespace palsim
