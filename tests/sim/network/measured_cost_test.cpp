#include "sim/network/measured_cost.hpp"

#include <doctest/doctest.h>

#include "sim/network/communicator.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

Duration us(std::int64_t count) { return nanoseconds(1000 * count); }

const MeasuredTimes times{{2, Bytes(1000), us(10)},     {2, Bytes(10'000), us(28)},
                          {2, Bytes(100'000), us(300)}, {4, Bytes(2000), us(40)},
                          {4, Bytes(4000), us(50)},     {8, Bytes(2000), us(100)}};

// Five workers that nothing is known to join, and the first of them.
Network without_links() {
  return Network({.workers = {"core0", "core1", "core2", "core3", "core4"}});
}
Transport measured(Duration launch = {}) {
  return {.kind = TransportKind::measured,
          .setup = us(700),
          .launch = launch,
          .all_reduce = times,
          .broadcast = {{2, Bytes(1), us(1)}, {5, Bytes(1), us(4)}}};
}

}  // namespace

TEST_CASE("a measured size takes what was measured") {
  for (const MeasuredTime& one : times) {
    CHECK(measured_time(times, one.workers, one.size) == one.time);
  }
}

TEST_CASE(
    "between sizes time is linear, below the smallest it stays, beyond the largest it grows") {
  CHECK(measured_time(times, 2, Bytes(5500)) == us(19));
  CHECK(measured_time(times, 2, Bytes(55'000)) == us(164));
  CHECK(measured_time(times, 2, Bytes(1)) == us(10));
  CHECK(measured_time(times, 2, Bytes(300'000)) == us(900));
  CHECK(measured_time(times, 8, Bytes(1000)) == us(100));
  CHECK(measured_time(times, 8, Bytes(4000)) == us(200));
}

TEST_CASE("between numbers of workers time is linear in the number") {
  CHECK(measured_time(times, 3, Bytes(1000)) == us(25));
  CHECK(measured_time(times, 5, Bytes(4000)) == us(50 + (200 - 50) / 4).scaled(87.5 / 87));
  CHECK(measured_time(times, 6, Bytes(2000)) == us(70));
  CHECK(measured_time(times, 7, Bytes(2000)) == us(85));
  CHECK_THROWS_AS(measured_time(times, 9, Bytes(1)), InternalError);
  CHECK_THROWS_AS(measured_time({{4, Bytes(1), us(1)}}, 2, Bytes(1)), InternalError);
}

TEST_CASE("more or fewer workers than were measured are refused, whatever the collective") {
  CHECK(unmeasured(measured(), 5) == "");
  CHECK(unmeasured(measured(), 6) ==
        "workers = 6, but broadcasts were measured over 2 to 5; write as many, or measure those of "
        "6");
  CHECK(unmeasured(measured(), 9).starts_with("workers = 9, but all-reduces were measured over 2"));
  CHECK(unmeasured({.kind = TransportKind::measured}, 2) ==
        "no times of all-reduces were measured; write some");
}

TEST_CASE("a communicator adds the launch to a measured time, and its bytes are a ring's") {
  Communicator communicator(without_links(), measured(us(3)), {.workers = 4});
  const CollectiveCost cost = communicator.all_reduce(Bytes(4000));
  CHECK(cost.time == us(53));
  CHECK(cost.bytes_sent_per_worker == Bytes(4000 * 2 * 3 / 4));
  CHECK(cost.workers == 4);
  CHECK(communicator.broadcast(Bytes(1)).time == us(3 + 3));
  CHECK(communicator.setup() == us(700));
  CHECK(communicator.link_bytes(Collective::all_reduce, Bytes(4000)).empty());
  CHECK(Communicator(without_links(), measured(), {.workers = 1}).all_reduce(Bytes(5)).time ==
        us(0));
}

TEST_CASE("where there are links, measured collectives are taken for rings over them") {
  const Link link{gigabytes_per_s(1), nanoseconds(0)};
  const Network network(
      {.workers = {"a", "b"}, .links = {{"a", "memory", link}, {"b", "memory", link}}});
  Communicator communicator(network, measured());
  CHECK(communicator.link_bytes(Collective::all_reduce, Bytes(1000)) ==
        std::vector<double>{1000, 1000, 1000, 1000});
}

TEST_CASE("what was not measured is refused in a line") {
  const auto complaint = [](const Network& network, const Transport& transport,
                            CommunicatorOptions options = {}) {
    return complaint_of([&] { Communicator(network, transport, std::move(options)); });
  };
  CHECK(complaint(without_links(), measured()) == "none");
  Transport fewer = measured();
  fewer.all_reduce.erase(fewer.all_reduce.begin() + 3, fewer.all_reduce.end());
  CHECK(complaint(without_links(), fewer) ==
        "workers = 5, but all-reduces were measured over 2 to 2; write as many, or measure those "
        "of 5");
  CHECK(complaint(without_links(), measured(), {.groups = {{0, 1}, {2, 3}}})
            .starts_with("kind = \"measured\": 2 groups at the same time"));
  CHECK(complaint(star(2, {gigabytes_per_s(1), {}}), measured()) ==
        "kind = \"measured\" tells of the workers of one node; write one node, or kind = "
        "\"ideal\"");
  Transport tree = measured();
  tree.algorithm = Algorithm::tree;
  CHECK(complaint(without_links(), tree) ==
        "an algorithm does not go with kind = \"measured\"; leave it out");
  Communicator communicator(without_links(), measured());
  CHECK(complaint_of([&] { communicator.cost(Collective::all_gather, Bytes(1)); }) ==
        "kind = \"measured\" tells of all-reduces and broadcasts only; write one of them, or kind "
        "= \"ideal\"");
}
