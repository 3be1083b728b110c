// CUB's stable sort of keys with values, by the bits [begin_bit, end_bit) of the keys. As CUB's,
// the first call, without temporary storage, only says how much of it is needed.
#pragma once

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <vector>

#include "../../cuda_runtime_api.h"

namespace cub {

struct DeviceRadixSort {
  template <class Key, class Value, class Count>
  static cudaError_t SortPairs(void* temporary, std::size_t& temporary_bytes, const Key* keys_in,
                               Key* keys_out, const Value* values_in, Value* values_out,
                               Count count, int begin_bit = 0, int end_bit = sizeof(Key) * CHAR_BIT,
                               cudaStream_t stream = nullptr) {
    static_assert(std::is_integral_v<Key>);
    const auto size = static_cast<std::size_t>(count);
    const std::size_t needed = 256 + size * (sizeof(Key) + sizeof(Value));
    if (temporary == nullptr) {
      temporary_bytes = needed;
      return cudaSuccess;
    }
    if (temporary_bytes < needed) return cudaErrorInvalidValue;
    cuda_on_host::ask(stream, [=] {
      std::vector<std::size_t> order(size);
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return digits(keys_in[a], begin_bit, end_bit) < digits(keys_in[b], begin_bit, end_bit);
      });
      std::memset(temporary, 0xff, needed);  // whoever keeps something there shall notice
      for (std::size_t i = 0; i < size; ++i) {
        keys_out[i] = keys_in[order[i]];
        values_out[i] = values_in[order[i]];
      }
    });
    return cudaSuccess;
  }

 private:
  template <class Key>
  static std::uint64_t digits(Key key, int begin_bit, int end_bit) {
    using Bits = std::make_unsigned_t<Key>;
    constexpr int all = sizeof(Key) * CHAR_BIT;
    auto bits = static_cast<std::uint64_t>(static_cast<Bits>(key));
    if (std::is_signed_v<Key>) bits ^= std::uint64_t{1} << (all - 1);  // negative ones come first
    if (end_bit < 64) bits &= (std::uint64_t{1} << end_bit) - 1;
    return begin_bit < 64 ? bits >> begin_bit : 0;
  }
};

}  // namespace cub
