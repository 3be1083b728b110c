#include "real/cpu/cross_entropy.hpp"

#include <cmath>

#include "real/cpu/eigen_maps.hpp"

namespace palsim::cpu {

template <class T>
LossSum cross_entropy(std::int64_t rows, std::int64_t classes, T* logits,
                      const std::int32_t* targets, double scale) {
  LossSum sum;
  for (std::int64_t row = 0; row < rows; ++row) {
    ArrayMap<T> logit(logits + row * classes, classes);
    const std::int32_t target = targets[row];
    Eigen::Index best = 0;
    const T largest = logit.maxCoeff(&best);
    const T of_target = logit[target];
    // Shifted by the largest, no exponential overflows and one of them is 1.
    logit = (logit - largest).exp();
    const T exponentials = logit.sum();
    sum.loss += std::log(static_cast<double>(exponentials)) +
                (static_cast<double>(largest) - static_cast<double>(of_target));
    sum.correct += best == target ? 1 : 0;
    logit *= static_cast<T>(scale / static_cast<double>(exponentials));
    logit[target] -= static_cast<T>(scale);
  }
  return sum;
}

template LossSum cross_entropy(std::int64_t, std::int64_t, float*, const std::int32_t*, double);
template LossSum cross_entropy(std::int64_t, std::int64_t, double*, const std::int32_t*, double);

}  // namespace palsim::cpu
