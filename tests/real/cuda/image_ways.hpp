// The ways that images' layers take on the device at hand: our own, and cuDNN's where it is built
// in; and what their tests share.
#pragma once

#include <memory>
#include <vector>

#include "real/cuda/images/image_library.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {

inline std::vector<Context> image_ways() {
  static const std::unique_ptr<ImageLibrary> cudnn = open_cudnn(context().stream);
  std::vector<Context> ways{context()};
  if (cudnn != nullptr) {
    ways.push_back(context());
    ways.back().image_library = cudnn.get();
  }
  return ways;
}

inline std::vector<double> in_double(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

// Between lowest and highest, both included.
inline std::int64_t number_between(Draws& draws, std::int64_t lowest, std::int64_t highest) {
  return lowest + draws() % static_cast<std::uint32_t>(highest - lowest + 1);
}

// Norm-wise, of sums in fp32.
constexpr double rounding = 1e-5;

}  // namespace palsim::cuda
