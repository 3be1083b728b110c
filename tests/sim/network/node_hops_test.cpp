#include "sim/network/node_hops.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

Link link(double gigabytes, std::int64_t latency_ns) {
  return {gigabytes_per_s(gigabytes), nanoseconds(latency_ns)};
}

// a and b on x, c on y; b and c also have a link of their own.
const Network network({.workers = {"a", "b", "c"},
                       .links = {{"a", "x", link(10, 1)},
                                 {"b", "x", link(20, 2)},
                                 {"x", "y", link(5, 4)},
                                 {"c", "y", link(20, 8)},
                                 {"b", "c", link(15, 4)}}});

bool has_cut(const NodeHops& hops, const NodeHops::Cut& cut) {
  return std::ranges::find(hops.cuts, cut) != hops.cuts.end();
}

}  // namespace

TEST_CASE("hops take the network's routes and are tried by distance or by width") {
  const NodeHops hops = node_hops(network, HopKind::any);
  CHECK(hops.hop(0, 2).links == std::vector<LinkId>{0, 4, 7});
  CHECK(hops.hop(1, 2).links == std::vector<LinkId>{8});
  CHECK(hops.rates[9] == gigabytes_per_s(15));
  CHECK(hops.nearest == std::vector<NodeHops::Workers>{{1, 2}, {0, 2}, {1, 0}});
  CHECK(hops.widest == std::vector<NodeHops::Workers>{{1, 2}, {2, 0}, {1, 0}});
  CHECK(hops.least_latency == nanoseconds(3));
  CHECK(hops.least_ring_latency == nanoseconds(3 + 3 + 4));
}

TEST_CASE("direct hops are those over one link") {
  const NodeHops hops = node_hops(network, HopKind::direct);
  CHECK(hops.hop(0, 1).links.empty());
  CHECK(hops.hop(2, 1).links == std::vector<LinkId>{9});
  CHECK(hops.widest == std::vector<NodeHops::Workers>{{}, {2}, {1}});
  CHECK(has_cut(hops, {}));  // a has none
}

TEST_CASE("every ring crosses the links out of each worker, those into it, and any only way") {
  const NodeHops hops = node_hops(network, HopKind::any);
  CHECK(has_cut(hops, {0}));     // out of a
  CHECK(has_cut(hops, {3, 9}));  // into b
  CHECK_FALSE(has_cut(hops, {4}));
  const NodeHops tree = node_hops(Network({.workers = {"a", "b", "c"},
                                           .links = {{"a", "x", link(10, 1)},
                                                     {"b", "x", link(10, 1)},
                                                     {"x", "y", link(5, 4)},
                                                     {"c", "y", link(10, 1)}}}),
                                  HopKind::any);
  CHECK(has_cut(tree, {4}));
  CHECK(has_cut(tree, {5}));
  // Both ways over each link.
  CHECK(tree.least_ring_latency == nanoseconds(2 * (1 + 1 + 4 + 1)));
}
