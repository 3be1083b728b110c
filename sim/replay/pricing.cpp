#include "sim/replay/pricing.hpp"

#include <algorithm>

#include "sim/methods/bucket.hpp"

namespace palsim {
namespace {

// The passes over the parameters (numbers read or written for each) of what is bound by memory.
constexpr std::int64_t mix_passes = 3;            // x, x_global -> x
constexpr std::int64_t nesterov_passes = 3 + 6;   // x_global, x -> delta; delta, u, x_global -> u,
                                                  // x_global, x
constexpr std::int64_t slow_momentum_passes = 6;  // x_prev, x_mean, u -> u, x_prev, x

std::vector<Bucket> buckets_of(const Workload& workload) {
  std::vector<Bytes> bytes;
  for (const std::int64_t elements : workload.tensor_elements) {
    bytes.push_back(wire_bytes(elements, WireType::fp32));
  }
  return assign_buckets(bytes);
}

std::int64_t elements_in(const Workload& workload, const Bucket& bucket) {
  std::int64_t elements = 0;
  for (std::size_t t = bucket.first; t < bucket.last; ++t) elements += workload.tensor_elements[t];
  return elements;
}

// How many numbers each collective of a synchronization carries.
std::vector<std::int64_t> collectives_of(const Workload& workload, SyncLayout layout) {
  switch (layout) {
    case SyncLayout::flat:
      return {workload.parameters()};
    case SyncLayout::per_tensor:
      return workload.tensor_elements;
    case SyncLayout::bucketed:
      break;
  }
  std::vector<std::int64_t> elements;
  for (const Bucket& bucket : buckets_of(workload)) {
    elements.push_back(elements_in(workload, bucket));
  }
  return elements;
}

CommunicationPrice price_of(Collective collective, Bytes bytes, Communicator& communicator) {
  const CollectiveCost cost = communicator.cost(collective, bytes);
  return {
      cost.time, static_cast<double>(cost.bytes_sent_per_worker.count()), {{collective, bytes}}};
}

// Of two prices of all-reduces. Those of the same size are listed once.
void add(CommunicationPrice& sum, const CommunicationPrice& one) {
  sum.time += one.time;
  sum.bytes_sent += one.bytes_sent;
  for (const CollectiveUse& use : one.collectives) {
    const auto same =
        std::find_if(sum.collectives.begin(), sum.collectives.end(),
                     [&](const CollectiveUse& known) { return known.bytes == use.bytes; });
    if (same == sum.collectives.end()) {
      sum.collectives.push_back(use);
    } else {
      same->times += use.times;
    }
  }
}

// One blocking all-reduce after the other.
CommunicationPrice all_reduce_each(const std::vector<std::int64_t>& elements, WireType type,
                                   Communicator& communicator) {
  CommunicationPrice sum;
  for (const std::int64_t count : elements) {
    add(sum, price_of(Collective::all_reduce, wire_bytes(count, type), communicator));
  }
  return sum;
}

// When compute and gradients are done, counted from the begin of a step's first forward.
struct ComputeTimes {
  Duration total;
  std::vector<Duration> gradient_ready;
};

ComputeTimes compute_times(const Workload& workload) {
  const Duration micro_batch = workload.forward + workload.backward;
  const Duration modelled = micro_batch * workload.micro_batches;
  const Duration before_last_backward = modelled - workload.backward;
  ComputeTimes times{modelled, {}};
  if (workload.step_time) times.total = *workload.step_time - workload.optimizer_time();
  for (const Duration ready : workload.gradient_ready) {
    const Duration at = before_last_backward + ready;
    const double share = modelled > Duration() ? at / modelled : 1;
    times.gradient_ready.push_back(workload.step_time ? times.total.scaled(share) : at);
  }
  return times;
}

Bytes bytes_of(const CommunicationPrice& price) {
  Bytes sum;
  for (const CollectiveUse& use : price.collectives) sum += use.bytes * use.times;
  return sum;
}

// The buckets of a step, and what they add up to.
struct PricedBuckets {
  std::vector<BucketPrice> buckets;
  CommunicationPrice sum;
};

PricedBuckets price_buckets(const Workload& workload, const ComputeTimes& times, WireType type,
                            Communicator& communicator) {
  PricedBuckets priced;
  for (const Bucket& bucket : buckets_of(workload)) {
    const auto first = times.gradient_ready.begin();
    const CommunicationPrice all_reduce =
        all_reduce_each({elements_in(workload, bucket)}, type, communicator);
    add(priced.sum, all_reduce);
    priced.buckets.push_back({*std::max_element(first + static_cast<std::ptrdiff_t>(bucket.first),
                                                first + static_cast<std::ptrdiff_t>(bucket.last)),
                              all_reduce.time, bytes_of(all_reduce)});
  }
  return priced;
}

// A step whose exchange begins when the backward pass has ended.
SynchronousStepPrice after_backward(const Workload& workload, const ComputeTimes& times,
                                    const CommunicationPrice& exchange) {
  SynchronousStepPrice price;
  price.compute = times.total;
  price.buckets = {{times.total, exchange.time, bytes_of(exchange)}};
  price.bytes_sent = exchange.bytes_sent;
  price.collectives = exchange.collectives;
  price.optimizer = workload.optimizer_time();
  return price;
}

// The gradients, then each of the optimizer's states, in collectives like a synchronization's.
CommunicationPrice gradients_and_state(const Workload& workload, const Wire& wire,
                                       Communicator& communicator) {
  const std::int64_t vectors = 1 + states_of(workload.optimizer);
  CommunicationPrice all =
      all_reduce_each(collectives_of(workload, wire.sync_layout), wire.gradient_type, communicator);
  all.time = all.time * vectors;
  all.bytes_sent *= static_cast<double>(vectors);
  for (CollectiveUse& use : all.collectives) use.times *= vectors;
  return all;
}

}  // namespace

Prices price_operations(const Workload& workload, const Wire& wire, Communicator& communicator) {
  const ComputeTimes times = compute_times(workload);
  const auto at = [](auto kind) { return static_cast<std::size_t>(kind); };
  Prices prices;
  prices.setup = communicator.setup();
  prices.gradient_step = times.total + workload.optimizer_time();
  prices.data = workload.data;
  prices.mix = workload.passes_over_parameters(mix_passes);
  prices.outer_step[at(OuterOptimizer::nesterov)] =
      workload.passes_over_parameters(nesterov_passes);
  prices.outer_step[at(OuterOptimizer::slow_momentum)] =
      workload.passes_over_parameters(slow_momentum_passes);
  prices.all_reduce.fill(
      all_reduce_each(collectives_of(workload, wire.sync_layout), wire.sync_type, communicator));

  SynchronousStepPrice& blocking = prices.synchronous[at(GradientExchange::with_optimizer_state)];
  SynchronousStepPrice& flat = prices.synchronous[at(GradientExchange::flat)];
  SynchronousStepPrice& overlapped = prices.synchronous[at(GradientExchange::overlapped)];
  blocking = after_backward(workload, times, gradients_and_state(workload, wire, communicator));
  flat = after_backward(workload, times,
                        all_reduce_each({workload.parameters()}, wire.gradient_type, communicator));
  PricedBuckets priced = price_buckets(workload, times, wire.gradient_type, communicator);
  overlapped.compute = times.total;
  overlapped.buckets = std::move(priced.buckets);
  overlapped.bytes_sent = priced.sum.bytes_sent;
  overlapped.collectives = std::move(priced.sum.collectives);
  overlapped.optimizer = workload.optimizer_time();
  if (wire.broadcast_buffers) {
    flat.broadcast = overlapped.broadcast =
        price_of(Collective::broadcast, workload.buffers, communicator);
  }
  return prices;
}

}  // namespace palsim
