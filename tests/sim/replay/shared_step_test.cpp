// A synchronous step on a shared device: by hand, against a step on devices of one's own, and
// against threads that share a device in small steps.
#include "sim/replay/shared_step.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/support/draws.hpp"
#include "tests/support/replay_setting.hpp"

using namespace palsim;

namespace {

constexpr auto beside = DeviceSharing::Transfers::beside_compute;
constexpr auto on_it = DeviceSharing::Transfers::on_the_device;

Duration since_start(Time time) { return time - Time::start(); }

SynchronousStepPrice price_of(Duration compute, std::vector<BucketPrice> buckets) {
  SynchronousStepPrice price;
  price.compute = compute;
  price.buckets = std::move(buckets);
  return price;
}

SynchronousStepPrice random_price(Draws& random, std::int64_t compute_ns) {
  SynchronousStepPrice price = price_of(ns(compute_ns), {});
  const int buckets = 1 + static_cast<int>(random() % 5);
  for (int b = 1; b <= buckets; ++b) {
    price.buckets.push_back({ns(compute_ns * b / buckets), ns(random() % compute_ns / 2)});
  }
  return price;
}

std::vector<SharedStart> random_starts(Draws& random, std::int64_t most_ns) {
  std::vector<SharedStart> starts;
  for (std::uint32_t k = 1 + random() % 6; k > 0; --k) {
    starts.push_back({ns(random() % most_ns), 0.5 + 0.001 * (random() % 1500)});
  }
  return starts;
}

struct StepEnds {
  double backward_ns = 0;
  double end_ns = 0;
};

// Every small step asks afresh who computes, whether a bucket travels, and how fast both go.
StepEnds the_long_way(const SynchronousStepPrice& price, const std::vector<SharedStart>& starts,
                      const DeviceSharing& sharing, double step_ns) {
  const auto all = static_cast<Rank>(starts.size());
  const auto needs = [&](std::size_t worker, Duration nominal) {
    return static_cast<double>(starts[worker].before.count_ns()) +
           starts[worker].factor * static_cast<double>(nominal.count_ns());
  };
  std::vector<double> done_ns(starts.size(), 0);
  std::size_t bucket = 0;
  double carried_ns = 0;
  StepEnds ends;
  for (double now_ns = 0;; now_ns += step_ns) {
    Rank busy = 0;
    bool ready = bucket < price.buckets.size();
    for (std::size_t worker = 0; worker < starts.size(); ++worker) {
      if (done_ns[worker] < needs(worker, price.compute)) ++busy;
      if (ready && done_ns[worker] < needs(worker, price.buckets[bucket].ready)) ready = false;
    }
    if (busy == 0 && bucket == price.buckets.size()) return ends;
    const Rank threads = busy + (ready ? all : 0);
    for (std::size_t worker = 0; worker < starts.size(); ++worker) {
      if (done_ns[worker] >= needs(worker, price.compute)) continue;
      done_ns[worker] += step_ns / sharing.slowdown(threads);
      ends.backward_ns = now_ns + step_ns;
    }
    if (ready) {
      carried_ns += step_ns * sharing.slowdown(all) / sharing.slowdown(threads);
      if (carried_ns >= static_cast<double>(price.buckets[bucket].all_reduce.count_ns())) {
        carried_ns = 0;
        ++bucket;
      }
    }
    ends.end_ns = now_ns + step_ns;
  }
}

}  // namespace

TEST_CASE("compute and an all-reduce that fill the device alone each run at half speed together") {
  const SynchronousStepPrice price = price_of(ns(1000), {{ns(600), ns(200)}});
  const DeviceSharing two_cores{.throughput = {1, 2}, .workers_per_node = 2, .transfers = on_it};
  SharedStepClock clock(price, two_cores);
  const SynchronousStepTimes times =
      clock.run(Time::start(), std::vector<SharedStart>{{ns(0), 1}, {ns(0), 1}});
  CHECK(since_start(clock.bucket_times()[0].begin) == ns(600));
  CHECK(since_start(clock.bucket_times()[0].end) == ns(1000));
  CHECK(since_start(times.backward_end) == ns(1200));
  CHECK(times.end == times.backward_end);
  CHECK(clock.clock_of(1).at(ns(800)) == ns(1000));
}

