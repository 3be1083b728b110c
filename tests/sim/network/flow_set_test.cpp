#include "sim/network/flow_set.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "sim/core/error.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/max_min_oracle.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

Time at(std::int64_t ns) { return Time::start() + nanoseconds(ns); }

}  // namespace

TEST_CASE("two flows share a link, and the one left alone speeds up") {
  // One byte a nanosecond.
  FlowSet flows({.capacity_bytes_per_s = {1e9}, .first_hop = {0, 1, 2}, .hops = {0, 0}});
  CHECK(flows.idle());
  flows.start(0, 100);
  flows.settle(at(0));
  CHECK(flows.next_end() == at(100));
  flows.start(1, 100);
  flows.settle(at(40));
  CHECK(flows.next_end() == at(160));  // 60 bytes at half the rate
  CHECK(flows.end(at(159)).empty());
  CHECK(flows.end(at(160)) == std::vector<FlowId>{0});
  flows.settle(at(160));
  CHECK(flows.next_end() == at(200));  // 40 bytes are left
  CHECK(flows.end(at(200)) == std::vector<FlowId>{1});
  flows.settle(at(200));
  CHECK(flows.idle());
  flows.start(0, 7);
  flows.settle(at(1000));
  CHECK(flows.next_end() == at(1007));
}

TEST_CASE("flows that end within a nanosecond end together, in order") {
  FlowSet flows(
      {.capacity_bytes_per_s = {1e9, 1e9}, .first_hop = {0, 1, 2, 3, 4}, .hops = {0, 1, 0, 1}});
  flows.start(2, 50.1);
  flows.start(1, 100.4);
  flows.start(0, 50);
  flows.start(3, 102);
  flows.settle(at(0));
  CHECK(flows.end(at(100)) == std::vector<FlowId>{0, 2});
  flows.settle(at(100));
  CHECK(flows.next_end() == at(201));
  CHECK(flows.end(at(201)) == std::vector<FlowId>{1});
  flows.settle(at(201));
  CHECK(flows.end(at(203)) == std::vector<FlowId>{3});
}

TEST_CASE("a flow that shares nothing with what changes keeps its rate since it was set") {
  FlowSet flows({.capacity_bytes_per_s = {1e9, 1e9}, .first_hop = {0, 1, 2, 3}, .hops = {0, 1, 1}});
  flows.start(0, 100);
  flows.start(1, 100);
  flows.settle(at(0));
  flows.start(2, 5);
  flows.settle(at(10));
  CHECK(flows.flow(0).since == at(0));
  CHECK(flows.flow(0).rate_bytes_per_s == 1e9);
  CHECK(flows.flow(1).since == at(10));
  CHECK(flows.flow(1).rate_bytes_per_s == 0.5e9);
  CHECK(flows.flow(1).left == ByteCount{90} << 32);
  CHECK_THROWS_AS(flows.start(2, 5), InternalError);
  CHECK_THROWS_AS(flows.start(0, 0), InternalError);
}

TEST_CASE("what is left follows a flow from the link that held it to another") {
  // Flow 0 crosses both links, flow 1 the first, flow 2 the second.
  FlowSet flows(
      {.capacity_bytes_per_s = {1e9, 1e9}, .first_hop = {0, 2, 3, 4}, .hops = {0, 1, 0, 1}});
  flows.start(0, 1000);
  flows.start(1, 100);
  flows.settle(at(0));
  flows.end(at(200));
  flows.settle(at(200));  // flow 1 is done, flow 0 has 900 left
  flows.start(2, 450);
  flows.settle(at(300));  // 800 left, at half the rate
  CHECK(flows.end(at(1200)) == std::vector<FlowId>{2});
  flows.settle(at(1200));
  CHECK(flows.next_end() == at(1550));
}

TEST_CASE("after every change no link is above its capacity and every flow has its bottleneck") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const std::uint32_t links = 2 + random() % 10;
    const std::uint32_t count = 2 + random() % 60;
    MaxMinProblem routes;
    for (std::uint32_t link = 0; link < links; ++link) {
      routes.capacity_bytes_per_s.push_back(1e9 * (1 + static_cast<double>(random() % 20)));
    }
    for (std::uint32_t flow = 0; flow < count; ++flow) {
      const std::uint32_t first = random() % links;
      routes.hops.push_back(first);
      if (random() % 2) routes.hops.push_back((first + 1) % links);
      routes.first_hop.push_back(static_cast<std::uint32_t>(routes.hops.size()));
    }
    FlowSet flows(routes);
    std::vector<double> sent(count, -1);  // of those on the wire, by the rates so far
    std::vector<double> bytes(count);
    Time now;
    for (int change = 0; change < 200; ++change) {
      const Time before = now;
      now += nanoseconds(1 + random() % 20'000);
      if (!flows.idle()) now = std::min(now, flows.next_end());
      for (FlowId flow = 0; flow < count; ++flow) {
        if (sent[flow] >= 0) {
          sent[flow] += flows.flow(flow).rate_bytes_per_s * (now - before).in_seconds();
        }
      }
      for (const FlowId flow : flows.end(now)) {
        // An end is rounded to the nanosecond: 20 bytes at 20 GB/s.
        CHECK(std::fabs(sent[flow] - bytes[flow]) <= 20);
        sent[flow] = -1;
      }
      const FlowId starting = random() % count;
      if (sent[starting] < 0) {
        bytes[starting] = 1 + random() % 100'000;
        sent[starting] = 0;
        flows.start(starting, bytes[starting]);
      }
      flows.settle(now);
      MaxMinProblem active{.capacity_bytes_per_s = routes.capacity_bytes_per_s};
      std::vector<double> rates;
      for (FlowId flow = 0; flow < count; ++flow) {
        if (sent[flow] < 0) continue;
        rates.push_back(flows.flow(flow).rate_bytes_per_s);
        active.hops.insert(active.hops.end(), routes.hops.begin() + routes.first_hop[flow],
                           routes.hops.begin() + routes.first_hop[flow + 1]);
        active.first_hop.push_back(static_cast<std::uint32_t>(active.hops.size()));
      }
      CHECK(max_min_violation(active, rates) == "");
    }
  }
}
