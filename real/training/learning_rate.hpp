// The learning rate of each step: a linear rise to the base rate, then constant, or down half a
// cosine (Loshchilov and Hutter, ICLR 2017, without restarts).
#pragma once

#include <cstdint>

namespace palsim {

enum class Decay { constant, cosine };

// With W warm-up steps of T, step s from 0 has
//   base (s + 1) / W                                                       for s < W,
//   base, or minimum + (base - minimum) (1 + cos(pi (s - W) / (T - W))) / 2  for W <= s < T,
// and from T on base, or minimum.
struct LearningRate {
  double base = 0;
  std::int64_t warm_up_steps = 0;
  Decay decay = Decay::constant;
  double minimum = 0;      // of the cosine
  std::int64_t steps = 0;  // T, warm-up included; a constant rate does not ask

  double rate_at(std::int64_t step) const;
};

}  // namespace palsim
