#include "sim/collectives/chain_broadcast.hpp"

#include <doctest/doctest.h>

#include "sim/core/error.hpp"
#include "tests/support/plan_laws.hpp"

using namespace palsim;

namespace {

bool is_broadcast(const Buffers& buffers, Rank root) {
  for (const auto& chunks : buffers) {
    for (const Contributions& chunk : chunks) {
      if (chunk != Contributions{{root, 1}}) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a chain gives every rank what the first had, in K - 2 + pieces steps") {
  for (const std::int64_t ranks : tested_ranks) {
    for (const std::int64_t pieces : {1, 2, 5, 40}) {
      CAPTURE(ranks);
      CAPTURE(pieces);
      const Plan plan = chain_broadcast(ranks, pieces);
      check_cost(plan, ranks == 1 ? 0 : ranks - 2 + pieces, ranks - 1);
      CHECK(is_broadcast(execute(plan), 0));
    }
  }
}

TEST_CASE("a chain may start at any rank") {
  for (const std::int64_t ranks : tested_ranks) {
    for (Rank root = 0; root < ranks; ++root) {
      CAPTURE(ranks);
      CAPTURE(root);
      const Plan plan = chain_broadcast(ranks, 3, root);
      check_cost(plan, ranks == 1 ? 0 : ranks - 2 + 3, ranks - 1);
      CHECK(is_broadcast(execute(plan), root));
    }
  }
  CHECK_THROWS_WITH_AS(chain_broadcast(3, 1, 3), "an order from rank 3 of 3", InternalError);
}

TEST_CASE("several chains from one rank each bring their share") {
  const Plan plan = chain_broadcast({{2, 0, 1, 3}, {2, 3, 1, 0}}, 3);
  check(plan);
  CHECK(is_broadcast(execute(plan), 2));
  CHECK(bytes_sent(plan, Bytes(999)) == Bytes(3 * 999));
  CHECK_THROWS_AS(chain_broadcast({{0, 1}, {1, 0}}, 1), InternalError);
}

TEST_CASE("pieces are at most 512 KiB on each chain, and a small buffer goes whole") {
  CHECK(broadcast_pieces(Bytes(0), 1) == 1);
  CHECK(broadcast_pieces(Bytes(512 << 10), 1) == 1);
  CHECK(broadcast_pieces(Bytes((512 << 10) + 1), 1) == 2);
  CHECK(broadcast_pieces(Bytes(6 << 20), 6) == 2);
}
