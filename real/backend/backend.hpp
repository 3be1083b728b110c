// What the workers of a run compute on: the cores of a CPU, or GPUs. One backend serves all workers
// of a process; each asks it, on its own thread, for what it needs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "real/comm/group.hpp"
#include "real/device/device.hpp"
#include "real/device/precision.hpp"
#include "sim/core/quantity.hpp"

namespace palsim {

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string name() const = 0;  // as --backend calls it

  // What a worker computes on ("core" or "GPU"), as its maker names it, and how many there are.
  virtual std::string unit() const = 0;
  virtual std::string processor() const = 0;
  virtual Rank units() const = 0;
  virtual MatrixPrecision precision() const = 0;
  // Of the libraries that compute, where there are any.
  virtual std::string versions() const = 0;

  // Whether a unit may have several workers.
  virtual bool are_shared() const = 0;
  // So many workers may gain from running at once; more only take turns.
  virtual Rank most_at_once() const = 0;

  // Throws InputError if so many workers of this process cannot have a place each.
  virtual void require_places(Rank workers) const = 0;

  // Where the worker of this rank computes.
  virtual std::unique_ptr<Device<float>> device(Rank rank) const = 0;
  // The workers' group for vectors in the memory of their devices. They meet through `host`, which
  // outlives it; vectors are ready when an operation is called and when it returns.
  virtual std::unique_ptr<Group> group(Group& host) const = 0;

  // Memory for more tensors, and of how many of `workers` workers it is the one.
  virtual Bytes available_memory() const = 0;
  virtual std::string memory_owner() const = 0;
  virtual Rank sharing_memory(Rank workers) const = 0;
};

}  // namespace palsim
