#include "sim/network/ring_search.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "sim/collectives/ring_order.hpp"
#include "sim/core/error.hpp"
#include "sim/network/communicator.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

using Rings = std::vector<Order>;

const Link nvlink{gigabytes_per_s(20), nanoseconds(600)};
const Link pcie{gigabytes_per_s(12), nanoseconds(500)};

std::vector<std::string> gpus(std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t gpu = 0; gpu < count; ++gpu) names.push_back("gpu" + std::to_string(gpu));
  return names;
}

// gpus on switches, switches on sockets, sockets in a row; the workers' ranks in any order.
Node pcie_tree(std::vector<std::string> workers, std::int64_t on_switch, std::int64_t on_socket) {
  const auto named = [](const char* what, std::int64_t number) {
    return what + std::to_string(number);
  };
  const auto count = static_cast<std::int64_t>(workers.size());
  Node node{.workers = std::move(workers)};
  for (std::int64_t gpu = 0; gpu < count; ++gpu) {
    const std::int64_t at = gpu / on_switch;
    node.links.push_back({named("gpu", gpu), named("switch", at), pcie});
    if (gpu % on_switch > 0) continue;
    const std::int64_t socket = gpu / on_socket;
    node.links.push_back({named("switch", at), named("socket", socket), pcie});
    if (gpu % on_socket > 0 || socket == 0) continue;
    node.links.push_back({named("socket", socket - 1), named("socket", socket), pcie});
  }
  return node;
}

// The eight V100 of topologies/v100_nvlink_x8.toml.
Node hybrid_cube_mesh(std::vector<std::string> workers = gpus(8)) {
  Node node = pcie_tree(std::move(workers), 2, 4);
  const auto join = [&](double links, std::vector<std::pair<int, int>> pairs) {
    for (const auto& [a, b] : pairs) {
      node.links.push_back({gpus(8)[a], gpus(8)[b], {nvlink.bandwidth * links, nvlink.latency}});
    }
  };
  join(2, {{0, 3}, {0, 4}, {1, 2}, {1, 5}, {2, 3}, {4, 7}, {5, 6}, {6, 7}});
  join(1, {{0, 1}, {0, 2}, {1, 3}, {2, 6}, {3, 7}, {4, 5}, {4, 6}, {5, 7}});
  return node;
}

// The four V100 of topologies/v100_dgx_station_x4x2.toml.
Node double_mesh_of_four() {
  Node node{.workers = gpus(4)};
  for (int a = 0; a < 4; ++a) {
    node.links.push_back({gpus(4)[a], "pcie0", pcie});
    for (int b = a + 1; b < 4; ++b) {
      node.links.push_back({gpus(4)[a], gpus(4)[b], {gigabytes_per_s(40), nanoseconds(600)}});
    }
  }
  return node;
}

double bus_gigabytes_per_s(const Network& network, const Rings& rings) {
  return Communicator(network, {.rings = rings}).bus_bandwidth().count() / 1e9;
}

Duration latency(const Network& network, const Rings& rings) {
  Duration sum;
  for (const Order& ring : rings) {
    for (std::size_t place = 0; place < ring.size(); ++place) {
      sum += network.route(ring[place], ring[(place + 1) % ring.size()]).latency;
    }
  }
  return sum;
}

// By directed link.
std::vector<std::int64_t> crossings(const Network& network, const Rings& rings) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(network.links()));
  for (const Order& ring : rings) {
    for (std::size_t place = 0; place < ring.size(); ++place) {
      for (const LinkId link : network.route(ring[place], ring[(place + 1) % ring.size()]).links) {
        ++counts[link];
      }
    }
  }
  return counts;
}

// All that start at worker 0.
Rings all_orders(std::int64_t workers) {
  Rings orders{rank_order(workers)};
  for (Order next = orders[0]; std::next_permutation(next.begin() + 1, next.end());) {
    orders.push_back(next);
  }
  return orders;
}

std::int64_t below(Draws& random, std::int64_t bound) {
  return static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(bound));
}

Link any_link(Draws& random) {
  const std::array<double, 6> rates{5, 10, 12, 20, 24, 7.3};
  return {gigabytes_per_s(rates[random() % rates.size()]), nanoseconds(1 + below(random, 900))};
}

