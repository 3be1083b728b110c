#include "sim/network/nccl_cost.hpp"

#include <doctest/doctest.h>

#include "sim/core/error.hpp"

using namespace palsim;

namespace {

const NcclSetting pcie_x4{.workers = 4, .bus_bandwidth = BytesPerSecond(10e9)};
const NcclSetting nvlink_x8{
    .workers = 8, .node_links = NodeLinks::nvlink, .bus_bandwidth = BytesPerSecond(120e9)};

const NcclSetting two_nodes_of_eight{.workers = 16,
                                     .nodes = 2,
                                     .node_links = NodeLinks::nvlink,
                                     .bus_bandwidth = BytesPerSecond(10e9)};

double all_reduce_us(const NcclSetting& setting, Algorithm algorithm, Protocol protocol) {
  const Duration latency = nccl_latency(setting, Collective::all_reduce, algorithm, protocol);
  return static_cast<double>(latency.count_ns()) / 1000;
}

double bandwidth(const NcclSetting& setting, Collective collective, Algorithm algorithm,
                 Protocol protocol) {
  return nccl_algorithm_bandwidth(setting, collective, algorithm, protocol).count();
}

}  // namespace

TEST_CASE("the latencies of an all-reduce are those that NCCL's tables give") {
  CHECK(all_reduce_us(pcie_x4, Algorithm::ring, Protocol::ll) == 12.6);
  CHECK(all_reduce_us(pcie_x4, Algorithm::ring, Protocol::simple) == 42.6);
  CHECK(all_reduce_us(pcie_x4, Algorithm::tree, Protocol::ll) == 12.8);
  CHECK(all_reduce_us(pcie_x4, Algorithm::tree, Protocol::simple) == 32.4);
  CHECK(all_reduce_us(nvlink_x8, Algorithm::ring, Protocol::ll) == 15);
  CHECK(all_reduce_us(nvlink_x8, Algorithm::ring, Protocol::ll128) == 40.6);
  CHECK(all_reduce_us(nvlink_x8, Algorithm::ring, Protocol::simple) == 56);
  CHECK(all_reduce_us(nvlink_x8, Algorithm::tree, Protocol::ll) == 15.2);
  CHECK(all_reduce_us(nvlink_x8, Algorithm::tree, Protocol::ll128) == 31.5);
  CHECK(all_reduce_us(nvlink_x8, Algorithm::tree, Protocol::simple) == 64.4);
}

