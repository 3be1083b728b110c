#include "sim/network/placed_heap.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "tests/support/draws.hpp"

using namespace palsim;

TEST_CASE("the least key is on top after any pushes, changes and erasures") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const std::uint32_t ids = 1 + random() % 50;
    HeapPlaces places(ids);
    PlacedHeap<std::uint32_t> heap;
    std::vector<std::optional<std::uint32_t>> keys(ids);
    for (int step = 0; step < 300; ++step) {
      const std::uint32_t id = random() % ids;
      const std::uint32_t key = random() % 30;  // equal ones too
      if (!keys[id]) {
        heap.push(key, id, places);
        keys[id] = key;
      } else if (random() % 2) {
        heap.change(key, id, places);
        keys[id] = key;
      } else {
        heap.erase(id, places);
        keys[id].reset();
      }
      std::optional<std::uint32_t> least;
      for (const auto& held : keys) {
        if (held && (!least || *held < *least)) least = held;
      }
      REQUIRE(heap.empty() == !least.has_value());
      if (!least) continue;
      CHECK(heap.top().key == *least);
      CHECK(keys[heap.top().id] == *least);
    }
  }
}
