#include "real/cpu/cpu_device.hpp"
