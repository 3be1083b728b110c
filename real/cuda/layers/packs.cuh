// Rows of a matrix in packs of four numbers, where all of them are aligned to it, or one by one.
#pragma once

#include <cstdint>

#include "real/cuda/vectors/elementwise.cuh"

namespace palsim::cuda {

template <int width>
using Floats = Pack<float, width>;

template <int width>
__device__ inline Floats<width> pack_at(const float* from) {
  return *reinterpret_cast<const Floats<width>*>(from);
}

__device__ inline void put(const Floats<pack_width>& pack, float* to) {
  const float4 whole = make_float4(pack.at[0], pack.at[1], pack.at[2], pack.at[3]);
#ifdef __CUDA_ARCH__
  __stwb(reinterpret_cast<float4*>(to), whole);  // nvcc would split a plain one here and there
#else
  *reinterpret_cast<float4*>(to) = whole;
#endif
}
__device__ inline void put(const Floats<1>& pack, float* to) { *to = pack.at[0]; }

template <int width>
__device__ inline Floats<width> zeros() {
  Floats<width> pack;
#pragma unroll
  for (int i = 0; i < width; ++i) pack.at[i] = 0;
  return pack;
}

// A null pointer, of a tensor that is not there, fits.
inline bool rows_are_packs(std::int64_t columns) { return columns % pack_width == 0; }
template <class... Pointers>
bool rows_are_packs(std::int64_t columns, const float* first, Pointers... others) {
  return elements_before_pack(first) == 0 && rows_are_packs(columns, others...);
}

}  // namespace palsim::cuda
