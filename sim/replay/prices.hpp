// What each operation of a worker costs on a nominal worker: all that a replay needs to know of
// model, device and network.
#pragma once

#include <array>
#include <vector>

#include "sim/collectives/collective.hpp"
#include "sim/core/quantity.hpp"
#include "sim/methods/worker.hpp"

namespace palsim {

// Collectives of one kind and size.
struct CollectiveUse {
  Collective collective = Collective::all_reduce;
  Bytes bytes;
  std::int64_t times = 1;
};

struct CommunicationPrice {
  Duration time;
  double bytes_sent = 0;  // by one worker, averaged over the workers
  std::vector<CollectiveUse> collectives = {};
};

struct BucketPrice {
  Duration ready;  // after the first forward of the step began
  Duration all_reduce;
  Bytes bytes = {};  // of each worker's gradients on the wire
};

// A step whose gradients are averaged before the optimizer.
struct SynchronousStepPrice {
  CommunicationPrice broadcast;  // of the module buffers, before the first forward
  Duration compute;              // forward and backward of all micro-batches
  std::vector<BucketPrice> buckets;
  double bytes_sent = 0;                        // for the buckets, by one worker
  std::vector<CollectiveUse> collectives = {};  // for the buckets
  Duration optimizer;
};

struct Prices {
  Duration gradient_step;  // forward, backward and inner optimizer
  Duration data;           // loading that is not hidden, of a gradient step or a mix
  Duration mix;
  std::array<SynchronousStepPrice, 3> synchronous;  // by GradientExchange
  std::array<CommunicationPrice, 2> all_reduce;     // by Payload
  std::array<Duration, 2> outer_step;               // by OuterOptimizer
  Duration setup;                                   // once, at the first collective

  const SynchronousStepPrice& of(GradientExchange exchange) const {
    return synchronous[static_cast<std::size_t>(exchange)];
  }
  const CommunicationPrice& of(Payload payload) const {
    return all_reduce[static_cast<std::size_t>(payload)];
  }
  Duration of(OuterOptimizer optimizer) const {
    return outer_step[static_cast<std::size_t>(optimizer)];
  }
};

}  // namespace palsim
