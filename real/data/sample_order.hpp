// Which samples a worker trains on, one after the other. Worker k of K owns samples k, k + K,
// k + 2 K, ... (as many as every other worker; what is left over is dropped), and goes through them
// in a new order every epoch.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/random.hpp"

namespace palsim {

class SampleOrder {
 public:
  // Throws InputError if there are fewer samples than workers.
  SampleOrder(Seed seed, std::int64_t samples, std::int64_t rank, std::int64_t workers);

  std::int64_t samples_per_epoch() const { return static_cast<std::int64_t>(shuffled_.size()); }
  // The worker's n-th sample, from 0, over all epochs: a function of what the order was made from
  // and n. Shuffles anew where n lies in another epoch than the last that was asked for.
  std::int64_t sample_at(std::int64_t n);

 private:
  void shuffle(std::int64_t epoch);

  Seed seed_;
  std::int64_t rank_;
  std::int64_t workers_;
  std::int64_t epoch_ = -1;
  std::vector<std::uint32_t> shuffled_;  // the shard's samples, by their place in it
};

}  // namespace palsim
