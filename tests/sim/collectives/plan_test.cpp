#include "sim/collectives/plan.hpp"

#include <doctest/doctest.h>

#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/ring_order.hpp"
#include "sim/core/error.hpp"

using namespace palsim;

TEST_CASE("chunks shift cyclically within their channel, from the send's own first repetition on") {
  const Channel channel{.chunks = chunk_range(10, 4)};
  const Stage down{.repeat = 9, .chunk_shift = -1};
  const Send send{.source = 0, .target = 1, .first_chunk = 2};
  CHECK(moved_chunk(channel, down, send, 0) == 12);
  CHECK(moved_chunk(channel, down, send, 2) == 10);
  CHECK(moved_chunk(channel, down, send, 3) == 13);
  CHECK(moved_chunk(channel, down, send, 3, 1) == 10);
  const Send late{.source = 0, .target = 1, .first_chunk = 2, .lag = 3};
  CHECK(moved_chunk(channel, down, late, 3) == 12);
}

TEST_CASE("chunks stay within their cycle and go through the channel's in its order") {
  const Channel channel{.chunks = {7, 5, 3, 1, 0, 2}};
  const Stage up{.repeat = 9, .chunk_shift = 1, .cycle = 3};
  const Send send{.source = 0, .target = 1, .first_chunk = 4, .chunks = 2};
  CHECK(moved_chunk(channel, up, send, 0) == 0);
  CHECK(moved_chunk(channel, up, send, 0, 1) == 2);
  CHECK(moved_chunk(channel, up, send, 1, 1) == 1);
  CHECK(moved_chunk(channel, up, send, 2) == 1);
}

TEST_CASE("the bytes of a plan are exact where they are whole, however large") {
  const Plan plan = ring_all_reduce(100'000);
  CHECK(bytes_sent(plan, Bytes(1'000'000'007)) == Bytes(1'000'000'007) * (2 * 99'999));
  CHECK(messages(plan) == 2 * 99'999LL * 100'000LL);
  CHECK(steps(plan) == 2 * 99'999);
}

TEST_CASE("a plan out of its ranges is refused") {
  const auto plan_with = [](Send send) {
    return Plan{.ranks = 2, .chunks = 1, .channels = {{.stages = {{.sends = {send}}}}}};
  };
  CHECK_NOTHROW(check(plan_with({.source = 0, .target = 1})));
  CHECK_THROWS_WITH_AS(check(plan_with({.source = 1, .target = 1})),
                       "a send from rank 1 to rank 1 of 2", InternalError);
  CHECK_THROWS_WITH_AS(check(plan_with({.source = 0, .target = 2})),
                       "a send from rank 0 to rank 2 of 2", InternalError);
  CHECK_THROWS_WITH_AS(check(plan_with({.source = 0, .target = 1, .chunks = 2})),
                       "a send of 2 chunks in a cycle of 1", InternalError);
  CHECK_THROWS_WITH_AS(check(plan_with({.source = 0, .target = 1, .first_chunk = 1})),
                       "a send from chunk 1 on in a channel of 1", InternalError);
  const auto plan_of = [](std::vector<Channel> channels) {
    return Plan{.ranks = 2, .chunks = 4, .channels = std::move(channels)};
  };
  CHECK_NOTHROW(check(plan_of({{.chunks = {3, 1}}, {.chunks = {0}}})));
  CHECK_THROWS_WITH_AS(check(plan_of({{.chunks = {3, 4}}})), "chunk 4 of 4", InternalError);
  CHECK_THROWS_WITH_AS(check(plan_of({{.chunks = {3, 1}}, {.chunks = {1}}})), "chunk 1 twice",
                       InternalError);
  CHECK_THROWS_WITH_AS(check(plan_of({{.chunks = {0, 1, 2}, .stages = {{.cycle = 2}}}})),
                       "cycles of 2 in a channel of 3 chunks", InternalError);
}

TEST_CASE("an order that is no permutation is refused") {
  CHECK(rank_order(3) == Order{0, 1, 2});
  CHECK(rank_order(3, 2) == Order{2, 0, 1});
  CHECK_THROWS_AS(check_orders({}), InternalError);
  CHECK_THROWS_AS(check_orders({{0, 0}}), InternalError);
  CHECK_THROWS_AS(check_orders({{0, 2}}), InternalError);
  CHECK_THROWS_AS(check_orders({{0, 1}, {0, 1, 2}}), InternalError);
  CHECK_NOTHROW(check_orders({{1, 0, 2}, {2, 1, 0}}));
}