TEST_CASE("each base and each hop is that of NCCL 2.30, for every algorithm, protocol and link") {
  struct Row {
    Algorithm algorithm;
    Protocol protocol;
    std::int64_t base_ns, nvlink_ns, pcie_ns, network_ns;
  };
  const Row table[] = {{Algorithm::tree, Protocol::ll, 6800, 600, 1000, 5000},
                       {Algorithm::tree, Protocol::ll128, 14'000, 1250, 1900, 8500},
                       {Algorithm::tree, Protocol::simple, 8400, 4000, 4000, 14'000},
                       {Algorithm::ring, Protocol::ll, 6600, 600, 1000, 2700},
                       {Algorithm::ring, Protocol::ll128, 14'000, 1900, 2500, 4000},
                       {Algorithm::ring, Protocol::simple, 8400, 3400, 5700, 14'000}};
  for (const Row& row : table) {
    for (const NodeLinks links : {NodeLinks::nvlink, NodeLinks::pcie}) {
      CAPTURE(static_cast<int>(row.algorithm));
      CAPTURE(static_cast<int>(row.protocol));
      CAPTURE(static_cast<int>(links));
      const std::int64_t hop_ns = links == NodeLinks::nvlink ? row.nvlink_ns : row.pcie_ns;
      const auto latency_ns = [&](std::int64_t workers, std::int64_t nodes) {
        return nccl_latency({.workers = workers, .nodes = nodes, .node_links = links},
                            Collective::all_reduce, row.algorithm, row.protocol)
            .count_ns();
      };
      CHECK(latency_ns(2, 1) == row.base_ns + 2 * hop_ns);
      CHECK(latency_ns(2, 2) == row.base_ns + 2 * row.network_ns);
      const std::int64_t hops = row.algorithm == Algorithm::tree ? 2 : 4;
      CHECK(latency_ns(4, 2) == row.base_ns + hops * hop_ns + 2 * row.network_ns);
    }
  }
}

TEST_CASE("a tree over three nodes is no deeper than one over two") {
  const NcclSetting three_nodes{.workers = 3, .nodes = 3};
  CHECK(all_reduce_us(three_nodes, Algorithm::tree, Protocol::simple) == 8.4 + 2 * 14);
}

TEST_CASE("between nodes the hops are the network's, and the fabric's latency comes on top") {
  NcclSetting setting = nvlink_x8;
  setting.workers = 32;
  setting.nodes = 4;
  CHECK(all_reduce_us(setting, Algorithm::ring, Protocol::simple) ==
        doctest::Approx(8.4 + 56 * 3.4 + 6 * 14));
  CHECK(all_reduce_us(setting, Algorithm::tree, Protocol::simple) ==
        doctest::Approx(8.4 + 14 * 4 + 4 * 14));
  setting.fabric_latency = Duration::nanoseconds(50'000);
  CHECK(all_reduce_us(setting, Algorithm::ring, Protocol::simple) ==
        doctest::Approx(8.4 + 56 * 3.4 + 6 * (14 + 50)));
  CHECK(nccl_latency(setting, Collective::broadcast, Algorithm::ring, Protocol::ll) ==
        Duration::nanoseconds(6600 + 28 * 600 + 3 * (2700 + 50'000)));
}

TEST_CASE("protocols take their share of the bus bandwidth, and a tree half of it") {
  const Collective all_reduce = Collective::all_reduce;
  CHECK(bandwidth(pcie_x4, all_reduce, Algorithm::ring, Protocol::simple) ==
        doctest::Approx(10e9 * 4 / 6));
  CHECK(bandwidth(pcie_x4, all_reduce, Algorithm::ring, Protocol::ll) ==
        doctest::Approx(5e9 * 4 / 6));
  CHECK(bandwidth(nvlink_x8, all_reduce, Algorithm::ring, Protocol::ll128) ==
        doctest::Approx(0.92 * 120e9 * 8 / 14));
  CHECK(bandwidth(nvlink_x8, all_reduce, Algorithm::tree, Protocol::simple) ==
        doctest::Approx(0.92 * 60e9));
  CHECK(bandwidth(nvlink_x8, all_reduce, Algorithm::tree, Protocol::ll) ==
        doctest::Approx(0.92 * 60e9 / 3.8));
  CHECK(bandwidth(nvlink_x8, all_reduce, Algorithm::tree, Protocol::ll128) ==
        doctest::Approx(0.92 * 60e9 * 7 / 9));
  CHECK(bandwidth(nvlink_x8, Collective::broadcast, Algorithm::ring, Protocol::simple) == 120e9);
}

TEST_CASE("on several nodes only a tree's LL128 has another share of the bus bandwidth") {
  struct Row {
    Algorithm algorithm;
    Protocol protocol;
    double on_one_node, on_several;
  };
  const Row table[] = {
      {Algorithm::tree, Protocol::ll, 0.92 / 3.8, 0.92 / 3.8},
      {Algorithm::tree, Protocol::ll128, 0.92 * 7 / 9, 0.92 * 120 / 128},
      {Algorithm::tree, Protocol::simple, 0.92, 0.92},
      {Algorithm::ring, Protocol::ll, 0.5, 0.5},
      {Algorithm::ring, Protocol::ll128, 0.92, 0.92},
      {Algorithm::ring, Protocol::simple, 1, 1},
  };
  for (const Row& row : table) {
    for (const NodeLinks links : {NodeLinks::nvlink, NodeLinks::pcie}) {
      CAPTURE(static_cast<int>(row.algorithm));
      CAPTURE(static_cast<int>(row.protocol));
      NcclSetting setting{
          .workers = 8, .node_links = links, .bus_bandwidth = BytesPerSecond(100e9)};
      const double of_bus = row.algorithm == Algorithm::tree ? 1.0 / 2 : 8.0 / 14;
      const auto approximately = [](double value) {  // but for the last digits of a product
        return doctest::Approx(value).epsilon(1e-12);
      };
      CHECK(bandwidth(setting, Collective::all_reduce, row.algorithm, row.protocol) ==
            approximately(100e9 * of_bus * row.on_one_node));
      setting.nodes = 2;
      CHECK(bandwidth(setting, Collective::all_reduce, row.algorithm, row.protocol) ==
            approximately(100e9 * of_bus * row.on_several));
    }
  }
}

TEST_CASE("small messages go by LL and large ones by Simple around a ring") {
  const auto choice = [](const NcclSetting& setting, std::int64_t bytes) {
    return nccl_fastest(setting, Collective::all_reduce, Algorithm::automatic, Protocol::automatic,
                        Bytes(bytes));
  };
  CHECK(choice(pcie_x4, 8).protocol == Protocol::ll);
  CHECK(choice(pcie_x4, 1 << 30).protocol == Protocol::simple);
  CHECK(choice(pcie_x4, 1 << 30).algorithm == Algorithm::ring);
  CHECK(choice(nvlink_x8, 4 << 20).protocol == Protocol::ll128);
}

TEST_CASE("an algorithm and a protocol can be forced, except LL128 without NVLink") {
  const NcclChoice tree = nccl_fastest(pcie_x4, Collective::all_reduce, Algorithm::tree,
                                       Protocol::simple, Bytes(46'000));
  CHECK(tree.algorithm == Algorithm::tree);
  CHECK(tree.protocol == Protocol::simple);
  CHECK(tree.time == Duration::nanoseconds(32'400 + 10'000));
  CHECK(nccl_fastest(pcie_x4, Collective::broadcast, Algorithm::tree, Protocol::automatic, Bytes(8))
            .algorithm == Algorithm::ring);
  CHECK_THROWS_WITH_AS(nccl_fastest(pcie_x4, Collective::all_reduce, Algorithm::automatic,
                                    Protocol::ll128, Bytes(8)),
                       "NCCL offers no LL128 without NVLink; write LL or Simple", InputError);
}

TEST_CASE(
    "reduce-scatter and all-gather take half of an all-reduce's hops, each of all the bytes") {
  const NcclSetting setting = two_nodes_of_eight;
  for (const Collective collective : {Collective::reduce_scatter, Collective::all_gather}) {
    const Duration base = Duration::nanoseconds(8'400);
    const Duration all =
        nccl_latency(setting, Collective::all_reduce, Algorithm::ring, Protocol::simple);
    CHECK((nccl_latency(setting, collective, Algorithm::ring, Protocol::simple) - base) * 2 ==
          all - base);
    CHECK(
        nccl_algorithm_bandwidth(setting, collective, Algorithm::ring, Protocol::simple).count() ==
        doctest::Approx(setting.bus_bandwidth.count() * 16 / 15));
    CHECK(nccl_fastest(setting, collective, Algorithm::tree, Protocol::automatic, Bytes(8))
              .algorithm == Algorithm::ring);
  }
}

TEST_CASE("point-to-point takes one hop and never LL128") {
  const NcclSetting pair{
      .workers = 2, .node_links = NodeLinks::nvlink, .bus_bandwidth = BytesPerSecond(40e9)};
  const auto send = [&](Protocol protocol, std::int64_t bytes) {
    return nccl_fastest(pair, Collective::point_to_point, Algorithm::automatic, protocol,
                        Bytes(bytes));
  };
  CHECK(send(Protocol::automatic, 0).time == Duration::nanoseconds(7'200));
  CHECK(send(Protocol::automatic, 400'000'000).time == Duration::nanoseconds(10'000'000 + 11'800));
  for (const std::int64_t bytes : {1, 1 << 16, 1 << 20, 1 << 28}) {
    CHECK(send(Protocol::ll128, bytes).protocol != Protocol::ll128);
  }
}

TEST_CASE("a fit scales what the model chose, and does not change the choice") {
  NcclSetting setting = two_nodes_of_eight;
  for (const std::int64_t bytes : {1'000, 1'000'000, 1'000'000'000}) {
    setting.fit = {};
    const auto choose = [&] {
      return nccl_fastest(setting, Collective::all_reduce, Algorithm::automatic,
                          Protocol::automatic, Bytes(bytes));
    };
    const NcclChoice nominal = choose();
    setting.fit = {
        .latency_factor = 3, .bandwidth_factor = 0.5, .corrections = {{Bytes(1'000'000), 1.5}}};
    const NcclChoice fitted = choose();
    CHECK(fitted.algorithm == nominal.algorithm);
    CHECK(fitted.protocol == nominal.protocol);
    const Duration latency =
        nccl_latency(setting, Collective::all_reduce, nominal.algorithm, nominal.protocol);
    const double expected_ns = 1.5 * (3 * static_cast<double>(latency.count_ns()) +
                                      2 * static_cast<double>((nominal.time - latency).count_ns()));
    CHECK(static_cast<double>(fitted.time.count_ns()) ==
          doctest::Approx(expected_ns).epsilon(1e-4));
  }
}

TEST_CASE("between its sizes a correction's logarithm is linear in the size's") {
  const std::vector<Correction> corrections{{Bytes(100), 2.0}, {Bytes(10'000), 0.5}};
  CHECK(correction_at({}, Bytes(5)) == 1);
  CHECK(correction_at(corrections, Bytes(1)) == 2.0);
  CHECK(correction_at(corrections, Bytes(100)) == 2.0);
  CHECK(correction_at(corrections, Bytes(1'000)) == doctest::Approx(1.0));
  CHECK(correction_at(corrections, Bytes(10'000)) == 0.5);
  CHECK(correction_at(corrections, Bytes(1'000'000)) == 0.5);
}
