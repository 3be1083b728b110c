// What kernels should give: the CPU's, in double.
#pragma once

#include <memory>
#include <vector>

#include "real/cpu/cpu_device.hpp"
#include "real/device/device.hpp"

namespace palsim::cuda {

inline Device<double>& truth() {
  static const std::unique_ptr<Device<double>> device = cpu_device<double>();
  return *device;
}

inline std::vector<double> in_double(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

// Of fp32 kernels, norm-wise.
constexpr double tolerance = 1e-5;

}  // namespace palsim::cuda
