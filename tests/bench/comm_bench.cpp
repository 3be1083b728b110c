// The exchange between threads of one process.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "real/comm/thread_group.hpp"
#include "sim/collectives/halving_doubling_all_reduce.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "tests/bench/figures.hpp"

namespace palsim {
namespace {

using Work = std::function<void(Group&, std::vector<float>&)>;

// Seconds that all workers together take for it, the least of five times, each with `count` numbers
// of its own.
double team_seconds(const Plan& plan, std::size_t count, const Work& work) {
  const int repeats = count < 100'000 ? 500 : 5;
  const auto groups = thread_groups(plan);
  double best_s = 1e9;
  std::vector<std::thread> threads;
  for (const std::unique_ptr<Group>& own : groups) {
    threads.emplace_back([&, group = own.get()] {
      std::vector<float> values(count, 1.0F);
      for (int run = 0; run < 5; ++run) {
        group->meet();
        const auto start = std::chrono::steady_clock::now();
        for (int repeat = 0; repeat < repeats; ++repeat) work(*group, values);
        group->meet();
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (group->rank() == 0) best_s = std::min(best_s, taken.count() / repeats);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return best_s;
}

double all_reduce_seconds(const Plan& plan, std::size_t count, WireType wire) {
  return team_seconds(plan, count, [&](Group& group, std::vector<float>& values) {
    group.all_reduce_mean(values, wire);
  });
}

double copy_seconds(Rank workers, std::size_t count) {
  std::vector<std::vector<float>> copies(static_cast<std::size_t>(workers),
                                         std::vector<float>(count));
  return team_seconds(ring_all_reduce(workers), count,
                      [&](Group& group, std::vector<float>& values) {
                        std::copy(values.begin(), values.end(),
                                  copies[static_cast<std::size_t>(group.rank())].begin());
                      });
}

}  // namespace

void comm_figures() {
  fmt::print("\n{:58} {:>12}\n", "workers that are threads", "microseconds");
  fmt::print("{:58} {:>12}{:>12}{:>12}\n", "", "ring", "halving", "tree");
  for (const Rank workers : {2, 4, 8}) {
    const double meet_s = team_seconds(ring_all_reduce(workers), 0,
                                       [](Group& group, std::vector<float>&) { group.meet(); });
    fmt::print("{:58} {:>12.2f}\n", fmt::format("{} workers meet", workers), 1e6 * meet_s);
    for (const std::size_t count : {1, 1 << 8, 1 << 14, 1 << 20, 1 << 22}) {
      fmt::print("{:58}", fmt::format("  all-reduce of {} bytes", 4 * count));
      for (const Plan& plan : {ring_all_reduce(workers), halving_doubling_all_reduce(workers),
                               tree_all_reduce(workers, 4)}) {
        fmt::print(" {:>11.2f}", 1e6 * all_reduce_seconds(plan, count, WireType::fp32));
      }
      fmt::print("\n");
    }
  }

  constexpr std::size_t count = 16 << 20;
  const double copy_s = copy_seconds(2, count);
  const double reduce_s = all_reduce_seconds(ring_all_reduce(2), count, WireType::fp32);
  // Of S bytes at each, a copy at both reads and writes 4 S in all. The all-reduce reads 2 S and
  // writes S to add, reads S and writes S to copy.
  fmt::print("\n");
  print_figure("2 workers copy 64 MiB each", "", copy_s);
  print_figure("all-reduce of 64 MiB over 2 workers", "1.5 times the traffic it needs", reduce_s);
  fmt::print("  {:.2f} times the traffic it needs, at the copy's rate of {:.1f} GB/s\n",
             reduce_s / (copy_s * 5 / 4), 4.0 * 4 * count / copy_s / 1e9);
  print_figure("  in bf16", "", all_reduce_seconds(ring_all_reduce(2), count, WireType::bf16));
}

}  // namespace palsim
