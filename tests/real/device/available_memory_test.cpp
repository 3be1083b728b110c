#include "real/device/available_memory.hpp"

#include <doctest/doctest.h>

#include "tests/support/temporary_folder.hpp"

using namespace palsim;

TEST_CASE("A control group has left what its limit leaves, and files that nobody uses") {
  const TemporaryFolder group;
  CHECK_FALSE(left_to(group.path()));
  group.write("memory.max", "1000000\n");
  group.write("memory.current", "700000\n");
  CHECK(left_to(group.path()) == Bytes(300'000));
  group.write("memory.stat", "anon 5\nfile 600000\ninactive_file 200000\nactive_file 400000\n");
  CHECK(left_to(group.path()) == Bytes(500'000));
}

TEST_CASE("A control group that is full has nothing left, and one without a limit says nothing") {
  const TemporaryFolder group;
  group.write("memory.current", "700000\n");
  group.write("memory.max", "600000\n");
  CHECK(left_to(group.path()) == Bytes(0));
  group.write("memory.max", "max\n");
  CHECK_FALSE(left_to(group.path()));
}

TEST_CASE("This machine has memory left") { CHECK(available_memory() > Bytes(0)); }
