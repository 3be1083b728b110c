#include "sim/replay/step_clock.hpp"

#include <doctest/doctest.h>

#include "tests/support/replay_setting.hpp"

using namespace palsim;

namespace {

StepClock clock_of(const std::string& method, Step steps, const Spread& spread, Rank workers = 3,
                   ReplayShortcuts shortcuts = {}) {
  StepClock clock(steps, 0);
  replay(method_of(method, steps), test_prices(), spread,
         {.workers = workers, .seed = 5, .shortcuts = shortcuts, .clock = &clock});
  return clock;
}

double wall_clock_s(const std::string& method, Step steps, const Spread& spread) {
  return replay(method_of(method, steps), test_prices(), spread, {.workers = 3, .seed = 5})
      .wall_clock.in_seconds();
}

}  // namespace

TEST_CASE("each step of DDP is done when a run of so many steps ends") {
  for (const double jitter : {0.0, 0.2}) {
    const Spread spread{.jitter = jitter};
    const StepClock clock = clock_of("name = 'ddp'", 40, spread);
    for (const Step done : {1, 2, 7, 39, 40}) {
      CAPTURE(done);
      CHECK(clock.seconds_at(static_cast<double>(done)) ==
            doctest::Approx(wall_clock_s("name = 'ddp'", done, spread)).epsilon(1e-12));
    }
  }
}

TEST_CASE("a local method's rounds are done when the workers have met, before the outer step") {
  const std::string method = "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3";
  const Spread spread{.jitter = 0.2};
  const StepClock clock = clock_of(method, 80, spread);
  const double outer_s = test_prices().of(OuterOptimizer::nesterov).in_seconds();
  for (const Step done : {8, 16, 72}) {
    CAPTURE(done);
    CHECK(clock.seconds_at(static_cast<double>(done)) + outer_s ==
          doctest::Approx(wall_clock_s(method, done, spread)).epsilon(1e-12));
  }
  CHECK(clock.seconds_at(80) == doctest::Approx(wall_clock_s(method, 80, spread)).epsilon(1e-12));
}

TEST_CASE("rounds that are left out have their times") {
  const std::string method = "name = 'diloco'\nsync_interval = 4";
  const StepClock with = clock_of(method, 1001, {});
  const StepClock without =
      clock_of(method, 1001, {}, 3, {.equal_rounds = ReplayShortcuts::EqualRounds::replayed});
  for (double done = 0; done <= 1000; done += 4) {
    CAPTURE(done);
    CHECK(with.seconds_at(done) == doctest::Approx(without.seconds_at(done)).epsilon(1e-12));
  }
}

TEST_CASE("between meetings steps pass evenly, and a clock goes both ways") {
  StepClock clock(20);
  clock.note(10, Time::start() + Duration::seconds(5));
  clock.note(10, Time::start() + Duration::seconds(6));
  clock.note(20, Time::start() + Duration::seconds(16));
  CHECK(clock.seconds_at(0) == 0);
  CHECK(clock.seconds_at(5) == doctest::Approx(3));
  CHECK(clock.seconds_at(10) == doctest::Approx(6));
  CHECK(clock.seconds_at(12.5) == doctest::Approx(8.5));
  CHECK(clock.steps_at(0) == 0);
  CHECK(clock.steps_at(3) == doctest::Approx(5));
  CHECK(clock.steps_at(8.5) == doctest::Approx(12.5));
  CHECK(clock.steps_at(99) == 20);
  CHECK_THROWS_AS(clock.seconds_at(20.5), InternalError);
}

TEST_CASE("a long run's clock keeps few instants: the early ones exactly, the end always") {
  const std::string method = "name = 'local_sgd'\nsync_interval = 2";
  const Spread spread{.jitter = 0.1};
  StepClock few(10'000);
  StepClock all(10'000, 0);
  for (StepClock* clock : {&few, &all}) {
    replay(method_of(method, 10'000), test_prices(), spread,
           {.workers = 3, .seed = 1, .clock = clock});
  }
  CHECK(few.seconds_at(10'000) == all.seconds_at(10'000));
  for (double done = 0; done <= 10'000; done += 100) {
    CAPTURE(done);
    CHECK(few.seconds_at(done) == doctest::Approx(all.seconds_at(done)).epsilon(0.05));
  }
  for (const double early : {2.0, 8.0, 64.0, 126.0}) {
    CHECK(few.seconds_at(early) == all.seconds_at(early));
  }
}

TEST_CASE("the account of a run's first steps is that of a run of so many steps") {
  const std::string method = "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3";
  const Spread spread{.jitter = 0.2};
  StepClock clock(50'000);
  replay(method_of(method, 50'000), test_prices(), spread,
         {.workers = 3, .seed = 5, .clock = &clock});
  for (const Step done : {8, 64, 504}) {
    CAPTURE(done);
    const Tally shorter =
        replay(method_of(method, done), test_prices(), spread, {.workers = 3, .seed = 5}).mean;
    const Tally spent = clock.spent_at(static_cast<double>(done));
    CHECK(spent.gradient_s == doctest::Approx(shorter.gradient_s).epsilon(1e-12));
    CHECK(spent.communication_s == doctest::Approx(shorter.communication_s).epsilon(1e-12));
    CHECK(spent.gradient_steps == shorter.gradient_steps);
    CHECK(spent.mix_steps == shorter.mix_steps);
    CHECK(spent.bytes_sent == doctest::Approx(shorter.bytes_sent).epsilon(1e-12));
  }
}
