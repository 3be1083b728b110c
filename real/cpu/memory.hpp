// Memory on the host, aligned for any vector.
#pragma once

#include <cstddef>

namespace palsim::cpu {

// Not initialized. Throws InputError where the machine has not that much left: memory is only taken
// when it is first written, so an allocation as such hardly ever fails.
void* allocate(std::size_t bytes);
void release(void* memory) noexcept;

}  // namespace palsim::cpu
