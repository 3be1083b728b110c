// What a kernel's body is written with: qualifiers, barriers, exchanges within a warp, and the
// device's arithmetic. Fast variants of functions are the exact ones here.
#pragma once

#include <math.h>

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "grid.hpp"

#define __global__
#define __device__
#define __host__
#define __shared__ static thread_local
#define __constant__
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(bytes) __attribute__((aligned(bytes)))

constexpr int warpSize = cuda_on_host::warp_lanes;

inline void __syncthreads() { cuda_on_host::meet_block(); }
inline void __syncwarp(unsigned mask = 0xffffffff) {
  cuda_on_host::meet_warp(cuda_on_host::WarpMeeting::synchronize, mask, 0);
}
inline void __threadfence() {}
inline void __threadfence_block() {}

namespace cuda_on_host {

// What the lane `from` brought; its own where `from` is none of the group's.
template <class Value>
Value shuffle(unsigned mask, Value value, int from, bool in_group) {
  static_assert(std::is_arithmetic_v<Value> && sizeof(Value) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  const LaneValues& values = meet_warp(WarpMeeting::shuffle, mask, bits);
  std::memcpy(&value, &values[in_group ? static_cast<unsigned>(from) : lane()], sizeof value);
  return value;
}
inline int group_begin(int width) { return static_cast<int>(lane()) & ~(width - 1); }

}  // namespace cuda_on_host

template <class Value>
Value __shfl_sync(unsigned mask, Value value, int from, int width = warpSize) {
  const int source = cuda_on_host::group_begin(width) + (from & (width - 1));
  return cuda_on_host::shuffle(mask, value, source, true);
}
template <class Value>
Value __shfl_up_sync(unsigned mask, Value value, unsigned by, int width = warpSize) {
  const int source = static_cast<int>(cuda_on_host::lane()) - static_cast<int>(by);
  return cuda_on_host::shuffle(mask, value, source, source >= cuda_on_host::group_begin(width));
}
template <class Value>
Value __shfl_down_sync(unsigned mask, Value value, unsigned by, int width = warpSize) {
  const int source = static_cast<int>(cuda_on_host::lane() + by);
  const int end = cuda_on_host::group_begin(width) + width;
  return cuda_on_host::shuffle(mask, value, source, source < end);
}
template <class Value>
Value __shfl_xor_sync(unsigned mask, Value value, int with, int width = warpSize) {
  const int source = static_cast<int>(cuda_on_host::lane()) ^ with;
  const int end = cuda_on_host::group_begin(width) + width;
  return cuda_on_host::shuffle(mask, value, source, source < end);
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
  const auto& values =
      cuda_on_host::meet_warp(cuda_on_host::WarpMeeting::vote, mask, predicate != 0 ? 1 : 0);
  unsigned votes = 0;
  for (unsigned i = 0; i < cuda_on_host::warp_lanes; ++i) {
    votes |= static_cast<unsigned>(values[i]) << i;
  }
  return votes;
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) {
  return __ballot_sync(mask, predicate) == 0xffffffff;
}

// Of integers only: floats have to be summed up in a fixed order.
template <class Integer>
Integer atomicAdd(Integer* to, std::type_identity_t<Integer> value) {
  static_assert(std::is_integral_v<Integer>);
  return std::atomic_ref(*to).fetch_add(value);
}

template <class Value>
Value __ldg(const Value* from) {
  return *from;
}

inline int __float_as_int(float value) { return std::bit_cast<int>(value); }
inline float __int_as_float(int bits) { return std::bit_cast<float>(bits); }
inline unsigned __float_as_uint(float value) { return std::bit_cast<unsigned>(value); }
inline float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline int __popc(unsigned bits) { return std::popcount(bits); }
inline int __clz(int bits) { return std::countl_zero(static_cast<unsigned>(bits)); }
inline int __ffs(int bits) { return __builtin_ffs(bits); }

inline float rsqrtf(float x) { return 1.0F / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }

template <class A, class B>
requires(std::is_integral_v<A>&& std::is_integral_v<B>) constexpr std::common_type_t<A, B> max(
    A a, B b) {
  using Wider = std::common_type_t<A, B>;
  return static_cast<Wider>(a) > static_cast<Wider>(b) ? static_cast<Wider>(a)
                                                       : static_cast<Wider>(b);
}
template <class A, class B>
requires(std::is_integral_v<A>&& std::is_integral_v<B>) constexpr std::common_type_t<A, B> min(
    A a, B b) {
  using Wider = std::common_type_t<A, B>;
  return static_cast<Wider>(a) < static_cast<Wider>(b) ? static_cast<Wider>(a)
                                                       : static_cast<Wider>(b);
}
inline float max(float a, float b) { return fmaxf(a, b); }
inline float min(float a, float b) { return fminf(a, b); }
inline double max(double a, double b) { return fmax(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
