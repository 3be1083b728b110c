// The workers of a run as one of them sees them: where they meet, and how they exchange vectors.
// Collectives execute the plans of sim/collectives, in an order that the plan fixes: a run repeats
// bit for bit, and every worker ends with the same bits. All workers must call the same operations
// in the same order; a group is used by one thread of each worker.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sim/core/rank.hpp"
#include "sim/methods/wire.hpp"

namespace palsim {

// A worker's word to all the others at a meeting.
using Signals = std::uint32_t;

class Group {
 public:
  virtual ~Group() = default;

  virtual Rank rank() const = 0;
  virtual Rank workers() const = 0;

  // Until all workers have come; returns the union of what they said.
  virtual Signals meet(Signals said = 0) = 0;

  // Each number becomes its mean over the workers. With bf16 on the wire each message is rounded to
  // it. Ends when no other worker needs `values` any longer. Throws InputError for wire types other
  // than fp32 and bf16.
  virtual void all_reduce_mean(std::span<float> values, WireType wire) = 0;
  // The root's values, to all.
  virtual void broadcast(std::span<float> values, Rank root) = 0;
  // The sum over the workers, in the order of ranks.
  virtual void sum(std::span<double> values) = 0;

  // Another group of the same workers, for another thread of each.
  virtual std::unique_ptr<Group> duplicate() = 0;
  // This worker cannot go on: whoever waits for it, now or later, gets an exception of type
  // Aborted. Any of its threads may say so.
  virtual void abort() noexcept = 0;
};

// Thrown out of a group's operations when another worker gave up; that worker's own exception is
// the one to report.
struct Aborted {};

}  // namespace palsim
