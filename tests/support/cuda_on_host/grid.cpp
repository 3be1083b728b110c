#include "grid.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <random>
#include <vector>

#include "block.hpp"
#include "cuda_on_host.hpp"
#include "sim/core/error.hpp"

constinit thread_local uint3 threadIdx{};
constinit thread_local uint3 blockIdx{};
constinit thread_local dim3 blockDim;
constinit thread_local dim3 gridDim;

namespace cuda_on_host {
namespace {

struct ChosenOrder {
  Order order = Order::ascending;
  std::uint32_t seed = 0;
};
std::atomic<ChosenOrder> chosen_order{ChosenOrder{}};

Block& block() {
  thread_local Block of_this_thread;
  return of_this_thread;
}

// Rearranges what begins as 0, 1, ...; `draws` goes on from call to call.
void arrange(Order order, std::mt19937& draws, std::vector<unsigned>& indices) {
  if (order == Order::descending) std::reverse(indices.begin(), indices.end());
  if (order == Order::shuffled) std::shuffle(indices.begin(), indices.end(), draws);
}

std::vector<unsigned> ascending(const dim3& size) {
  std::vector<unsigned> indices(std::size_t{size.x} * size.y * size.z);
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

}  // namespace

void set_order(Order order, std::uint32_t seed) { chosen_order = ChosenOrder{order, seed}; }

void run_grid(const Grid& grid, const KernelCall& kernel) {
  palsim::require<palsim::InternalError>(!block().running(), "a kernel launches a kernel");
  const ChosenOrder chosen = chosen_order;
  std::mt19937 draws(chosen.seed);
  std::vector<unsigned> blocks = ascending(grid.blocks);
  std::vector<unsigned> threads = ascending(grid.threads);
  arrange(chosen.order, draws, blocks);
  arrange(chosen.order, draws, threads);
  gridDim = grid.blocks;
  blockDim = grid.threads;
  for (const unsigned index : blocks) {
    blockIdx = {index % gridDim.x, index / gridDim.x % gridDim.y, index / gridDim.x / gridDim.y};
    if (chosen.order == Order::shuffled) arrange(chosen.order, draws, threads);
    block().run(grid, kernel, threads);
  }
}

void meet_block() { block().meet_block(); }
const LaneValues& meet_warp(WarpMeeting meeting, unsigned mask, std::uint64_t value) {
  return block().meet_warp(meeting, mask, value);
}
unsigned lane() { return block().lane(); }

}  // namespace cuda_on_host