// Switches in a row and workers on them.
Node any_tree(Draws& random, std::int64_t workers) {
  Node node{.workers = gpus(workers)};
  for (const std::string& worker : node.workers) {
    node.links.push_back({worker, "switch" + std::to_string(random() % 3), any_link(random)});
  }
  node.links.push_back({"switch0", "switch1", any_link(random)});
  node.links.push_back({"switch1", "switch2", any_link(random)});
  return node;
}

Node any_mesh(Draws& random, std::int64_t workers) {
  Node node{.workers = gpus(workers)};
  for (std::int64_t a = 0; a < workers; ++a) {
    for (std::int64_t b = 0; b < a; ++b) {
      node.links.push_back({node.workers[a], node.workers[b], any_link(random)});
    }
  }
  return node;
}

// A tree, and some links of the workers' own.
Node any_node(Draws& random, std::int64_t workers) {
  Node node = any_tree(random, workers);
  for (const NodeLink& link : any_mesh(random, workers).links) {
    if (random() % 3 == 0) node.links.push_back(link);
  }
  return node;
}

}  // namespace

TEST_CASE("one worker is a ring, and two are one") {
  CHECK(find_rings({.workers = {"gpu0"}}) == Rings{{0}});
  CHECK(find_rings({.workers = {"gpu0"}, .links = {{"gpu0", "bus", pcie}}}, "bus") == Rings{{0}});
  CHECK(find_rings({.workers = gpus(2), .links = {{"gpu0", "gpu1", nvlink}}}) == Rings{{0, 1}});
}

TEST_CASE("workers on one switch make one ring, by rank") {
  for (const std::int64_t workers : {2, 3, 4, 8, 16, 72, 256}) {
    CAPTURE(workers);
    CHECK(find_rings(pcie_tree(gpus(workers), workers, workers)) == Rings{rank_order(workers)});
  }
}

TEST_CASE("a ring stays on a bridge as long as it can") {
  const Node crosswise{.workers = {"gpu0", "gpu1", "gpu2", "gpu3"},
                       .links = {{"gpu0", "bridge0", pcie},
                                 {"gpu1", "bridge1", pcie},
                                 {"gpu2", "bridge0", pcie},
                                 {"gpu3", "bridge1", pcie},
                                 {"bridge0", "bridge1", {gigabytes_per_s(10), pcie.latency}}}};
  CHECK(find_rings(crosswise) == Rings{{0, 2, 1, 3}});
  CHECK(bus_gigabytes_per_s(Network(crosswise), find_rings(crosswise)) == doctest::Approx(10));
  CHECK(bus_gigabytes_per_s(Network(crosswise), {rank_order(4)}) == doctest::Approx(5));
}

TEST_CASE("in a tree a ring crosses each link once each way, however the workers are numbered") {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    std::vector<std::string> workers = gpus(16);
    std::shuffle(workers.begin(), workers.end(), random);
    const Network network(pcie_tree(workers, 4, 8));
    const Rings rings = find_rings(network.node());
    REQUIRE(rings.size() == 1);
    CHECK(crossings(network, rings) ==
          std::vector<std::int64_t>(static_cast<std::size_t>(network.links()), 1));
  }
}

TEST_CASE("a ring stays near, though the wide hops lead far") {
  Node node = pcie_tree(gpus(16), 4, 8);
  for (NodeLink& link : node.links) {
    const bool is_slow = link.first == "gpu1" || link.first == "gpu6" || link.first == "gpu10" ||
                         link.first == "gpu15";
    if (is_slow) link.link.achievable = 0.25;
  }
  const Network network(node);
  CHECK(crossings(network, find_rings(node)) ==
        std::vector<std::int64_t>(static_cast<std::size_t>(network.links()), 1));
}

TEST_CASE("the rings of a double mesh of four are as good as those written by hand") {
  const Network network(double_mesh_of_four());
  const Rings by_hand{{0, 1, 2, 3}, {3, 2, 1, 0}, {0, 1, 3, 2},
                      {2, 3, 1, 0}, {0, 2, 1, 3}, {3, 1, 2, 0}};
  const Rings found = find_rings(network.node());
  CHECK(found.size() == 6);
  CHECK(bus_gigabytes_per_s(network, by_hand) == doctest::Approx(120));
  CHECK(bus_gigabytes_per_s(network, found) == doctest::Approx(120));
}

