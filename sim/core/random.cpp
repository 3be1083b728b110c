#include "sim/core/random.hpp"

#include <array>
#include <cmath>

#include "sim/core/elementary.hpp"

namespace palsim {
namespace {

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): a bijection that scatters close inputs.
std::uint64_t scatter(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

boost::random::taus88 seeded_engine(Seed seed, Purpose purpose, std::uint64_t rank) {
  const std::uint64_t key =
      scatter(scatter(scatter(seed) ^ static_cast<std::uint64_t>(purpose)) ^ rank);
  const std::uint64_t more = scatter(key);
  const std::array<std::uint32_t, 3> words{static_cast<std::uint32_t>(key),
                                           static_cast<std::uint32_t>(key >> 32),
                                           static_cast<std::uint32_t>(more)};
  const std::uint32_t* first = words.data();
  return boost::random::taus88(first, words.data() + words.size());
}

}  // namespace

RandomStream::RandomStream(Seed seed, Purpose purpose, std::uint64_t rank)
    : engine_(seeded_engine(seed, purpose, rank)) {}

double RandomStream::exponential() { return -natural_log(uniform()); }

MeanOneGamma::MeanOneGamma(double shape)
    : shape_(shape),
      d_((shape < 1 ? shape + 1 : shape) - 1.0 / 3.0),
      c_(1 / std::sqrt(9 * d_)),
      mean_one_(d_ / shape) {}

// Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000), over
// Boost's ziggurat normal; Boost's own gamma_distribution rejects by tan and exp.
double RandomStream::draw(const MeanOneGamma& gamma) {
  const double d = gamma.d_;
  for (;;) {
    const double x = normal_(engine_);
    const double root = 1.0 + gamma.c_ * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = uniform();
    const double x2 = x * x;
    if (u < 1.0 - 0.0331 * x2 * x2 || natural_log(u) < 0.5 * x2 + d * (1.0 - v + natural_log(v))) {
      const double drawn = gamma.mean_one_ * v;
      // Below shape 1: a gamma of shape + 1 times a power of a uniform (section 6 there).
      return gamma.shape_ < 1 ? drawn * natural_exp(natural_log(uniform()) / gamma.shape_) : drawn;
    }
  }
}

}  // namespace palsim
