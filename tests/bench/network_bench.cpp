// How fast the network is simulated: messages of collectives, and independent flows. SimGrid does
// the same in the same run, where it is installed.
#include <fmt/format.h>

#include <algorithm>

#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/network/communicator.hpp"
#include "sim/network/flow_replay.hpp"
#include "sim/network/plan_timing.hpp"
#include "tests/bench/figures.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/network_examples.hpp"
#ifdef PALSIM_SIMGRID
#include "tests/peers/simgrid_peer.hpp"
#endif

namespace palsim {
namespace {

const Bytes buffer(256 << 20);
const Link host_link{gigabytes_per_s(12.5), nanoseconds(5'000)};

void first_times() {
  fmt::print("\none all-reduce of 256 MiB, timed for the first time\n");
  const auto time_ring = [](const Node& node, std::int64_t nodes) {
    const Fabric fabric{node.workers.size() == 1 ? node.workers.front() : "bus", host_link};
    Communicator communicator(Network(node, nodes, fabric), {.algorithm = Algorithm::ring});
    communicator.all_reduce(buffer);
  };
  measure("  ring, 1 024 hosts on a switch", "", [&] { time_ring({{"gpu"}, {}}, 1'024); });
  measure("  ring, 100 000 hosts on a switch", "", [&] { time_ring({{"gpu"}, {}}, 100'000); });
  Node eight;
  for (int gpu = 0; gpu < 8; ++gpu) {
    eight.workers.push_back(fmt::format("gpu{}", gpu));
    eight.links.push_back({eight.workers.back(), "bus", {gigabytes_per_s(24), nanoseconds(500)}});
  }
  measure("  ring, 1 024 GPUs in nodes of 8", "", [&] { time_ring(eight, 128); });
}

// Nothing remembered, nothing skipped.
void time_messages(std::int64_t ranks, Shortcuts shortcuts) {
  time_plan(star(ranks, host_link), ring_all_reduce(ranks), buffer, {shortcuts});
}

void print_rate(double count, const char* what, double seconds) {
  fmt::print("    {:.3g} million {}/s\n", count / seconds / 1e6, what);
}

void rings() {
  fmt::print("\nring all-reduces of 256 MiB, hosts on a switch, message by message\n");
  for (const std::int64_t ranks : {4, 8, 64, 256, 4096}) {
    const double count = static_cast<double>(messages(ring_all_reduce(ranks)));
    const int times = ranks <= 8 ? 1000 : 1;
    const double ours_s =
        measure(fmt::format("  {} hosts{}", ranks, times > 1 ? ", 1 000 times" : ""),
                ranks == 4096 ? "< 10 s, 1 GB"
                : ranks >= 64 ? "5 million messages/s"
                              : "",
                [&] {
                  for (int time = 0; time < times; ++time) {
                    time_messages(ranks, Shortcuts::lone_messages);
                  }
                });
    print_rate(count * times, "messages", ours_s);
    if (times == 1) {
      const double solved_s = measure("    each through the solver, though it shares no link", "",
                                      [&] { time_messages(ranks, Shortcuts::none); });
      print_rate(count, "messages", solved_s);
    }
#ifdef PALSIM_SIMGRID
    if (ranks == 4096) continue;
    double theirs_s = 1e9;
    for (int run = 0; run < 3; ++run) {
      theirs_s = std::min(theirs_s, simgrid_rings(ranks, buffer, host_link, times).wall_s);
    }
    print_figure("    SimGrid", ranks >= 64 ? "5 times ours" : "", theirs_s);
    fmt::print("    {:.0f} times ours\n", theirs_s / ours_s);
#endif
  }
  for (const std::int64_t ranks : {64, 256}) {
    measure(fmt::format("  {} hosts, 1 000 times, remembered", ranks), "< 5 ms more than once",
            [&] {
              Communicator communicator(star(ranks, host_link), {.algorithm = Algorithm::ring});
              for (int time = 0; time < 1'000; ++time) communicator.all_reduce(buffer);
            });
  }
}

// Eight nodes of eight hosts, joined by one uplink each.
Network eight_nodes(double uplink_gigabytes_per_s) {
  Node node;
  for (int host = 0; host < 8; ++host) {
    node.workers.push_back(fmt::format("host{}", host));
    node.links.push_back({node.workers.back(), "switch", {gigabytes_per_s(12.5), {}}});
  }
  return Network(node, 8,
                 Fabric{"switch", {gigabytes_per_s(uplink_gigabytes_per_s), nanoseconds(5'000)}});
}

// Every message leaves its node: the sixteen of a step share its uplink.
void interleaved_rings() {
  fmt::print("\ntwo ring all-reduces of 128 MiB at once, message by message\n");
  Order there;
  for (Rank host = 0; host < 8; ++host) {
    for (Rank node = 0; node < 8; ++node) there.push_back(8 * node + host);
  }
  Order back = there;
  std::reverse(back.begin() + 1, back.end());
  const Network network = eight_nodes(25);
  const Plan plan = ring_all_reduce(std::vector<Order>{there, back});
  const double ours_s = measure("  64 hosts in 8 nodes, from node to node", "",
                                [&] { time_plan(network, plan, buffer, {Shortcuts::none}); });
  print_rate(static_cast<double>(messages(plan)), "messages", ours_s);
}

// Between random hosts of 8 nodes of 8, up to 100 MB each; 2 000 of them start within 0.5 s.
std::vector<FlowRequest> random_flows(int count) {
  Draws random(1);
  std::vector<FlowRequest> flows;
  const double span_ns = 0.5e9 * count / 2'000;
  for (int flow = 0; flow < count; ++flow) {
    const Rank source = random() % 64;
    const Rank target = (source + 1 + random() % 63) % 64;
    const Duration start = Duration::rounded_nanoseconds(span_ns * (random() / 4294967296.0));
    flows.push_back({Time::start() + start, source, target, Bytes(1 + random() % 100'000'000)});
  }
  return flows;
}

void flows() {
  for (const double uplink : {100.0, 25.0, 12.5}) {
    const Network network = eight_nodes(uplink);
    fmt::print("\nrandom flows between 64 hosts of 12.5 GB/s in 8 nodes with uplinks of {} GB/s\n",
               uplink);
    for (const int count : {2'000, 50'000}) {
      const std::vector<FlowRequest> requests = random_flows(count);
      const double ours_s = measure(fmt::format("  {} flows", count), "100 000 flows/s",
                                    [&] { finish_times(network, requests); });
      print_rate(count, "flows", ours_s);
#ifdef PALSIM_SIMGRID
      if (count > 2'000) continue;
      const double theirs_s = simgrid_flows(network, requests, SimGridPrecision::usual).wall_s;
      print_figure("    SimGrid", "", theirs_s);
      fmt::print("    {:.0f} times ours\n", theirs_s / ours_s);
#endif
    }
  }
}

}  // namespace

void network_figures() {
  first_times();
#ifndef PALSIM_SIMGRID
  fmt::print("\nno SimGrid to compare with: install libsimgrid-dev and pkg-config\n");
#endif
  rings();
  interleaved_rings();
  flows();
}

}  // namespace palsim
