// Tiles of 64 tokens in shared memory and their products, a patch of 8 x 4 sums for each of a
// block's 128 threads. A product's loop is 150 instructions of a warp: 128 FFMA and 12 reads of a
// float4 (8 of which have two addresses, 4 sixteen: at most half of shared memory's cycles). It is
// not unrolled further, for registers: 128 a thread let four blocks share an SM, 168 three, where
// it has 228 KiB of shared memory, of which a block may take 48 (three fit on an A100, two on sm_86
// and sm_89, one on sm_75). At head width 64 some two thirds of a tile's instructions should be
// FFMA, the most that it can reach of an fp32 peak. The loops' instructions were counted, the share
// is an estimate; neither was timed.
#pragma once

#include "real/cuda/layers/attention_problem.cuh"

namespace palsim::cuda::attention {

constexpr int threads = 128;
constexpr int patch_rows = 8;
constexpr int patch_columns = 4;
constexpr int lanes_of_row = 16;                  // whose patches lie side by side
constexpr int fours_of_scores = tile_tokens / 4;  // in a row of 64 x 64 scores

// Each thread's part of a 64 x 64 product: rows row..row + 7, of columns or of what stands for them
// four from 4 x lane.
struct Patch {
  float at[patch_rows][patch_columns];
};

struct Thread {
  int row;
  int lane;
};

__device__ __forceinline__ Thread this_thread() {
  const int lane = static_cast<int>(threadIdx.x);
  return {lane / lanes_of_row * patch_rows, lane % lanes_of_row};
}

// Where the float4 `four` of row `row + step` is in a tile of `fours` float4 a row. They are
// twisted by the row, so that lanes which read one column in rows 4 or 8 apart meet in no bank.
// `row` and `step` have no bit in common: what depends on `step` is known when this is compiled.
template <int fours>
__device__ __forceinline__ int slot(int row, int step, int four) {
  constexpr int banks = 7;  // of 16 bytes, less one
  return ((row * fours + four) ^ ((row >> 2) & banks) ^ (((step * fours) ^ (step >> 2)) & banks)) +
         ((step * fours) & ~banks);
}

// Lanes of a row beyond the tile's columns take a share of the terms each instead.
template <int fours>
struct Share {
  static constexpr int count = lanes_of_row / fours;
  static constexpr int terms = fours_of_scores / count;  // in fours
};

__device__ __forceinline__ void add_products(const float (&rows)[4], const float4& columns,
                                             Patch& patch, int first_row) {
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    patch.at[first_row + i][0] += rows[i] * columns.x;
    patch.at[first_row + i][1] += rows[i] * columns.y;
    patch.at[first_row + i][2] += rows[i] * columns.z;
    patch.at[first_row + i][3] += rows[i] * columns.w;
  }
}

// patch += left right^T, both 64 x width.
template <int fours>
__device__ __forceinline__ void add_rows_by_rows(const Thread& thread, const float4* left,
                                                 const float4* right, Patch& patch) {
#pragma unroll 1
  for (int four = 0; four < fours; ++four) {
    float4 b[patch_columns];
#pragma unroll
    for (int j = 0; j < patch_columns; ++j) {
      b[j] = right[slot<fours>(patch_columns * thread.lane, j, four)];
    }
#pragma unroll
    for (int i = 0; i < patch_rows; ++i) {
      const float4 a = left[slot<fours>(thread.row, i, four)];
#pragma unroll
      for (int j = 0; j < patch_columns; ++j) {
        float& sum = patch.at[i][j];
        sum += a.x * b[j].x;
        sum += a.y * b[j].y;
        sum += a.z * b[j].z;
        sum += a.w * b[j].w;
      }
    }
  }
}

// patch += scores right, 64 x 64 and 64 x width; of the terms this thread's share.
template <int fours>
__device__ __forceinline__ void add_rows_by_columns(const Thread& thread, const float4* scores,
                                                    const float4* right, Patch& patch) {
  const int begin = thread.lane / fours * Share<fours>::terms;
#pragma unroll 1
  for (int term = 0; term < Share<fours>::terms; ++term) {
    const int four = begin + term;
    float4 b[4];
#pragma unroll
    for (int k = 0; k < 4; ++k) b[k] = right[slot<fours>(4 * four, k, thread.lane % fours)];
#pragma unroll
    for (int i = 0; i < patch_rows; ++i) {
      const float4 a = scores[slot<fours_of_scores>(thread.row, i, four)];
      const float terms[4] = {a.x, a.y, a.z, a.w};
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        patch.at[i][0] += terms[k] * b[k].x;
        patch.at[i][1] += terms[k] * b[k].y;
        patch.at[i][2] += terms[k] * b[k].z;
        patch.at[i][3] += terms[k] * b[k].w;
      }
    }
  }
}

