#include "sim/network/ring_packing.hpp"

#include <doctest/doctest.h>

#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

// A full mesh; `slow` of the latencies is longer.
NodeHops mesh(std::int64_t workers, double gigabytes, std::pair<int, int> slow = {-1, -1}) {
  Node node;
  for (int a = 0; a < workers; ++a) {
    node.workers.push_back(std::to_string(a));
    for (int b = 0; b < a; ++b) {
      const bool is_slow = slow == std::pair(b, a);
      node.links.push_back({std::to_string(b),
                            std::to_string(a),
                            {gigabytes_per_s(gigabytes), nanoseconds(is_slow ? 900 : 100)}});
    }
  }
  return node_hops(Network(node), HopKind::any);
}

constexpr std::int64_t many = 1 << 20;

}  // namespace

TEST_CASE("a link is crossed as often as the speed goes into its rate, roundings forgiven") {
  CHECK(crossings_at(gigabytes_per_s(10), gigabytes_per_s(20), 16) == 2);
  CHECK(crossings_at(gigabytes_per_s(10.1), gigabytes_per_s(20), 16) == 1);
  CHECK(crossings_at(gigabytes_per_s(30), gigabytes_per_s(20), 16) == 0);
  CHECK(crossings_at(gigabytes_per_s(0.1), gigabytes_per_s(20), 16) == 16);
  for (int parts = 1; parts < 100; ++parts) {
    const BytesPerSecond rate = gigabytes_per_s(9.7);
    CHECK(crossings_at(rate * (1.0 / parts), rate, 100) == parts);
  }
}

TEST_CASE("no more rings are hoped for than the cuts let through") {
  CHECK(most_rings_at(mesh(4, 20), gigabytes_per_s(20), 16) == 3);
  CHECK(most_rings_at(mesh(4, 20), gigabytes_per_s(10), 16) == 6);
  CHECK(most_rings_at(mesh(4, 20), gigabytes_per_s(10), 5) == 5);
  CHECK(most_rings_at(mesh(4, 20), gigabytes_per_s(21), 16) == 0);
}

TEST_CASE("rings are packed with their reverses, and once more where they fit again") {
  CHECK(pack_rings(mesh(3, 20), gigabytes_per_s(10), {.rings = 4, .tries = many}).rings ==
        std::vector<NodeRing>{{0, 1, 2}, {0, 2, 1}, {0, 1, 2}, {0, 2, 1}});
  CHECK(pack_rings(mesh(2, 20), gigabytes_per_s(10), {.rings = 2, .tries = many}).rings ==
        std::vector<NodeRing>{{0, 1}, {0, 1}});
  // The directed links of a full mesh of five are four rings, of one of four they are not three.
  CHECK(pack_rings(mesh(5, 20), gigabytes_per_s(20), {.rings = 4, .tries = many}).rings.size() ==
        4);
  CHECK(pack_rings(mesh(4, 20), gigabytes_per_s(20), {.rings = 3, .tries = many}).rings.size() ==
        2);
  CHECK(pack_rings(mesh(4, 20), gigabytes_per_s(21), {.rings = 1, .tries = many}).rings.empty());
}

TEST_CASE("of as many rings those of least latency are packed") {
  const NodeHops hops = mesh(4, 20, {0, 1});
  CHECK(pack_rings(hops, gigabytes_per_s(20), {.rings = 1, .tries = many}).rings ==
        std::vector<NodeRing>{{0, 2, 1, 3}});
}

TEST_CASE("a packing that runs out of tries is the best so far") {
  const NodeHops hops = mesh(8, 20);
  const PackedRings all = pack_rings(hops, gigabytes_per_s(20), {.rings = 7, .tries = many});
  CHECK(all.rings.size() == 7);
  const PackedRings few = pack_rings(hops, gigabytes_per_s(20), {.rings = 7, .tries = 20});
  CHECK(few.tries == 20);
  CHECK(few.rings == std::vector<NodeRing>(all.rings.begin(), all.rings.begin() + 2));
  CHECK(pack_rings(hops, gigabytes_per_s(20), {.rings = 7, .tries = 3}).rings.empty());
}
