// A device that the workers of a node share: emulated workers on a machine's cores, or on one GPU.
// Those that compute share it equally, which is what max-min fairness makes of equal demands.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/core/rank.hpp"

namespace palsim {

struct DeviceSharing {
  // Where collectives run: beside the device, which computes on undisturbed, or on the device
  // itself, one thread of it for each worker.
  enum class Transfers { beside_compute, on_the_device };

  // Of the whole device, in units of one worker alone, while 1, 2, ... of them are busy; the last
  // holds for more. Empty: each worker has a device of its own.
  std::vector<double> throughput;
  Rank workers_per_node = 1;
  Transfers transfers = Transfers::beside_compute;

  bool shared() const { return !throughput.empty(); }
  // How many times its nominal time the work of each of `busy` threads takes.
  double slowdown(Rank busy) const {
    const auto last = static_cast<Rank>(throughput.size());
    return static_cast<double>(busy) /
           throughput[static_cast<std::size_t>(std::min(busy, last) - 1)];
  }
};

}  // namespace palsim
