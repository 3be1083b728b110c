// A worker's device on a CPU: one core. Matrix products are Eigen's, compiled for this machine.
#pragma once

#include <memory>

#include "real/device/device.hpp"

namespace palsim {

// T: float or double.
template <class T>
std::unique_ptr<Device<T>> cpu_device();

}  // namespace palsim
