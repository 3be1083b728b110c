// What a test can choose about the invented machine that runs kernels on the host. It holds for all
// threads, from their next launch or allocation on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cuda_on_host {

// In which order blocks run, and the threads of a block between two barriers.
enum class Order {
  ascending,
  descending,
  shuffled  // by the seed, every block differently
};
void set_order(Order order, std::uint32_t seed = 0);

struct Machine {
  int gpus = 1;
  int compute_capability_major = 9;
  int compute_capability_minor = 0;
  std::size_t memory = std::size_t{16} << 30;  // bytes of each; allocations beyond it fail
};
void set_machine(const Machine& machine);
const Machine& machine();

// What was allocated on the device and not freed.
std::size_t allocated_bytes();
// How often memory of the device was asked for so far.
std::size_t allocations_made();
// Streams and events that were created and not destroyed.
std::size_t living_handles();

}  // namespace cuda_on_host
