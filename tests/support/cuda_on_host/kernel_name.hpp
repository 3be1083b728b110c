// What a kernel is called, for messages.
#pragma once

#include <string>

namespace cuda_on_host {

// Slow. "a kernel" where it cannot be found out.
std::string kernel_name(const void* kernel);

}  // namespace cuda_on_host
