#include "sim/network/network.hpp"

#include <doctest/doctest.h>

#include "sim/core/error.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

NodeLink link(std::string first, std::string second, std::int64_t latency_ns) {
  return {std::move(first), std::move(second), {gigabytes_per_s(1), nanoseconds(latency_ns)}};
}

std::vector<LinkId> links_of(const Network& network, Rank source, Rank target) {
  return network.route(source, target).links;
}

}  // namespace

TEST_CASE("a route is the one of least latency, not of fewest links") {
  const Network network(
      {.workers = {"a", "b"}, .links = {link("a", "b", 10), link("a", "x", 4), link("x", "b", 5)}});
  CHECK(links_of(network, 0, 1) == std::vector<LinkId>{2, 4});
  CHECK(links_of(network, 1, 0) == std::vector<LinkId>{5, 3});
  CHECK(network.route(0, 1).latency == nanoseconds(9));
}

TEST_CASE("of equal latencies the route of fewest links wins, then the first by names") {
  const Network direct(
      {.workers = {"a", "b"}, .links = {link("a", "x", 0), link("x", "b", 5), link("b", "a", 5)}});
  CHECK(links_of(direct, 0, 1) == std::vector<LinkId>{5});
  const Network named(
      {.workers = {"a", "b"},
       .links = {link("a", "y", 2), link("y", "b", 2), link("a", "x", 1), link("x", "b", 3)}});
  CHECK(links_of(named, 0, 1) == std::vector<LinkId>{4, 6});
}

TEST_CASE("no route passes through a worker") {
  const Network network(
      {.workers = {"a", "b", "c"},
       .links = {link("a", "b", 1), link("b", "c", 1), link("a", "x", 50), link("c", "x", 50)}});
  CHECK(links_of(network, 0, 2) == std::vector<LinkId>{4, 7});
}

TEST_CASE("between nodes a route goes up to the switch and down again") {
  const Network network({.workers = {"a", "b"}, .links = {link("a", "x", 1), link("b", "x", 2)}}, 3,
                        Fabric{"x", {gigabytes_per_s(5), nanoseconds(10)}});
  CHECK(network.ranks() == 6);
  CHECK(network.links() == 18);  // six directed links a node, the last two the fabric's
  CHECK(links_of(network, 0, 1) == std::vector<LinkId>{0, 3});
  CHECK(links_of(network, 3, 4) == std::vector<LinkId>{6 + 2, 6 + 4, 12 + 5, 12 + 1});
  CHECK(network.route(3, 4).latency == nanoseconds(2 + 10 + 10 + 1));
  CHECK(network.fabric_latency() == nanoseconds(20));
  CHECK(network.bandwidth(6 + 4) == gigabytes_per_s(5));
  CHECK(network.bandwidth(6 + 3) == gigabytes_per_s(1));
}

TEST_CASE("a worker may be the attach vertex, and other workers then go through it to the fabric") {
  const Network network({.workers = {"a", "b"}, .links = {link("a", "b", 1)}}, 2,
                        Fabric{"a", {gigabytes_per_s(5), nanoseconds(10)}});
  CHECK(links_of(network, 1, 3) == std::vector<LinkId>{1, 2, 4 + 3, 4 + 0});
  CHECK(links_of(network, 0, 2) == std::vector<LinkId>{2, 4 + 3});
}

TEST_CASE("what cannot be a network is refused") {
  const Node apart{.workers = {"a", "b"}, .links = {link("a", "x", 1), link("b", "y", 1)}};
  CHECK_THROWS_WITH_AS(Network{apart}, "no links lead from 'b' to 'a'", InputError);
  const Node through{.workers = {"a", "b", "c"}, .links = {link("a", "b", 1), link("b", "c", 1)}};
  CHECK_THROWS_WITH_AS(Network{through}, "no links lead from 'c' to 'a'", InputError);
  CHECK_THROWS_WITH_AS(Network(Node{.workers = {"a"}, .links = {link("a", "a", 1)}}),
                       "a link joins 'a' to itself", InputError);
  CHECK_THROWS_WITH_AS(Network(Node{.workers = {"a"}}, 2), "2 nodes without a fabric between them",
                       InputError);
  CHECK_THROWS_WITH_AS(Network(Node{.workers = {"a"}}, 2, Fabric{"x", {gigabytes_per_s(1), {}}}),
                       "no vertex of the node is named 'x'", InputError);
  CHECK_THROWS_AS(Network(Node{}), InputError);
}

TEST_CASE("a node without any links has workers and no routes") {
  const Network network({.workers = {"core0", "core1"}});
  CHECK(network.ranks() == 2);
  CHECK(network.links() == 0);
  CHECK_THROWS_WITH_AS(network.route(0, 1),
                       "no links join the node's workers; write links in [node]", InputError);
}
