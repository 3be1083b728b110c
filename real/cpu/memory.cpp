#include "real/cpu/memory.hpp"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "real/device/available_memory.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/unit.hpp"

namespace palsim::cpu {
namespace {

constexpr std::size_t alignment = 64;
// A table of 50 000 rows is read across its pages: in pages of 4 kB its matrix products run at two
// thirds of their speed.
constexpr std::size_t huge_page = 2 << 20;

// The system gives pages when they are first written: now, not in a training step.
void touch(std::byte* memory, std::size_t bytes) {
  constexpr std::size_t page = 4096;
  for (std::size_t at = 0; at < bytes; at += page) memory[at] = std::byte{0};
}

}  // namespace

void* allocate(std::size_t bytes) {
  const bool large = bytes >= 2 * huge_page;
  const std::size_t multiple = large ? huge_page : alignment;
  const std::size_t rounded = (bytes / multiple + 1) * multiple;
  const Bytes wanted(static_cast<std::int64_t>(bytes));
  const Bytes available = large ? available_memory() : wanted;
  void* memory = wanted > available ? nullptr : std::aligned_alloc(multiple, rounded);
  require<InputError>(memory != nullptr,
                      "{} of memory are needed at once, but only {} are left; write fewer samples "
                      "for each worker, more micro-batches, fewer workers, or a smaller model",
                      to_string(wanted), to_string(available));
  if (large) {
    madvise(memory, rounded, MADV_HUGEPAGE);  // only a wish
    touch(static_cast<std::byte*>(memory), rounded);
  }
  return memory;
}

void release(void* memory) noexcept { std::free(memory); }

}  // namespace palsim::cpu
