#include "sim/replay/timeline.hpp"

#include <doctest/doctest.h>

#include <map>

#include "tests/support/replay_setting.hpp"

using namespace palsim;

TEST_CASE("a timeline fills each worker's run without gap or overlap, and changes nothing") {
  for (int trial = 0; trial < 12; ++trial) {
    const std::string text =
        trial % 2 == 0
            ? "name = 'ddp'"
            : "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3\nstart_step = 10";
    DeviceSharing sharing{.workers_per_node = 3};
    if (trial % 6 >= 2) sharing.throughput = {1, 1.7};
    if (trial % 6 >= 4) sharing.transfers = DeviceSharing::Transfers::on_the_device;
    CAPTURE(trial);
    const Method method = method_of(text, 60);
    Prices prices = test_prices();
    prices.data = ns(999);
    if (trial < 6) prices.synchronous[0].broadcast = {ns(40'009), 10};
    const Spread spread{.jitter = 0.1, .stalls = {Frequency(10), ns(100'000)}};
    const ReplayOptions options{.workers = 3, .seed = 9, .sharing = sharing};
    Timeline timeline(1'000'000);
    const RunResult recorded = replay(method, prices, spread, options, &timeline);
    CHECK(recorded.wall_clock == replay(method, prices, spread, options).wall_clock);

    std::map<Rank, Time> end;
    std::map<Activity, Duration> spent;
    for (const Segment& segment : timeline.segments()) {
      spent[segment.activity] += segment.length;
      if (segment.rank == wire_track) {
        CHECK(segment.begin >= end[wire_track]);
      } else {
        CHECK(segment.begin == end[segment.rank]);
      }
      end[segment.rank] = segment.begin + segment.length;
    }
    for (Rank rank = 0; rank < 3; ++rank) CHECK(end[rank] - Time::start() == recorded.wall_clock);
    CHECK(spent[Activity::waiting].in_seconds() / 3 ==
          doctest::Approx(recorded.mean.waiting_s).epsilon(1e-12));
    CHECK(spent[Activity::communication].in_seconds() / 3 ==
          doctest::Approx(recorded.mean.communication_s).epsilon(1e-12));
    CHECK(spent[Activity::bucket] > Duration());
  }
}

TEST_CASE("a full timeline counts what it leaves out") {
  Timeline timeline(2);
  for (int i = 0; i < 5; ++i) timeline.record(0, Activity::compute, Time::start(), ns(1));
  timeline.record(0, Activity::compute, Time::start(), ns(0));  // nothing happened
  CHECK(timeline.segments().size() == 2);
  CHECK(timeline.left_out() == 3);
}
