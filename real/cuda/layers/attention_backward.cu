// The backward pass. With probabilities P and their gradient dP = dY V^T, the scores' is
// dS = P (dP - rowsum(P dP)), and each rowsum is the product of a row of dY and its row of Y. One
// kernel sums up over queries what belongs to keys, another over keys what belongs to queries, and
// both compute P and dS anew: 7 products of tiles where 5 would do, but nothing is added up in the
// order in which blocks happen to run.
#include <cmath>

#include "real/cuda/layers/attention.hpp"
#include "real/cuda/layers/attention_tiles.cuh"

namespace palsim::cuda {
namespace attention {
namespace {

constexpr int row_sum_threads = 256;

// sums[sample, head, token] = y dy, summed over the head's slice of the token's rows.
template <int lanes>
__global__ void __launch_bounds__(row_sum_threads)
    row_sums(Problem problem, std::int64_t count, const float* __restrict__ y,
             const float* __restrict__ dy, float* __restrict__ sums) {
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  const std::int64_t at =  // sample, token, head
      (static_cast<std::int64_t>(blockIdx.x) * row_sum_threads + threadIdx.x) / lanes;
  const std::int64_t slice = at * problem.head_width;
  const int begin = at < count ? 4 * lane : problem.head_width;
  const int end = min(begin + 4, problem.head_width);
  float sum = 0;
  if (problem.access == Access::four && begin < end) {
    const float4 a = *reinterpret_cast<const float4*>(y + slice + begin);
    const float4 b = *reinterpret_cast<const float4*>(dy + slice + begin);
    sum = a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
  } else {
    for (int column = begin; column < end; ++column) sum += y[slice + column] * dy[slice + column];
  }
#pragma unroll
  for (int with = 1; with < lanes; with *= 2) sum += __shfl_xor_sync(all_lanes, sum, with);
  if (lane > 0 || at >= count) return;
  const std::int64_t token = at / problem.heads % problem.tokens;
  const std::int64_t head =
      at / problem.heads / problem.tokens * problem.heads + at % problem.heads;
  sums[head * problem.tokens + token] = sum;
}

struct Operands {
  const float* query;
  const float* key;
  const float* value;
  const float* saved;
  const float* dy;
  const float* row_sums;
};

// A tile of queries that meets a tile of keys.
struct Meeting {
  int first_query;
  int first_key;
};

template <int width>
struct Chunks {
  static constexpr int columns = width < 64 ? width : 64;  // in shared memory at a time
  static constexpr int count = width / columns;
  static constexpr int fours = columns / 4;
};

__device__ __forceinline__ float number_of_query(const Problem& problem, const Place& place,
                                                 const float* numbers, int query) {
  return query < problem.tokens ? numbers[place.row + query] : 0.0F;
}

// Scores become probabilities.
__device__ __forceinline__ void exponentiate(const Problem& problem, const Place& place,
                                             const Thread& thread, const Operands& operands,
                                             const Meeting& meeting, Patch& scores) {
  const bool all_seen = all_see_all(problem, meeting.first_query, meeting.first_key);
#pragma unroll
  for (int i = 0; i < patch_rows; ++i) {
    const float bits =
        number_of_query(problem, place, operands.saved, meeting.first_query + thread.row + i);
#pragma unroll
    for (int j = 0; j < patch_columns; ++j) {
      float& score = scores.at[i][j];
      score = all_seen || sees(problem, thread, meeting.first_query, meeting.first_key, i, j)
                  ? exp2f(fmaf(score, problem.scale_to_bits, -bits))
                  : 0.0F;
    }
  }
}

// Leaves the last chunk of the queries, of the keys and of dY in tiles; dY takes the place of the
// keys or of the queries. The caller's earlier reads of them have to be over.
template <int width>
__device__ __forceinline__ void find_scores_gradient(const Problem& problem, const Place& place,
                                                     const Thread& thread, const Operands& operands,
                                                     const Meeting& meeting, float4* queries,
                                                     float4* keys, float4* values, float4* dy,
                                                     Patch& probabilities, Patch& dscores) {
  using Chunk = Chunks<width>;
  const std::int64_t stride = problem.input_stride;
  probabilities = {};
#pragma unroll
  for (int c = 0; c < Chunk::count; ++c) {
    const int column = c * Chunk::columns;
    if (c > 0) __syncthreads();
    load_tile<Chunk::fours>(problem, {operands.query + place.input, stride, column},
                            meeting.first_query, queries);
    load_tile<Chunk::fours>(problem, {operands.key + place.input, stride, column},
                            meeting.first_key, keys);
    if (c == 0) {
      load_tile<Chunk::fours>(problem, {operands.value + place.input, stride, 0}, meeting.first_key,
                              values);
    }
    __syncthreads();
    add_rows_by_rows<Chunk::fours>(thread, queries, keys, probabilities);
  }
  exponentiate(problem, place, thread, operands, meeting, probabilities);
  dscores = {};
#pragma unroll
  for (int c = 0; c < Chunk::count; ++c) {
    const int column = c * Chunk::columns;
    __syncthreads();
    load_tile<Chunk::fours>(problem, {operands.dy + place.output, problem.output_stride, column},
                            meeting.first_query, dy);
    if (c > 0) {
      load_tile<Chunk::fours>(problem, {operands.value + place.input, stride, column},
                              meeting.first_key, values);
    }
    __syncthreads();
    add_rows_by_rows<Chunk::fours>(thread, dy, values, dscores);
  }
#pragma unroll
  for (int i = 0; i < patch_rows; ++i) {
    const float row_sum =
        number_of_query(problem, place, operands.row_sums, meeting.first_query + thread.row + i);
#pragma unroll
    for (int j = 0; j < patch_columns; ++j) {
      dscores.at[i][j] = probabilities.at[i][j] * (dscores.at[i][j] - row_sum);
    }
  }
}

template <int width>
__global__ void __launch_bounds__(threads, width < 128 ? 3 : 2)
    backward_of_keys(Problem problem, Operands operands, float* __restrict__ dkey,
                     float* __restrict__ dvalue) {
  using Chunk = Chunks<width>;
  constexpr int fours = Chunk::fours;
  __shared__ float4 queries[tile_tokens * fours];
  __shared__ float4 keys[tile_tokens * fours];              // later dY
  __shared__ float4 scores[tile_tokens * fours_of_scores];  // first the values

  const Place place = place_of_block(problem, Begin::early_tiles);
  const Thread thread = this_thread();
  const int first_key = place.tile * tile_tokens;
  const Tokens seeing = queries_seeing_tile(problem, first_key);

  Patch key_sums[Chunk::count] = {};
  Patch value_sums[Chunk::count] = {};
  for (int first_query = seeing.begin / tile_tokens * tile_tokens; first_query < seeing.end;
       first_query += tile_tokens) {
    Patch probabilities;
    Patch dscores;
    __syncthreads();
    find_scores_gradient<width>(problem, place, thread, operands, {first_query, first_key}, queries,
                                keys, scores, keys, probabilities, dscores);
    __syncthreads();
    store_scores(thread, probabilities, scores);
#pragma unroll
    for (int c = 0; c < Chunk::count; ++c) {
      if (Chunk::count > 1) {
        if (c > 0) __syncthreads();
        load_tile<fours>(problem,
                         {operands.dy + place.output, problem.output_stride, c * Chunk::columns},
                         first_query, keys);
      }
      __syncthreads();
      add_columns_by_columns<fours>(thread, scores, keys, value_sums[c]);
    }
    __syncthreads();
    store_scores(thread, dscores, scores);
#pragma unroll
    for (int c = 0; c < Chunk::count; ++c) {
      if (Chunk::count > 1) {
        if (c > 0) __syncthreads();
        load_tile<fours>(problem,
                         {operands.query + place.input, problem.input_stride, c * Chunk::columns},
                         first_query, queries);
      }
      __syncthreads();
      add_columns_by_columns<fours>(thread, scores, queries, key_sums[c]);
    }
  }

#pragma unroll
  for (int c = 0; c < Chunk::count; ++c) {
    const int column = c * Chunk::columns;
    add_shares<fours>(key_sums[c]);
    add_shares<fours>(value_sums[c]);
    write_patch<fours>(problem, thread, key_sums[c], problem.scale,
                       {dkey + place.input, problem.input_stride, column}, first_key);
    write_patch<fours>(problem, thread, value_sums[c], 1.0F,
                       {dvalue + place.input, problem.input_stride, column}, first_key);
  }
}

template <int width>
__global__ void __launch_bounds__(threads, width < 128 ? 3 : 2)
    backward_of_queries(Problem problem, Operands operands, float* __restrict__ dquery) {
  using Chunk = Chunks<width>;
  constexpr int fours = Chunk::fours;
  __shared__ float4 keys[tile_tokens * fours];
  __shared__ float4 queries[tile_tokens * fours];           // later dY
  __shared__ float4 scores[tile_tokens * fours_of_scores];  // first the values

  const Place place = place_of_block(problem, Begin::late_tiles);
  const Thread thread = this_thread();
  const int first_query = place.tile * tile_tokens;
  const Tokens seen = keys_seen_by_tile(problem, first_query);

  Patch sums[Chunk::count] = {};
  for (int first_key = seen.begin / tile_tokens * tile_tokens; first_key < seen.end;
       first_key += tile_tokens) {
    Patch probabilities;
    Patch dscores;
    __syncthreads();
    find_scores_gradient<width>(problem, place, thread, operands, {first_query, first_key}, queries,
                                keys, scores, queries, probabilities, dscores);
    __syncthreads();
    store_scores(thread, dscores, scores);
#pragma unroll
    for (int c = 0; c < Chunk::count; ++c) {
      if (Chunk::count > 1) {
        if (c > 0) __syncthreads();
        load_tile<fours>(problem,
                         {operands.key + place.input, problem.input_stride, c * Chunk::columns},
                         first_key, keys);
      }
      __syncthreads();
      add_rows_by_columns<fours>(thread, scores, keys, sums[c]);
    }
  }

#pragma unroll
  for (int c = 0; c < Chunk::count; ++c) {
    add_shares<fours>(sums[c]);
    write_patch<fours>(problem, thread, sums[c], problem.scale,
                       {dquery + place.input, problem.input_stride, c * Chunk::columns},
                       first_query);
  }
}

}  // namespace
}  // namespace attention

void attention_backward(const Context& context, const AttentionShape& shape, const float* query,
                        const float* key, const float* value, const float* saved, const float* y,
                        const float* dy, float* dquery, float* dkey, float* dvalue) {
  using namespace attention;
  const std::int64_t tiles = tiles_of_all_heads(shape);
  if (tiles == 0) return;
  const Problem problem =
      problem_of(shape, access_of(shape, query, key, value, y, dy, dquery, dkey, dvalue));
  const std::int64_t rows = shape.samples * shape.heads * shape.tokens;
  auto* sums = context.scratch->take<float>(rows);
  const Operands operands{query, key, value, saved, dy, sums};
  with_padded_width(shape, [&](auto width) {
    constexpr int lanes = width() / 4;
    launch(context, row_sums<lanes>,
           {dim3(static_cast<unsigned>(ceil_div(rows * lanes, row_sum_threads))),
            dim3(row_sum_threads)},
           problem, rows, y, dy, sums);
    const Grid grid{dim3(static_cast<unsigned>(tiles)), dim3(threads)};
    launch(context, backward_of_keys<width()>, grid, problem, operands, dkey, dvalue);
    launch(context, backward_of_queries<width()>, grid, problem, operands, dquery);
  });
}

}  // namespace palsim::cuda
