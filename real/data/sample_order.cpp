#include "real/data/sample_order.hpp"

#include <limits>
#include <numeric>
#include <utility>

#include "sim/core/error.hpp"

namespace palsim {

SampleOrder::SampleOrder(Seed seed, std::int64_t samples, std::int64_t rank, std::int64_t workers)
    : seed_(seed), rank_(rank), workers_(workers) {
  require(rank >= 0 && rank < workers, "worker {} of {}", rank, workers);
  require<InputError>(samples >= workers,
                      "{} samples for {} workers, write at least as many samples as workers",
                      samples, workers);
  const std::int64_t own = samples / workers;
  require<InputError>(own <= std::numeric_limits<std::uint32_t>::max(),
                      "{} samples for a worker, write at most {}", own,
                      std::numeric_limits<std::uint32_t>::max());
  shuffled_.resize(static_cast<std::size_t>(own));
}

std::int64_t SampleOrder::sample_at(std::int64_t n) {
  const std::int64_t epoch = n / samples_per_epoch();
  if (epoch != epoch_) shuffle(epoch);
  return rank_ + workers_ * shuffled_[static_cast<std::size_t>(n % samples_per_epoch())];
}

// Fisher and Yates, from the shard's own order each time: no epoch depends on the one before.
void SampleOrder::shuffle(std::int64_t epoch) {
  std::iota(shuffled_.begin(), shuffled_.end(), std::uint32_t{0});
  RandomStream random(seed_, Purpose::order,
                      static_cast<std::uint64_t>(epoch) << 32 | static_cast<std::uint64_t>(rank_));
  for (std::size_t left = shuffled_.size(); left > 1; --left) {
    const auto taken = static_cast<std::size_t>(random.uniform() * static_cast<double>(left));
    std::swap(shuffled_[left - 1], shuffled_[taken]);
  }
  epoch_ = epoch;
}

}  // namespace palsim
