// All workers' vectors summed up by one.
#pragma once

#include <vector>

#include "real/comm/sum_arithmetic.hpp"
#include "real/comm/sum_order.hpp"

namespace palsim {

template <WireType wire>
float mean_of_numbers(const std::vector<Addition>& additions, std::vector<float> numbers) {
  float sum = numbers.front();
  for (const Addition& addition : additions) {
    float& target = numbers[static_cast<std::size_t>(addition.target)];
    target = sum_of<wire>(target, numbers[static_cast<std::size_t>(addition.source)]);
    sum = target;
  }
  return mean_of<wire>(sum, 1 / static_cast<float>(numbers.size()));
}

// A worker alone sends nothing, so nothing is rounded.
inline std::vector<float> mean_in_order(const SumOrder& order,
                                        const std::vector<std::vector<float>>& vectors,
                                        WireType wire) {
  std::vector<float> mean = vectors.front();
  if (vectors.size() == 1) return mean;
  const std::size_t chunks = order.chunks.size();
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    for (std::size_t at = chunk * mean.size() / chunks; at < (chunk + 1) * mean.size() / chunks;
         ++at) {
      std::vector<float> numbers;
      for (const std::vector<float>& vector : vectors) numbers.push_back(vector[at]);
      mean[at] = wire == WireType::bf16
                     ? mean_of_numbers<WireType::bf16>(order.chunks[chunk], numbers)
                     : mean_of_numbers<WireType::fp32>(order.chunks[chunk], numbers);
    }
  }
  return mean;
}

}  // namespace palsim
