// The forward pass: a block for each tile of queries, which meets one tile of keys and values after
// another. The largest score so far and the sum of exponentials go along (online softmax). Work:
// two products of 2 x 64 x 64 x width FLOPs for each pair of tiles that the mask leaves; of global
// memory, queries and y once, keys and values once for each tile of queries, mostly from L2.
#include <cfloat>
#include <cmath>

#include "real/cuda/layers/attention.hpp"
#include "real/cuda/layers/attention_tiles.cuh"

namespace palsim::cuda {
namespace attention {
namespace {

// Of a thread's rows. Each lane of a row has its own part of the sum.
struct Softmax {
  float largest[patch_rows];
  float sum[patch_rows];
};

__device__ __forceinline__ void hide_unseen(const Problem& problem, const Thread& thread,
                                            int first_query, int first_key, Patch& scores) {
  if (all_see_all(problem, first_query, first_key)) return;
#pragma unroll
  for (int i = 0; i < patch_rows; ++i) {
#pragma unroll
    for (int j = 0; j < patch_columns; ++j) {
      if (!sees(problem, thread, first_query, first_key, i, j)) scores.at[i][j] = -INFINITY;
    }
  }
}

// Scores become exponentials; what was summed up before shrinks by `shrunk`.
__device__ __forceinline__ void exponentiate(const Problem& problem, Patch& scores,
                                             Softmax& softmax, float (&shrunk)[patch_rows]) {
#pragma unroll
  for (int i = 0; i < patch_rows; ++i) {
    float(&row)[patch_columns] = scores.at[i];
    float largest = fmaxf(fmaxf(row[0], row[1]), fmaxf(row[2], row[3]));
#pragma unroll
    for (int with = 1; with < lanes_of_row; with *= 2) {
      largest = fmaxf(largest, __shfl_xor_sync(all_lanes, largest, with));
    }
    largest = fmaxf(largest, softmax.largest[i]);
    shrunk[i] = exp2f((softmax.largest[i] - largest) * problem.scale_to_bits);
    softmax.largest[i] = largest;
    softmax.sum[i] *= shrunk[i];
#pragma unroll
    for (float& score : row) {
      // Unseen keys add nothing even if the scale is zero.
      score = score == -INFINITY ? 0.0F : exp2f((score - largest) * problem.scale_to_bits);
      softmax.sum[i] += score;
    }
  }
}

__device__ __forceinline__ void scale_rows(const float (&factors)[patch_rows], Patch& patch) {
#pragma unroll
  for (int i = 0; i < patch_rows; ++i) {
#pragma unroll
    for (float& number : patch.at[i]) number *= factors[i];
  }
}

template <int width>
__global__ void __launch_bounds__(threads, width < 128 ? 4 : 2)
    forward(Problem problem, const float* __restrict__ query, const float* __restrict__ key,
            const float* __restrict__ value, float* __restrict__ saved, float* __restrict__ y) {
  constexpr int chunk = width < 64 ? width : 64;  // columns in shared memory at a time
  constexpr int chunks = width / chunk;
  constexpr int fours = chunk / 4;
  __shared__ float4 queries[tile_tokens * fours];
  __shared__ float4 keys[tile_tokens * fours_of_scores];  // later the exponentials
  __shared__ float4 values[tile_tokens * fours];

  const Place place = place_of_block(problem, Begin::late_tiles);
  const Thread thread = this_thread();
  const int first_query = place.tile * tile_tokens;
  const Tokens seen = keys_seen_by_tile(problem, first_query);
  const std::int64_t stride = problem.input_stride;

  Patch out[chunks] = {};
  Softmax softmax = {};
#pragma unroll
  for (float& largest : softmax.largest) largest = -FLT_MAX;  // finite: no infinity less another

  for (int first_key = seen.begin / tile_tokens * tile_tokens; first_key < seen.end;
       first_key += tile_tokens) {
    Patch scores = {};
#pragma unroll
    for (int c = 0; c < chunks; ++c) {
      __syncthreads();
      if (chunks > 1 || first_key <= seen.begin) {
        load_tile<fours>(problem, {query + place.input, stride, c * chunk}, first_query, queries);
      }
      load_tile<fours>(problem, {key + place.input, stride, c * chunk}, first_key, keys);
      if (c == 0) load_tile<fours>(problem, {value + place.input, stride, 0}, first_key, values);
      __syncthreads();
      add_rows_by_rows<fours>(thread, queries, keys, scores);
    }
    hide_unseen(problem, thread, first_query, first_key, scores);
    float shrunk[patch_rows];
    exponentiate(problem, scores, softmax, shrunk);
    __syncthreads();
    store_scores(thread, scores, keys);
    __syncthreads();
#pragma unroll
    for (int c = 0; c < chunks; ++c) {
      if (c > 0) {
        __syncthreads();
        load_tile<fours>(problem, {value + place.input, stride, c * chunk}, first_key, values);
        __syncthreads();
      }
      scale_rows(shrunk, out[c]);
      add_rows_by_columns<fours>(thread, keys, values, out[c]);
    }
  }

  float inverse[patch_rows];
#pragma unroll
  for (int i = 0; i < patch_rows; ++i) {
    float sum = softmax.sum[i];
#pragma unroll
    for (int with = 1; with < lanes_of_row; with *= 2) {
      sum += __shfl_xor_sync(all_lanes, sum, with);
    }
    inverse[i] = 1.0F / sum;
    const int token = first_query + thread.row + i;
    if (thread.lane == 0 && token < problem.tokens) {
      saved[place.row + token] = fmaf(softmax.largest[i], problem.scale_to_bits, log2f(sum));
    }
  }
#pragma unroll
  for (int c = 0; c < chunks; ++c) {
    add_shares<fours>(out[c]);
    scale_rows(inverse, out[c]);
    write_patch<fours>(problem, thread, out[c], 1.0F,
                       {y + place.output, problem.output_stride, c * chunk}, first_query);
  }
}

}  // namespace
}  // namespace attention

void attention_forward(const Context& context, const AttentionShape& shape, const float* query,
                       const float* key, const float* value, float* saved, float* y) {
  using namespace attention;
  const std::int64_t tiles = tiles_of_all_heads(shape);
  if (tiles == 0) return;
  const Problem problem = problem_of(shape, access_of(shape, query, key, value, y));
  with_padded_width(shape, [&](auto width) {
    launch(context, forward<width()>, {dim3(static_cast<unsigned>(tiles)), dim3(threads)}, problem,
           query, key, value, saved, y);
  });
}

}  // namespace palsim::cuda
