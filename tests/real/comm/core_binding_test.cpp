#include "real/comm/core_binding.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "tests/real/comm/own_cores.hpp"

namespace palsim {
namespace {

TEST_CASE(
    "A bound thread has one of its cores, those that it starts too, and all again afterwards") {
  const std::vector<int> before = own_cores();
  REQUIRE_FALSE(before.empty());
  CHECK(usable_cores() == std::ssize(before));
  for (std::size_t which = 0; which < before.size(); ++which) {
    {
      const CoreBinding binding(static_cast<int>(which));
      CHECK(own_cores() == std::vector<int>{before[which]});
      CHECK(usable_cores() == 1);
      std::vector<int> inherited;
      std::thread([&] { inherited = own_cores(); }).join();
      CHECK(inherited == own_cores());
    }
    CHECK(own_cores() == before);
  }
}

TEST_CASE("Cores are counted round, and among those that the thread may use") {
  const std::vector<int> all = own_cores();
  {
    const CoreBinding binding(static_cast<int>(all.size()));
    CHECK(own_cores() == std::vector<int>{all.front()});
  }
  const CoreBinding outer(static_cast<int>(all.size()) - 1);
  {
    const CoreBinding inner(1);
    CHECK(own_cores() == std::vector<int>{all.back()});
  }
  CHECK(own_cores() == std::vector<int>{all.back()});
}

}  // namespace
}  // namespace palsim
