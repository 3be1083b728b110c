// CUB's sort, as kernels that sum by keys rely on it.
#include <doctest/doctest.h>

#include <cstdint>
#include <cub/cub.cuh>
#include <numeric>
#include <vector>

#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

template <class Key>
struct Sorted {
  std::vector<Key> keys;
  std::vector<int> places;  // where they were
};

template <class Key>
Sorted<Key> sorted(const std::vector<Key>& keys, int begin_bit = 0, int end_bit = 8 * sizeof(Key)) {
  std::vector<int> places(keys.size());
  std::iota(places.begin(), places.end(), 0);
  const DeviceVector<Key> keys_in(keys);
  const DeviceVector<int> places_in(places);
  DeviceVector<Key> keys_out(keys_in.count());
  DeviceVector<int> places_out(keys_in.count());
  std::size_t bytes = 0;
  const auto sort = [&](void* temporary) {
    return cub::DeviceRadixSort::SortPairs(temporary, bytes, keys_in.data(), keys_out.data(),
                                           places_in.data(), places_out.data(), keys_in.count(),
                                           begin_bit, end_bit, context().stream);
  };
  REQUIRE(sort(nullptr) == cudaSuccess);
  REQUIRE(bytes > 0);
  REQUIRE(sort(context().scratch->take<char>(static_cast<std::int64_t>(bytes))) == cudaSuccess);
  return {keys_out.download(), places_out.download()};
}

}  // namespace

TEST_CASE("pairs are sorted by key, equal keys staying as they were") {
  const Sorted<std::uint32_t> got = sorted<std::uint32_t>({3, 1, 0xffffffff, 1, 3, 0, 1});
  CHECK(got.keys == std::vector<std::uint32_t>{0, 1, 1, 1, 3, 3, 0xffffffff});
  CHECK(got.places == std::vector<int>{5, 1, 3, 6, 0, 4, 2});
}

TEST_CASE("negative keys come first") {
  CHECK(sorted<int>({2, -1, 0, -3, 1}).keys == std::vector<int>{-3, -1, 0, 1, 2});
  CHECK(sorted<std::int64_t>({1LL << 40, -1, 1}).places == std::vector<int>{1, 2, 0});
}

TEST_CASE("only the bits asked for are compared") {
  CHECK(sorted<int>({0x13, 0x02, 0x21, 0x12}, 0, 4).keys ==
        std::vector<int>{0x21, 0x02, 0x12, 0x13});
  CHECK(sorted<int>({0x13, 0x02, 0x21, 0x12}, 4).keys == std::vector<int>{0x02, 0x13, 0x12, 0x21});
}

TEST_CASE("no pairs are sorted too") { CHECK(sorted<int>({}).keys.empty()); }

}  // namespace palsim::cuda
