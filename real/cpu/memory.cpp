#include "real/cpu/memory.hpp"

#include <cstdint>
#include <fstream>
#include <limits>
#include <new>
#include <string>

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/unit.hpp"

namespace palsim::cpu {
namespace {

constexpr std::size_t alignment = 64;

// What the machine could still give, by Linux's own estimate; the most there is where it has none.
std::size_t available_bytes() {
  std::ifstream estimate("/proc/meminfo");
  std::string word;
  while (estimate >> word) {
    std::size_t kibibytes = 0;
    if (word == "MemAvailable:" && estimate >> kibibytes) return kibibytes * 1024;
  }
  return std::numeric_limits<std::size_t>::max();
}

}  // namespace

void* allocate(std::size_t bytes) {
  constexpr std::size_t small = 1 << 20;  // not worth asking for
  const std::size_t available = bytes > small ? available_bytes() : bytes;
  void* memory = bytes > available
                     ? nullptr
                     : ::operator new (bytes, std::align_val_t{alignment}, std::nothrow);
  require<InputError>(memory != nullptr,
                      "{} of memory are needed at once, but only {} are left; write fewer samples "
                      "for each worker, more micro-batches, fewer workers, or a smaller model",
                      to_string(Bytes(static_cast<std::int64_t>(bytes))),
                      to_string(Bytes(static_cast<std::int64_t>(available))));
  return memory;
}

void release(void* memory) noexcept { ::operator delete (memory, std::align_val_t{alignment}); }

}  // namespace palsim::cpu
