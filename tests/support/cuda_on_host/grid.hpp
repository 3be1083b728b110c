// How a kernel's grid runs on the calling thread, and where its threads meet.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "vector_types.h"

namespace cuda_on_host {

constexpr unsigned warp_lanes = 32;

struct Grid {
  const void* kernel;  // for messages
  dim3 blocks;
  dim3 threads;
};

// One call of the kernel, with its arguments.
using KernelCall = std::function<void()>;

// Throws InternalError, naming the kernel, if its threads wait for each other forever. What a
// kernel throws comes out of here.
void run_grid(const Grid& grid, const KernelCall& kernel);

// From here on called by the threads of a running block.

void meet_block();

enum class WarpMeeting { none, synchronize, shuffle, vote };

// What each lane brought, when all have come.
using LaneValues = std::array<std::uint64_t, warp_lanes>;
const LaneValues& meet_warp(WarpMeeting meeting, unsigned mask, std::uint64_t value);

unsigned lane();

}  // namespace cuda_on_host

// The built-in variables.
extern constinit thread_local uint3 threadIdx;
extern constinit thread_local uint3 blockIdx;
extern constinit thread_local dim3 blockDim;
extern constinit thread_local dim3 gridDim;