TEST_CASE("six rings use every NVLink of a hybrid cube mesh once each way, as those by hand") {
  const Rings by_hand{{1, 5, 6, 7, 4, 0, 3, 2}, {1, 5, 6, 7, 4, 0, 3, 2}, {2, 3, 0, 4, 7, 6, 5, 1},
                      {2, 3, 0, 4, 7, 6, 5, 1}, {0, 2, 6, 4, 5, 7, 3, 1}, {1, 3, 7, 5, 4, 6, 2, 0}};
  CHECK(bus_gigabytes_per_s(Network(hybrid_cube_mesh()), by_hand) == doctest::Approx(120));
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    std::vector<std::string> workers = gpus(8);
    if (seed > 0) std::shuffle(workers.begin(), workers.end(), random);
    const Network network(hybrid_cube_mesh(workers));
    const Rings rings = find_rings(network.node());
    CHECK(rings.size() == 6);
    CHECK(bus_gigabytes_per_s(network, rings) == doctest::Approx(120));
    const std::vector<std::int64_t> counts = crossings(network, rings);
    for (LinkId link = 0; link < counts.size(); ++link) {
      const double nvlinks = network.bandwidth(link) / nvlink.bandwidth;
      CHECK(counts[link] == (nvlinks < 1 ? 0 : static_cast<std::int64_t>(nvlinks)));
    }
  }
}

TEST_CASE("rings over links of the workers' own do not add PCIe to them") {
  Node node = pcie_tree(gpus(8), 8, 8);
  for (int gpu = 0; gpu < 8; ++gpu) {
    node.links.push_back({gpus(8)[gpu], gpus(8)[(gpu + 1) % 8], nvlink});
  }
  CHECK(find_rings(node) == Rings{{0, 1, 2, 3, 4, 5, 6, 7}, {0, 7, 6, 5, 4, 3, 2, 1}});
  node.links.pop_back();  // now gpu7 and gpu0 have none, and all rings need PCIe
  CHECK(bus_gigabytes_per_s(Network(node), find_rings(node)) == doctest::Approx(24));
}

TEST_CASE("what links reach counts, not their rates") {
  Node node{.workers = gpus(4)};
  for (const std::string& worker : node.workers) node.links.push_back({worker, "bus", pcie});
  for (const auto& [a, b] : {std::pair(0, 1), {2, 3}, {0, 2}, {1, 3}, {0, 3}, {1, 2}}) {
    node.links.push_back({gpus(4)[a], gpus(4)[b], nvlink});
  }
  CHECK(bus_gigabytes_per_s(Network(node), find_rings(node)) == doctest::Approx(60));
  for (NodeLink& link : node.links) {
    const bool is_poor = link.first == "gpu0" && link.second == "gpu1";
    if (is_poor) link.link.achievable = 0.001;
  }
  const Rings rings = find_rings(node);
  CHECK(rings == Rings{{0, 2, 1, 3}, {0, 3, 1, 2}});
  CHECK(bus_gigabytes_per_s(Network(node), rings) == doctest::Approx(40));
}

TEST_CASE("no order of a few workers is a faster ring, and of equals none has less latency") {
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network(any_node(random, 2 + below(random, 4)));
    const Rings found = find_rings(network.node());
    const double bandwidth = bus_gigabytes_per_s(network, found);
    for (const Order& order : all_orders(network.workers_per_node())) {
      const double alone = bus_gigabytes_per_s(network, {order});
      CHECK(alone <= bandwidth * (1 + 1e-6));  // times are rounded to the nanosecond
      if (found.size() > 1 || alone < bandwidth * (1 - 1e-6)) continue;
      CHECK(latency(network, {order}) >= latency(network, found));
    }
  }
}

