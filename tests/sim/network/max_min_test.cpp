#include "sim/network/max_min.hpp"

#include <doctest/doctest.h>

#include "sim/core/error.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/max_min_oracle.hpp"

using namespace palsim;

namespace {

void add_flow(MaxMinProblem& problem, std::vector<std::uint32_t> links) {
  problem.hops.insert(problem.hops.end(), links.begin(), links.end());
  problem.first_hop.push_back(static_cast<std::uint32_t>(problem.hops.size()));
}

MaxMinProblem random_problem(Draws& random) {
  MaxMinProblem problem;
  const std::uint32_t links = 1 + random() % 12;
  for (std::uint32_t link = 0; link < links; ++link) {
    problem.capacity_bytes_per_s.push_back(1 + static_cast<double>(random() % 40));
  }
  const std::uint32_t flows = random() % 40;
  for (std::uint32_t flow = 0; flow < flows; ++flow) {
    std::vector<std::uint32_t> route;
    for (std::uint32_t link = 0; link < links; ++link) {
      if (random() % 3 == 0) route.push_back(link);
    }
    if (route.empty()) route.push_back(random() % links);
    add_flow(problem, route);
  }
  return problem;
}

// Of all flows of the problem.
std::vector<double> rates_bytes_per_s(const MaxMinProblem& problem) {
  MaxMinShares shares(problem);
  for (FlowId flow = 0; flow < shares.flows(); ++flow) shares.add(flow);
  shares.solve();
  std::vector<double> rates;
  for (FlowId flow = 0; flow < shares.flows(); ++flow) {
    rates.push_back(shares.rate_bytes_per_s(flow));
  }
  return rates;
}

}  // namespace

TEST_CASE(
    "the textbook line: the long flow gets what the narrow link leaves it, the short the rest") {
  MaxMinProblem problem{.capacity_bytes_per_s = {10, 4}};
  add_flow(problem, {0, 1});
  add_flow(problem, {0});
  add_flow(problem, {1});
  CHECK(rates_bytes_per_s(problem) == std::vector<double>{2, 8, 2});
}

TEST_CASE("no flows have no rates, and one flow has its narrowest link") {
  CHECK(rates_bytes_per_s({.capacity_bytes_per_s = {3}}).empty());
  MaxMinProblem one{.capacity_bytes_per_s = {3, 2, 5}};
  add_flow(one, {0, 1, 2});
  CHECK(rates_bytes_per_s(one) == std::vector<double>{2});
}

TEST_CASE("a flow is held by the link that sets its rate, of equals by the first") {
  MaxMinProblem problem{.capacity_bytes_per_s = {6, 6, 9}};
  add_flow(problem, {0, 1});
  add_flow(problem, {1, 0, 2});
  add_flow(problem, {2});
  MaxMinShares shares(problem);
  for (const FlowId flow : {0, 1, 2}) shares.add(flow);
  shares.solve();
  CHECK(shares.holder(0) == 0);
  CHECK(shares.holder(1) == 0);
  CHECK(shares.holder(2) == 2);
  CHECK(shares.share_bytes_per_s(0) == 3);
  CHECK(shares.share_bytes_per_s(2) == 6);
}

TEST_CASE("what changes is named: new shares, and flows that another link holds") {
  MaxMinProblem problem{.capacity_bytes_per_s = {10, 4, 1}};
  add_flow(problem, {0, 1});
  add_flow(problem, {0});
  add_flow(problem, {0});
  add_flow(problem, {2});
  MaxMinShares shares(problem);
  for (const FlowId flow : {0, 1, 3}) shares.add(flow);
  shares.solve();
  CHECK(shares.rate_bytes_per_s(0) == 4);
  CHECK(shares.rate_bytes_per_s(1) == 6);
  CHECK(shares.rate_bytes_per_s(2) == 0);  // not yet added
  shares.add(2);
  shares.solve();
  CHECK(shares.moved() == std::vector<FlowId>{0});
  CHECK(shares.reshared() == std::vector<std::uint32_t>{0});
  CHECK(shares.rate_bytes_per_s(0) == 10.0 / 3);
  CHECK(shares.rate_bytes_per_s(3) == 1);
  CHECK_THROWS_AS(shares.add(2), InternalError);
  shares.remove(2);
  CHECK_THROWS_AS(shares.remove(2), InternalError);
  shares.solve();
  CHECK(shares.rate_bytes_per_s(0) == 4);
  CHECK(shares.rate_bytes_per_s(2) == 0);
}

TEST_CASE("rates agree with the naive solution and satisfy the bottleneck condition") {
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const MaxMinProblem problem = random_problem(random);
    const std::vector<double> rates = rates_bytes_per_s(problem);
    CHECK(max_min_violation(problem, rates) == "");
    const std::vector<double> naive = naive_max_min(problem);
    REQUIRE(rates.size() == naive.size());
    for (std::size_t flow = 0; flow < rates.size(); ++flow) {
      CHECK(rates[flow] == doctest::Approx(naive[flow]).epsilon(1e-9));
    }
  }
}

TEST_CASE("the same flows have the same holders and shares to the bit, whatever came before") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    MaxMinProblem problem = random_problem(random);
    if (random() % 2) {  // ties
      for (double& capacity : problem.capacity_bytes_per_s) capacity = random() % 2 ? 0.3 : 0.7;
    }
    MaxMinShares shares(problem);
    std::vector<char> is_added(shares.flows());
    for (int change = 0; change < 60 && !is_added.empty(); ++change) {
      for (std::uint32_t together = 1 + random() % 3; together > 0; --together) {
        const FlowId flow = random() % shares.flows();
        is_added[flow] ? shares.remove(flow) : shares.add(flow);
        is_added[flow] = !is_added[flow];
      }
      shares.solve();
      MaxMinShares fresh(problem);
      for (FlowId flow = 0; flow < shares.flows(); ++flow) {
        if (is_added[flow]) fresh.add(flow);
      }
      fresh.solve();
      bool same = true;
      for (FlowId flow = 0; flow < shares.flows(); ++flow) {
        same = same && shares.rate_bytes_per_s(flow) == fresh.rate_bytes_per_s(flow) &&
               shares.holder(flow) == fresh.holder(flow);
      }
      CHECK(same);
    }
  }
}
