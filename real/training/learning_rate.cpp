#include "real/training/learning_rate.hpp"

#include <cmath>
#include <numbers>

namespace palsim {

double LearningRate::rate_at(std::int64_t step) const {
  if (step < warm_up_steps) {
    return base * static_cast<double>(step + 1) / static_cast<double>(warm_up_steps);
  }
  if (decay == Decay::constant) return base;
  if (step >= steps) return minimum;
  const double gone =
      static_cast<double>(step - warm_up_steps) / static_cast<double>(steps - warm_up_steps);
  return minimum + (base - minimum) * 0.5 * (1 + std::cos(std::numbers::pi * gone));
}

}  // namespace palsim
