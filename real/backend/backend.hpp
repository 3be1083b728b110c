// What the workers of a run compute on: the cores of a CPU, or GPUs. One backend serves all workers
// of a process; each asks it, on its own thread, for what it needs.
#pragma once

#include <memory>
#include <string>

#include "real/comm/group.hpp"
#include "real/comm/thread_team.hpp"
#include "real/device/device.hpp"
#include "real/device/precision.hpp"
#include "sim/core/quantity.hpp"

namespace palsim {

struct Hardware {
  std::string unit;       // what a worker computes on: "core", "GPU"
  std::string processor;  // as its maker names it
  Rank units = 1;         // how many of them there are
  std::string versions;   // of libraries that compute; empty: none
  Bytes cache;            // of a unit; what is larger has to come from memory
};

struct MemoryLeft {
  Bytes left;         // for more tensors
  std::string owner;  // "this machine", "GPU 0 (NVIDIA H100)"
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string name() const = 0;  // as --backend calls it
  virtual Hardware hardware() const = 0;
  virtual MatrixPrecision precision() const = 0;
  // Whether several workers may compute on one unit, and in one memory.
  virtual bool are_shared() const = 0;
  // So many workers may gain from running at once; more only take turns.
  virtual Rank most_at_once() const = 0;
  // Of the workers' threads.
  virtual Binding binding() const = 0;

  // Throws InputError if so many workers of this process cannot have a place each.
  virtual void require_places(Rank workers) const = 0;
  // What a worker of this process finds, before it has taken any.
  virtual MemoryLeft memory() const = 0;

  // Where the worker of this rank computes.
  virtual std::unique_ptr<Device<float>> device(Rank rank) const = 0;
  // The workers' group for vectors in the memory of their devices. They meet through `host`, which
  // outlives it; vectors are ready when an operation is called and when it returns.
  virtual std::unique_ptr<Group> group(Group& host) const = 0;
};

}  // namespace palsim