// patch += scores^T right; of the terms this thread's share.
template <int fours>
__device__ __forceinline__ void add_columns_by_columns(const Thread& thread, const float4* scores,
                                                       const float4* right, Patch& patch) {
  const int begin = thread.lane / fours * Share<fours>::terms;
#pragma unroll 1
  for (int term = 0; term < Share<fours>::terms; ++term) {
    const int row = 4 * (begin + term);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const float4 b = right[slot<fours>(row, k, thread.lane % fours)];
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const float4 a = scores[slot<fours_of_scores>(row, k, thread.row / 4 + half)];
        add_products({a.x, a.y, a.z, a.w}, b, patch, 4 * half);
      }
    }
  }
}

// The sum of all threads' shares, for every one of them.
template <int fours>
__device__ __forceinline__ void add_shares(Patch& patch) {
#pragma unroll
  for (int with = fours; with < lanes_of_row; with *= 2) {
#pragma unroll
    for (int i = 0; i < patch_rows; ++i) {
#pragma unroll
      for (int j = 0; j < patch_columns; ++j) {
        patch.at[i][j] += __shfl_xor_sync(all_lanes, patch.at[i][j], with);
      }
    }
  }
}

// Whether each of a patch's queries sees each of its keys, which are there as well.
__device__ __forceinline__ bool sees(const Problem& problem, const Thread& thread, int first_query,
                                     int first_key, int i, int j) {
  const int query = first_query + thread.row;
  const int key = first_key + patch_columns * thread.lane;
  return key + j < problem.tokens && sees(problem, key - query + (j - i));
}

// A block's patches as a 64 x 64 tile.
__device__ __forceinline__ void store_scores(const Thread& thread, const Patch& patch,
                                             float4* scores) {
#pragma unroll
  for (int i = 0; i < patch_rows; ++i) {
    scores[slot<fours_of_scores>(thread.row, i, thread.lane)] =
        make_float4(patch.at[i][0], patch.at[i][1], patch.at[i][2], patch.at[i][3]);
  }
}

// Rows of one head in global memory, and of these the columns from `first_column` on.
template <class Number>
struct Rows {
  Number* first;
  std::int64_t stride;
  int first_column;
};

// Zeros stand for what is beyond the last token or the head's width.
template <int fours>
__device__ __forceinline__ void load_tile(const Problem& problem, const Rows<const float>& rows,
                                          int first_token, float4* tile) {
  constexpr int turns = tile_tokens * fours / threads;
  constexpr int rows_a_turn = threads / fours;
  const int row = static_cast<int>(threadIdx.x) / fours;
  const int four = static_cast<int>(threadIdx.x) % fours;
  const int column = rows.first_column + 4 * four;
  const int columns = problem.head_width - column;
  const int tokens = problem.tokens - first_token - row;
  const float* from = rows.first + (first_token + row) * rows.stride + column;
  if (problem.access == Access::four) {
    constexpr int at_once = turns < 4 ? turns : 4;  // on their way before the first is stored
#pragma unroll 1
    for (int begin = 0; begin < turns; begin += at_once) {
      float4 read[at_once];
#pragma unroll
      for (int n = 0; n < at_once; ++n, from += rows_a_turn * rows.stride) {
        read[n] = (begin + n) * rows_a_turn < tokens && columns > 0
                      ? *reinterpret_cast<const float4*>(from)
                      : make_float4(0.0F, 0.0F, 0.0F, 0.0F);
      }
#pragma unroll
      for (int n = 0; n < at_once; ++n) {
        tile[slot<fours>(row, (begin + n) * rows_a_turn, four)] = read[n];
      }
    }
  } else {
#pragma unroll 1
    for (int n = 0; n < turns; ++n, from += rows_a_turn * rows.stride) {
      const int readable = n * rows_a_turn < tokens ? columns : 0;
      tile[slot<fours>(row, n * rows_a_turn, four)] =
          make_float4(readable > 0 ? from[0] : 0.0F, readable > 1 ? from[1] : 0.0F,
                      readable > 2 ? from[2] : 0.0F, readable > 3 ? from[3] : 0.0F);
    }
  }
}

// `factor` times a patch whose shares have been added up.
template <int fours>
__device__ __forceinline__ void write_patch(const Problem& problem, const Thread& thread,
                                            const Patch& patch, float factor,
                                            const Rows<float>& rows, int first_token) {
  if (thread.lane >= fours) return;
  const int column = rows.first_column + 4 * thread.lane;
  const int columns = problem.head_width - column;
#pragma unroll
  for (int i = 0; i < patch_rows; ++i) {
    const int token = first_token + thread.row + i;
    if (token >= problem.tokens || columns <= 0) continue;
    float* to = rows.first + token * rows.stride + column;
    const float4 result = make_float4(patch.at[i][0] * factor, patch.at[i][1] * factor,
                                      patch.at[i][2] * factor, patch.at[i][3] * factor);
    if (problem.access == Access::four) {
      *reinterpret_cast<float4*>(to) = result;
    } else {
      to[0] = result.x;
      if (columns > 1) to[1] = result.y;
      if (columns > 2) to[2] = result.z;
      if (columns > 3) to[3] = result.w;
    }
  }
}

}  // namespace palsim::cuda::attention