TEST_CASE("what outlasts the backward travels at full speed") {
  const SynchronousStepPrice price = price_of(ns(1000), {{ns(600), ns(900)}});
  const DeviceSharing one{.throughput = {1}, .workers_per_node = 2, .transfers = on_it};
  SharedStepClock clock(price, one);
  const SynchronousStepTimes times =
      clock.run(Time::start(), std::vector<SharedStart>{{ns(0), 1}, {ns(0), 1}});
  // Two threads compute up to 1200. Of four, each has half the speed: the other 400 of compute take
  // 1600, in which the all-reduce gets through 800 of its 900.
  CHECK(since_start(times.backward_end) == ns(2800));
  CHECK(since_start(times.end) == ns(2900));
}

TEST_CASE("with a core for every thread a step is that of workers with devices of their own") {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const SynchronousStepPrice price = random_price(random, 1'000'000 + random() % 1000);
    const std::vector<SharedStart> starts = random_starts(random, 300'000);
    DeviceSharing sharing{.throughput = std::vector<double>(2 * starts.size()),
                          .workers_per_node = static_cast<Rank>(starts.size()),
                          .transfers = seed % 2 == 0 ? beside : on_it};
    std::iota(sharing.throughput.begin(), sharing.throughput.end(), 1);
    if (seed % 4 == 0) sharing.workers_per_node = 2;
    SharedStepClock shared(price, sharing);
    const SynchronousStepTimes times = shared.run(Time::start(), starts);

    std::vector<SynchronousStart> own;
    for (const SharedStart& start : starts) {
      own.push_back({Time::start() + start.before, start.factor});
    }
    SynchronousStepClock clock(price);
    const SynchronousStepTimes expected = clock.run(own);
    CHECK(times.backward_end == expected.backward_end);
    CHECK(times.end == expected.end);
    for (std::size_t at = 0; at < price.buckets.size(); ++at) {
      CHECK(shared.bucket_times()[at].begin == clock.bucket_times()[at].begin);
      CHECK(shared.bucket_times()[at].end == clock.bucket_times()[at].end);
    }
  }
}

TEST_CASE("the step is that of threads which share the device in small steps") {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const SynchronousStepPrice price = random_price(random, 4000);
    const std::vector<SharedStart> starts = random_starts(random, 1000);
    const DeviceSharing sharing{.throughput = {1, 1 + 0.001 * (random() % 1000), 2},
                                .workers_per_node = static_cast<Rank>(starts.size()),
                                .transfers = on_it};
    SharedStepClock clock(price, sharing);
    const SynchronousStepTimes times = clock.run(Time::start(), starts);
    constexpr double step_ns = 0.25;
    const StepEnds expected = the_long_way(price, starts, sharing, step_ns);
    // Each change in the number of threads may come some steps late, for all of them.
    const double slack_ns = 4 * step_ns * 6 * static_cast<double>(starts.size() + 5);
    CHECK(std::fabs(static_cast<double>(since_start(times.backward_end).count_ns()) -
                    expected.backward_ns) < slack_ns);
    CHECK(std::fabs(static_cast<double>(since_start(times.end).count_ns()) - expected.end_ns) <
          slack_ns);
  }
}

TEST_CASE("beside compute, a bucket waits for the slowest node and slows down none") {
  const SynchronousStepPrice price = price_of(ns(1000), {{ns(500), ns(100)}});
  const DeviceSharing one_each{.throughput = {1}, .workers_per_node = 2};
  SharedStepClock clock(price, one_each);
  // Two workers on the first node, one on the second.
  const SynchronousStepTimes times =
      clock.run(Time::start(), std::vector<SharedStart>{{ns(0), 1}, {ns(200), 1}, {ns(300), 1}});
  CHECK(since_start(clock.bucket_times()[0].begin) == ns(1400));
  CHECK(since_start(times.backward_end) == ns(2200));
  CHECK(clock.clock_of(0).at(ns(1000)) == ns(2000));
  CHECK(clock.clock_of(2).at(ns(1300)) == ns(1300));
}
