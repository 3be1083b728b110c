// What the kernels of attention know of their shape: which keys a query sees, and which part of
// which head a block works on.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <type_traits>

#include "real/cuda/launch.cuh"
#include "real/cuda/layers/attention.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda::attention {

constexpr int tile_tokens = 64;

// Four numbers at a time where every vector begins and every row goes on at a multiple of 16 bytes.
enum class Access { one, four };

struct Problem {
  int tokens;
  int heads;
  int head_width;
  // A query sees keys from `first_ahead` tokens ahead of it to before `end_ahead`.
  int first_ahead;
  int end_ahead;
  std::int64_t input_stride;
  std::int64_t output_stride;
  float scale;
  float scale_to_bits;  // exp(scale x) = exp2(scale_to_bits x)
  Access access;
};

// Tokens are counted by int: nobody waits for 2^30 of them.
inline Problem problem_of(const AttentionShape& shape, Access access) {
  constexpr double bits_in_e = 1.4426950408889634;
  Problem problem{};
  problem.tokens = static_cast<int>(shape.tokens);
  problem.heads = static_cast<int>(shape.heads);
  problem.head_width = static_cast<int>(shape.width / shape.heads);
  const bool windowed = shape.window > 0 && shape.window < shape.tokens;
  problem.first_ahead = static_cast<int>(1 - (windowed ? shape.window : shape.tokens));
  problem.end_ahead = shape.causal ? 1 : problem.tokens;
  problem.input_stride = shape.input_stride;
  problem.output_stride = shape.width;
  problem.scale = static_cast<float>(shape.scale);
  problem.scale_to_bits = static_cast<float>(shape.scale * bits_in_e);
  problem.access = access;
  return problem;
}

// How many blocks there are where each has a tile of one head of one sample. None if any extent is
// zero.
inline std::int64_t tiles_of_all_heads(const AttentionShape& shape) {
  return shape.width == 0 ? 0 : ceil_div(shape.tokens, tile_tokens) * shape.samples * shape.heads;
}

template <class... Pointers>
Access access_of(const AttentionShape& shape, const Pointers*... pointers) {
  const std::uintptr_t addresses = (reinterpret_cast<std::uintptr_t>(pointers) | ...);
  const std::int64_t rows = shape.input_stride | (shape.width / shape.heads);
  return addresses % sizeof(float4) == 0 && rows % 4 == 0 ? Access::four : Access::one;
}

// Calls `run` with the width that heads of this one are padded to, as a constant.
template <class Run>
void with_padded_width(const AttentionShape& shape, Run&& run) {
  const std::int64_t width = shape.width / shape.heads;
  if (width <= 16) {
    run(std::integral_constant<int, 16>());
  } else if (width <= 32) {
    run(std::integral_constant<int, 32>());
  } else if (width <= 64) {
    run(std::integral_constant<int, 64>());
  } else {
    attention_saved(shape);  // throws beyond 128
    run(std::integral_constant<int, 128>());
  }
}

struct Tokens {
  int begin;
  int end;
};

__device__ inline bool sees(const Problem& problem, int ahead) {
  return ahead >= problem.first_ahead && ahead < problem.end_ahead;
}

// Keys that any query of a tile sees; the others' tiles are passed over.
__device__ inline Tokens keys_seen_by_tile(const Problem& problem, int first_query) {
  const int last_query = min(first_query + tile_tokens, problem.tokens) - 1;
  return {max(0, first_query + problem.first_ahead),
          min(problem.tokens, last_query + problem.end_ahead)};
}
// Queries that see any key of a tile.
__device__ inline Tokens queries_seeing_tile(const Problem& problem, int first_key) {
  const int last_key = min(first_key + tile_tokens, problem.tokens) - 1;
  return {max(0, first_key - problem.end_ahead + 1),
          min(problem.tokens, last_key - problem.first_ahead + 1)};
}
// Whether every query of a tile sees every key of another, and these are all there.
__device__ inline bool all_see_all(const Problem& problem, int first_query, int first_key) {
  const int ahead = first_key - first_query;
  return first_key + tile_tokens <= problem.tokens && sees(problem, ahead - (tile_tokens - 1)) &&
         sees(problem, ahead + (tile_tokens - 1));
}

// One head of one sample, and a tile of it. Blocks that begin early have the early tiles: where the
// mask is causal, tiles of keys have the most work there, tiles of queries the least.
struct Place {
  int tile;
  std::int64_t input;   // where the head's slice begins in queries, keys and values
  std::int64_t output;  // in y
  std::int64_t row;     // in numbers of which each query has one
};

enum class Begin { early_tiles, late_tiles };

__device__ inline Place place_of_block(const Problem& problem, Begin begin) {
  const int tiles = (problem.tokens + tile_tokens - 1) / tile_tokens;
  const unsigned all_heads = gridDim.x / tiles;
  const int turn = static_cast<int>(blockIdx.x / all_heads);
  const std::int64_t at = blockIdx.x % all_heads;
  const std::int64_t first_row = at / problem.heads * problem.tokens;
  const std::int64_t slice = at % problem.heads * problem.head_width;
  return {begin == Begin::early_tiles ? turn : tiles - 1 - turn,
          first_row * problem.input_stride + slice, first_row * problem.output_stride + slice,
          at * problem.tokens};
}

}  // namespace palsim::cuda::attention