TEST_CASE("no three rings of four workers carry more, and none that carry as much are fewer") {
  const Rings orders = all_orders(4);
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network(seed % 2 == 0 ? any_tree(random, 4) : any_mesh(random, 4));
    const Rings found = find_rings(network.node());
    const double bandwidth = bus_gigabytes_per_s(network, found);
    const auto check = [&](const Rings& rings) {
      const double together = bus_gigabytes_per_s(network, rings);
      CHECK(together <= bandwidth * (1 + 1e-6));
      if (together < bandwidth * (1 - 1e-6)) return;
      CHECK(std::tuple(rings.size(), latency(network, rings)) >=
            std::tuple(found.size(), latency(network, found)));
    };
    for (std::size_t a = 0; a < orders.size(); ++a) {
      check({orders[a]});
      for (std::size_t b = a; b < orders.size(); ++b) {
        check({orders[a], orders[b]});
        for (std::size_t c = b; c < orders.size(); ++c) check({orders[a], orders[b], orders[c]});
      }
    }
  }
}

TEST_CASE("beyond what can be searched the rings are whole and no worse than by rank") {
  for (std::uint32_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const std::int64_t workers = std::array{12, 24, 40}[seed % 3];
    const Network network(seed % 2 == 0 ? any_mesh(random, workers) : any_node(random, workers));
    const Rings rings = find_rings(network.node());
    CHECK_NOTHROW(check_orders(rings));
    CHECK(rings == find_rings(network.node()));
    CHECK(bus_gigabytes_per_s(network, rings) >=
          bus_gigabytes_per_s(network, {rank_order(workers)}) * (1 - 1e-6));
  }
}

TEST_CASE("a ring enters and leaves a node at the workers nearest to the uplink") {
  const Node tree = pcie_tree(gpus(8), 2, 4);
  CHECK(find_rings(tree) == Rings{{0, 1, 2, 3, 4, 5, 6, 7}});
  CHECK(find_rings(tree, "switch0") == Rings{{1, 2, 3, 4, 5, 6, 7, 0}});
  CHECK(find_rings(tree, "switch2") == Rings{{5, 6, 7, 0, 1, 2, 3, 4}});
  CHECK(find_rings(tree, "gpu6") == Rings{{7, 0, 1, 2, 3, 4, 5, 6}});
}

TEST_CASE("several rings enter and leave by different workers that are equally near") {
  const Rings rings = find_rings(double_mesh_of_four(), "pcie0");
  std::vector<int> firsts(4);
  std::vector<int> lasts(4);
  for (const Order& ring : rings) {
    ++firsts[ring.front()];
    ++lasts[ring.back()];
  }
  CHECK(std::ranges::max(firsts) == 2);
  CHECK(std::ranges::max(lasts) == 2);
}

TEST_CASE("over several nodes the rings reach what the uplink, or the way to it, lets through") {
  const auto reached = [](const Node& node, const std::string& attach, double uplink) {
    const Network network(node, 4, Fabric{attach, {gigabytes_per_s(uplink), nanoseconds(500)}});
    return bus_gigabytes_per_s(network, find_rings(node, attach));
  };
  CHECK(reached(hybrid_cube_mesh(), "switch0", 12.5) == doctest::Approx(12.5));
  CHECK(reached(double_mesh_of_four(), "pcie0", 12.5) == doctest::Approx(12.5));
  CHECK(reached(pcie_tree(gpus(8), 2, 4), "switch0", 10) == doctest::Approx(10));
  CHECK(reached(pcie_tree(gpus(8), 2, 4), "switch0", 100) == doctest::Approx(12));
  // Two rings of six leave by one worker's 12 GB/s.
  CHECK(reached(double_mesh_of_four(), "pcie0", 100) == doctest::Approx(36));
  // Three of six go to or from the second switch.
  CHECK(reached(hybrid_cube_mesh(), "switch0", 100) == doctest::Approx(24));
}

TEST_CASE("a node that is no network has no rings") {
  CHECK_THROWS_WITH_AS(find_rings({.workers = gpus(2)}),
                       "no links join the node's workers; write links in [node]", InputError);
  CHECK_THROWS_WITH_AS(find_rings(double_mesh_of_four(), "pcie1"),
                       "no vertex of the node is named 'pcie1'", InputError);
  CHECK_THROWS_AS(find_rings({}), InputError);
}
