// Seeded random streams, one per purpose and rank, so that drawing more of one thing never shifts
// another, and simulated and real workers take the same decisions.
#pragma once

#include <boost/random/normal_distribution.hpp>
#include <boost/random/taus88.hpp>
#include <cstdint>

namespace palsim {

using Seed = std::uint64_t;

enum class Purpose : std::uint64_t {
  coin = 1,
  jitter = 2,
  stall = 3,
  parameters = 4,  // how a model begins
  order = 5,       // of a worker's samples
  samples = 6      // generated data
};

// Gamma of mean 1 and the given shape > 0, that is coefficient of variation 1/sqrt(shape).
class MeanOneGamma {
 public:
  explicit MeanOneGamma(double shape);

 private:
  friend class RandomStream;
  double shape_;
  double d_;  // Marsaglia and Tsang's constants, of shape + 1 where the shape is below 1
  double c_;
  double mean_one_;  // d / shape
};

class RandomStream {
 public:
  // Streams of different (seed, purpose, rank) are unrelated.
  RandomStream(Seed seed, Purpose purpose, std::uint64_t rank);

  // True with `probability` in [0, 1), to 2^-32.
  bool flip(double probability) {
    return static_cast<double>(engine_()) < probability * 4294967296.0;
  }
  // Uniform in (0, 1).
  double uniform() { return (static_cast<double>(engine_()) + 0.5) * 0x1p-32; }
  // Mean 0, deviation 1.
  double normal() { return normal_(engine_); }
  // Exponential with mean 1.
  double exponential();
  double draw(const MeanOneGamma& gamma);

 private:
  boost::random::taus88 engine_;  // 12 bytes of state: a stream for each of 100 000 workers fits
  boost::random::normal_distribution<double> normal_;
};

}  // namespace palsim
