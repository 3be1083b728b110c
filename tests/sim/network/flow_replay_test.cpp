#include "sim/network/flow_replay.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "sim/core/error.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/flow_oracle.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

Time at(std::int64_t ns) { return Time::start() + nanoseconds(ns); }

// One byte a nanosecond, 10 ns of latency from host to host.
const Network hosts = star(4, {gigabytes_per_s(1), nanoseconds(5)});

}  // namespace

TEST_CASE("a flow alone takes its latency and its bytes over the narrowest link") {
  CHECK(finish_times(hosts, {{at(7), 0, 1, Bytes(100)}}) == std::vector<Time>{at(117)});
  const Network narrow({.workers = {"a", "b"},
                        .links = {{"a", "x", {gigabytes_per_s(4), nanoseconds(1)}},
                                  {"x", "b", {gigabytes_per_s(0.5), nanoseconds(2)}}}});
  CHECK(finish_times(narrow, {{at(0), 1, 0, Bytes(100)}}) == std::vector<Time>{at(203)});
}

TEST_CASE("no bytes arrive after the latency, and no flows are no times") {
  CHECK(finish_times(hosts, {{at(7), 0, 1, Bytes(0)}, {at(0), 0, 1, Bytes(100)}}) ==
        std::vector<Time>{at(17), at(110)});
  CHECK(finish_times(hosts, {}).empty());
}

TEST_CASE("flows from one host share its link from when the later begins to when the sooner ends") {
  // The first has 60 bytes left when the second begins: 120 ns. The second then has 40 left.
  CHECK(finish_times(hosts, {{at(0), 0, 1, Bytes(100)}, {at(40), 0, 2, Bytes(100)}}) ==
        std::vector<Time>{at(170), at(210)});
  // Whatever their order in the list.
  CHECK(finish_times(hosts, {{at(40), 0, 2, Bytes(100)}, {at(0), 0, 1, Bytes(100)}}) ==
        std::vector<Time>{at(210), at(170)});
  // Each direction is a link of its own.
  CHECK(finish_times(hosts, {{at(0), 0, 1, Bytes(100)}, {at(0), 1, 0, Bytes(100)}}) ==
        std::vector<Time>{at(110), at(110)});
}

TEST_CASE("a later hour changes nothing but the hour") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network = random_cluster(random);
    std::vector<FlowRequest> flows = random_flows(random, network, 40);
    const std::vector<Time> sooner = finish_times(network, flows);
    const Duration later = nanoseconds(1 + random());
    for (FlowRequest& flow : flows) flow.start += later;
    const std::vector<Time> moved = finish_times(network, flows);
    for (std::size_t flow = 0; flow < flows.size(); ++flow) {
      CHECK(moved[flow] == sooner[flow] + later);
    }
  }
}

TEST_CASE("finishes are those of a naive replay that solves all rates anew at every change") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network = random_cluster(random);
    const std::vector<FlowRequest> flows = random_flows(random, network, 1 + random() % 60);
    const std::vector<Time> finishes = finish_times(network, flows);
    const std::vector<double> naive_s = naive_finishes_s(network, flows);
    for (std::size_t flow = 0; flow < flows.size(); ++flow) {
      // Each end is rounded to the nanosecond, and so shifts others by as much.
      CHECK(std::fabs(finishes[flow].in_seconds() - naive_s[flow]) <
            1e-9 * static_cast<double>(1 + flows.size()));
    }
  }
}

TEST_CASE("what cannot be a flow is refused in words") {
  const auto refusal = [](const FlowRequest& flow) -> std::string {
    try {
      finish_times(hosts, {{at(0), 0, 1, Bytes(1)}, flow});
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal({at(0), 0, 4, Bytes(1)}) ==
        "flow 1: rank 4 on a network of 4 workers; write 0 to 3");
  CHECK(refusal({at(0), -1, 2, Bytes(1)}) ==
        "flow 1: rank -1 on a network of 4 workers; write 0 to 3");
  CHECK(refusal({at(0), 2, 2, Bytes(1)}) ==
        "flow 1: from rank 2 to itself; write two different ranks");
  CHECK(refusal({at(0), 1, 2, Bytes(-1)}) == "flow 1: -1 bytes; write 0 or more");
  CHECK(refusal({at(-5), 1, 2, Bytes(1)}) ==
        "flow 1: starts 5 ns before time zero; write 0 or later");
}
