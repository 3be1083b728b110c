// What the all-reduces of threads and of processes are both tested with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/collectives/halving_doubling_all_reduce.hpp"
#include "sim/collectives/hierarchical_all_reduce.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/core/random.hpp"
#include "sim/methods/wire.hpp"

namespace palsim {

struct NamedPlan {
  std::string name;
  Plan plan;
};

inline std::vector<NamedPlan> all_reduce_plans(Rank workers) {
  std::vector<NamedPlan> plans{{"ring", ring_all_reduce(workers)},
                               {"tree of 1 piece", tree_all_reduce(workers, 1)},
                               {"tree of 5 pieces", tree_all_reduce(workers, 5)},
                               {"halving and doubling", halving_doubling_all_reduce(workers)}};
  Order backwards = rank_order(workers);
  for (Rank& rank : backwards) rank = workers - 1 - rank;
  plans.push_back({"two rings", ring_all_reduce({rank_order(workers), backwards})});
  for (Rank nodes = 2; nodes <= workers; ++nodes) {
    if (workers % nodes != 0) continue;
    plans.push_back(
        {std::to_string(nodes) + " nodes", hierarchical_all_reduce(nodes, workers / nodes)});
  }
  return plans;
}

inline const std::vector<std::size_t> tested_sizes{0, 1, 7, 64, 1000, 100'003};

// Numbers in (-1, 1), of the size and the rank.
inline std::vector<float> drawn_values(std::size_t count, Rank rank) {
  RandomStream draws(count, Purpose::samples, static_cast<std::uint64_t>(rank));
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(2 * draws.uniform() - 1);
  return values;
}

// The mean of all workers' drawn values, and of their magnitudes.
struct Means {
  std::vector<double> mean;
  std::vector<double> magnitude;
};

inline Means means_of_drawn(std::size_t count, Rank workers) {
  Means means{std::vector<double>(count), std::vector<double>(count)};
  for (Rank rank = 0; rank < workers; ++rank) {
    const std::vector<float> values = drawn_values(count, rank);
    for (std::size_t at = 0; at < count; ++at) {
      means.mean[at] += values[at] / static_cast<double>(workers);
      means.magnitude[at] += std::abs(values[at]) / static_cast<double>(workers);
    }
  }
  return means;
}

// The worst error in units of the bound: K + 1 roundings, each by half a unit in the last place of
// something no larger than the sum of magnitudes.
inline double error_share(const std::vector<float>& found, const Means& means, Rank workers,
                          WireType wire) {
  const double half_unit = wire == WireType::bf16 ? 0x1p-8 : 0x1p-24;
  double worst = 0;
  for (std::size_t at = 0; at < found.size(); ++at) {
    const double bound = 1.01 * static_cast<double>(workers + 1) * half_unit * means.magnitude[at];
    const double share = std::abs(found[at] - means.mean[at]) / bound;
    if (!std::isfinite(share)) return share;
    worst = std::max(worst, share);
  }
  return worst;
}

}  // namespace palsim
