#include "sim/replay/pricing.hpp"

#include <doctest/doctest.h>

#include "tests/support/replay_setting.hpp"

using namespace palsim;

namespace {

// Four workers on a switch at 1 GB/s without latency: a ring all-reduce of S bytes takes 1.5 S ns.
Communicator star() {
  const Fabric fabric{"gpu", {BytesPerSecond(1e9), ns(0)}};
  return Communicator(Network({{"gpu"}, {}}, 4, fabric), {.algorithm = Algorithm::ring});
}

// Three tensors of 100, 400'000 and 7'000'000 numbers; memory moves 4 bytes a nanosecond.
Workload workload() {
  return {.tensor_elements = {100, 400'000, 7'000'000},
          .buffers = Bytes(4000),
          .activations = Bytes(12'345),
          .micro_batches = 2,
          .forward = ns(1'000'000),
          .backward = ns(2'000'000),
          .gradient_ready = {ns(2'000'000), ns(1'500'000), ns(500'000)},
          .optimizer = InnerOptimizer::adamw,
          .memory_bandwidth = BytesPerSecond(4e9)};
}
constexpr std::int64_t parameters = 7'400'100;

const SynchronousStepPrice& overlapped(const Prices& prices) {
  return prices.of(GradientExchange::overlapped);
}

}  // namespace

TEST_CASE("a step is all micro-batches and the optimizer's passes over the parameters") {
  Communicator communicator = star();
  Workload work = workload();
  CHECK(price_operations(work, {}, communicator).gradient_step == ns(6'000'000 + 7 * parameters));
  work.gradient_clipping = true;
  CHECK(price_operations(work, {}, communicator).gradient_step == ns(6'000'000 + 10 * parameters));
  work.optimizer = InnerOptimizer::momentum_sgd;
  CHECK(price_operations(work, {}, communicator).gradient_step == ns(6'000'000 + 8 * parameters));
  work.optimizer = InnerOptimizer::sgd;
  CHECK(price_operations(work, {}, communicator).gradient_step == ns(6'000'000 + 6 * parameters));
}

TEST_CASE("mix and outer steps read and write so many numbers per parameter") {
  Communicator communicator = star();
  const Prices prices = price_operations(workload(), {}, communicator);
  CHECK(prices.mix == ns(3 * parameters));
  CHECK(prices.of(OuterOptimizer::nesterov) == ns(9 * parameters));
  CHECK(prices.of(OuterOptimizer::slow_momentum) == ns(6 * parameters));
}

TEST_CASE("buckets are ready within the last micro-batch's backward") {
  Communicator communicator = star();
  const SynchronousStepPrice step = overlapped(price_operations(workload(), {}, communicator));
  // The last tensor alone fills the first bucket; the others share the second. The last backward
  // begins after two forwards and one backward.
  REQUIRE(step.buckets.size() == 2);
  CHECK(step.buckets[0].ready == ns(4'500'000));
  CHECK(step.buckets[0].all_reduce == ns(6 * 7'000'000));
  CHECK(step.buckets[1].ready == ns(6'000'000));
  CHECK(step.buckets[1].all_reduce == ns(6 * 400'100));
  CHECK(step.bytes_sent == 6 * parameters);
}

TEST_CASE("a measured step time is shared in proportion, after the optimizer has its part") {
  Communicator communicator = star();
  Workload work = workload();
  work.step_time = ns(7 * parameters + 12'000'000);  // the passes take twice what was modelled
  const Prices prices = price_operations(work, {}, communicator);
  CHECK(prices.gradient_step == *work.step_time);
  CHECK(overlapped(prices).compute == ns(12'000'000));
  CHECK(overlapped(prices).buckets[0].ready == ns(9'000'000));
  CHECK(overlapped(prices).buckets[1].ready == ns(12'000'000));
}

TEST_CASE("where nothing was modelled, a measured step time has its gradients at the end") {
  Communicator communicator = star();
  Workload work = workload();
  work.forward = work.backward = ns(0);
  work.gradient_ready.assign(3, ns(0));
  work.step_time = ns(7 * parameters + 12'000'000);
  const SynchronousStepPrice step = overlapped(price_operations(work, {}, communicator));
  for (const BucketPrice& bucket : step.buckets) CHECK(bucket.ready == ns(12'000'000));
}

TEST_CASE("the layout says how many collectives a synchronization takes, the type how large") {
  Communicator communicator = star();
  const auto sync = [&](SyncLayout layout, WireType type) {
    return price_operations(workload(), {.sync_layout = layout, .sync_type = type}, communicator)
        .of(Payload::outer_gradient);
  };
  for (const SyncLayout layout : {SyncLayout::flat, SyncLayout::per_tensor, SyncLayout::bucketed}) {
    CHECK(sync(layout, WireType::fp32).time == ns(6 * parameters));
    CHECK(sync(layout, WireType::fp32).bytes_sent == 6 * parameters);
  }
  CHECK(sync(SyncLayout::flat, WireType::bf16).time == ns(3 * parameters));
  CHECK(sync(SyncLayout::flat, WireType::int4).bytes_sent == parameters * 3 / 4);

  // With 10 us of latency, 6 steps for each collective.
  const Fabric fabric{"gpu", {BytesPerSecond(1e9), ns(5'000)}};
  Communicator slow(Network({{"gpu"}, {}}, 4, fabric), {.algorithm = Algorithm::ring});
  const auto latency = [&](SyncLayout layout) {
    return price_operations(workload(), {.sync_layout = layout}, slow)
               .of(Payload::parameters)
               .time -
           ns(6 * parameters);
  };
  CHECK(latency(SyncLayout::flat) == ns(60'000));
  CHECK(latency(SyncLayout::bucketed) == ns(2 * 60'000));
  CHECK(latency(SyncLayout::per_tensor) == ns(3 * 60'000));
}

TEST_CASE(
    "a blocking warm-up step averages gradients and optimizer state after the backward pass") {
  Communicator communicator = star();
  Workload work = workload();
  const auto blocking = [&] {
    return price_operations(work, {}, communicator).of(GradientExchange::with_optimizer_state);
  };
  REQUIRE(blocking().buckets.size() == 1);
  CHECK(blocking().buckets[0].ready == ns(6'000'000));
  CHECK(blocking().buckets[0].all_reduce == ns(3 * 6 * parameters));  // AdamW: three times
  CHECK(blocking().broadcast.time == ns(0));
  work.optimizer = InnerOptimizer::momentum_sgd;
  CHECK(blocking().buckets[0].all_reduce == ns(2 * 6 * parameters));
}

TEST_CASE("DDP broadcasts the module buffers unless told not to") {
  Communicator communicator = star();
  const Prices with = price_operations(workload(), {}, communicator);
  CHECK(overlapped(with).broadcast.time >= ns(4000));
  CHECK(overlapped(with).broadcast.bytes_sent == 3000);  // three of four workers pass them on
  CHECK(with.of(GradientExchange::flat).broadcast.time == overlapped(with).broadcast.time);
  const Prices without = price_operations(workload(), {.broadcast_buffers = false}, communicator);
  CHECK(overlapped(without).broadcast.time == ns(0));
}

TEST_CASE("a worker's memory is its weights, gradients, states, copies, buffers and activations") {
  const Workload work = workload();
  constexpr std::int64_t rest = 4000 + 12'345;
  CHECK(worker_memory(work, {}) == Bytes(4 * parameters * 4 + rest));
  CHECK(worker_memory(work, {.parameter_copies = 2}) == Bytes(4 * parameters * 6 + rest));
  CHECK(worker_memory(work, {.gradient_buckets = true}) == Bytes(4 * parameters * 5 + rest));
}

TEST_CASE("gradients of half the size take half the wire, in every exchange") {
  Communicator communicator = star();
  const Wire full{.broadcast_buffers = false};
  const Wire half{.gradient_type = WireType::bf16, .broadcast_buffers = false};
  const Prices before = price_operations(workload(), full, communicator);
  const Prices after = price_operations(workload(), half, communicator);
  for (const GradientExchange exchange : {GradientExchange::overlapped, GradientExchange::flat,
                                          GradientExchange::with_optimizer_state}) {
    const SynchronousStepPrice& whole = before.of(exchange);
    const SynchronousStepPrice& smaller = after.of(exchange);
    CHECK(smaller.bytes_sent == whole.bytes_sent / 2);
    for (std::size_t b = 0; b < whole.buckets.size(); ++b) {
      CHECK(smaller.buckets[b].all_reduce * 2 == whole.buckets[b].all_reduce);
    }
  }
  CHECK(after.of(Payload::parameters).time == before.of(Payload::parameters).time);
}

TEST_CASE("a bucket is ready when the last of its tensors is, whichever that be") {
  Communicator communicator = star();
  Workload work = workload();
  work.tensor_elements = {100, 100, 100};
  for (const std::vector<Duration>& ready :
       {std::vector{ns(3), ns(2), ns(1)}, std::vector{ns(1), ns(3), ns(2)},
        std::vector{ns(2), ns(1), ns(3)}}) {
    work.gradient_ready = ready;
    const SynchronousStepPrice step = overlapped(price_operations(work, {}, communicator));
    REQUIRE(step.buckets.size() == 1);
    CHECK(step.buckets[0].ready == ns(4'000'000 + 3));
  }
}

TEST_CASE(
    "gradients and optimizer state go one after the other, each in the layout's collectives") {
  const Fabric fabric{"gpu", {BytesPerSecond(1e9), ns(5'000)}};
  Communicator slow(Network({{"gpu"}, {}}, 4, fabric), {.algorithm = Algorithm::ring});
  const SynchronousStepPrice step =
      price_operations(workload(), {.sync_layout = SyncLayout::per_tensor}, slow)
          .of(GradientExchange::with_optimizer_state);
  CHECK(step.buckets[0].all_reduce == ns(3 * (6 * parameters + 3 * 60'000)));
}

TEST_CASE("the collectives listed for an operation are what it sends and how long it takes") {
  Communicator communicator = star();
  const Workload work = workload();
  for (const SyncLayout layout : {SyncLayout::flat, SyncLayout::per_tensor, SyncLayout::bucketed}) {
    const Prices prices = price_operations(work, {.sync_layout = layout}, communicator);
    const auto check = [&](const std::vector<CollectiveUse>& uses, double bytes_sent) {
      double sum = 0;
      for (const CollectiveUse& use : uses) {
        const CollectiveCost one = communicator.cost(use.collective, use.bytes);
        sum += static_cast<double>(one.bytes_sent_per_worker.count() * use.times);
      }
      CHECK(sum == bytes_sent);
    };
    Duration sum;
    for (const CollectiveUse& use : prices.of(Payload::parameters).collectives) {
      sum += communicator.cost(use.collective, use.bytes).time * use.times;
    }
    CHECK(sum == prices.of(Payload::parameters).time);
    check(prices.of(Payload::parameters).collectives, prices.of(Payload::parameters).bytes_sent);
    for (const SynchronousStepPrice& price : prices.synchronous) {
      check(price.collectives, price.bytes_sent);
      check(price.broadcast.collectives, price.broadcast.bytes_sent);
    }
  }
}
