// Prices and runs that the tests of the replay share.
#pragma once

#include <cmath>
#include <string>
#include <utility>

#include "sim/replay/replay.hpp"
#include "tests/support/method_text.hpp"

namespace palsim {

inline Duration ns(std::int64_t count) { return Duration::nanoseconds(count); }

// Odd figures, so that nothing comes out equal by chance.
inline Prices test_prices() {
  Prices prices;
  prices.gradient_step = ns(1'000'003);
  prices.mix = ns(70'001);
  prices.all_reduce.fill({ns(500'009), 1000});
  prices.outer_step = {ns(31'013), ns(20'011)};
  for (SynchronousStepPrice& step : prices.synchronous) {
    step.compute = ns(900'001);
    step.optimizer = ns(100'002);
    step.buckets = {
        {ns(400'000), ns(300'007)}, {ns(700'000), ns(200'003)}, {ns(900'001), ns(50'021)}};
    step.bytes_sent = 900;
  }
  return prices;
}

inline RunResult run_of(const std::string& method, Step steps, Rank workers, Spread spread = {},
                        Prices prices = test_prices(), Seed seed = 1,
                        ReplayShortcuts shortcuts = {}, DeviceSharing sharing = {}) {
  return replay(
      method_of(method, steps), prices, spread,
      {.workers = workers, .seed = seed, .shortcuts = shortcuts, .sharing = std::move(sharing)});
}

inline double total_s(const Tally& tally) {
  return tally.gradient_s + tally.other_compute_s + tally.communication_s + tally.waiting_s;
}

}  // namespace palsim
