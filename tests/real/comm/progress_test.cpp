#include "real/comm/progress.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace palsim {
namespace {

// What became of a thread that waits for the second of two counts: the first has come, and it has
// most likely gone to sleep before `act` is called.
enum class End { reached, aborted };
template <class Act>
End end_of_wait(Patience patience, Act act) {
  Progress progress;
  progress.advance();
  std::atomic<bool> is_waiting = false;
  End end = End::reached;
  std::thread waiting([&] {
    progress.wait_until(1, patience);
    is_waiting = true;
    try {
      progress.wait_until(2, patience);
    } catch (const Aborted&) {
      end = End::aborted;
    }
  });
  while (!is_waiting) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  act(progress);
  waiting.join();
  return end;
}

TEST_CASE("Who waits goes on when the count is reached, and gets an exception when it never is") {
  for (const Patience patience : {Patience::none, Patience::some}) {
    CHECK(end_of_wait(patience, [](Progress& progress) { progress.advance(); }) == End::reached);
    CHECK(end_of_wait(patience, [](Progress& progress) { progress.abandon(); }) == End::aborted);
  }
}

TEST_CASE("What was reached before the others gave up is reached") {
  Progress progress;
  progress.advance(3);
  progress.abandon();
  CHECK(progress.is_abandoned());
  CHECK(progress.count() == 3);
  CHECK_NOTHROW(progress.wait_until(3, Patience::none));
  CHECK_THROWS_AS(progress.wait_until(4, Patience::none), Aborted);
}

TEST_CASE("Counts may wrap round") {
  Progress progress;
  constexpr Progress::Count most = (1U << 31) - 1;
  progress.advance(most - 10);
  progress.advance(20);
  CHECK_NOTHROW(progress.wait_until(most + 5, Patience::none));
}

}  // namespace
}  // namespace palsim
