// What a collective costs a group of ranks on a network that carries nothing else but, perhaps, the
// same collective of other groups at the same time. Each distinct collective is timed once and
// remembered.
// A collective begins when its last rank arrives. For a ring that is exact (no rank can finish
// before each has given its part); a broadcast's early ranks would in truth get going sooner.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/collectives/collective.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/collective_cost.hpp"
#include "sim/network/nccl_cost.hpp"
#include "sim/network/network.hpp"
#include "sim/network/transport.hpp"
#include "sim/network/worker_group.hpp"

namespace palsim {

enum class Memory { remember, forget };

struct CommunicatorOptions {
  std::int64_t workers = 0;        // the first ranks; 0: all that the network has
  std::vector<Order> groups = {};  // if any: instead, each does the same at the same time
  Memory memory = Memory::remember;
};

class Communicator {
 public:
  // Throws InputError for ranks that the network does not have, or an algorithm that cannot run.
  Communicator(Network network, Transport transport, CommunicatorOptions options = {});

  // Why the transport cannot tell what such a collective costs, and what to write; empty if it can.
  std::string obstacle_to(Collective collective) const;
  // One worker or no bytes: no transfer, takes no time. Point-to-point goes from a group's first to
  // its second rank of two.
  CollectiveCost cost(Collective collective, Bytes bytes);
  CollectiveCost all_reduce(Bytes bytes) { return cost(Collective::all_reduce, bytes); }
  CollectiveCost broadcast(Bytes bytes) { return cost(Collective::broadcast, bytes); }

  // What the directed links carry then, by LinkId, over all groups. Measured collectives are taken
  // for rings.
  std::vector<double> link_bytes(Collective collective, Bytes bytes);

  // Of all communicators, once, before the first collective; none for a single worker.
  Duration setup() const;
  // Of all-reduces in the slowest group; see bus_bandwidth.hpp.
  BytesPerSecond bus_bandwidth();

  const Network& network() const { return network_; }
  const Transport& transport() const { return transport_; }
  // Those of two ranks or more.
  const std::vector<WorkerGroup>& groups() const { return groups_; }

 private:
  CollectiveCost compute(Collective collective, Bytes bytes);
  CollectiveCost measured_cost(Collective collective, Bytes bytes) const;
  CollectiveCost nccl_cost(Collective collective, Bytes bytes);
  CollectiveCost hierarchical_nccl_cost(Bytes bytes);
  Bytes sent_per_worker(Collective collective, Bytes bytes) const;
  Communicator part(std::vector<Order> (*split)(const WorkerGroup&)) const;
  const std::vector<BytesPerSecond>& bus_bandwidths_of(Collective collective);

  Network network_;
  Transport transport_;
  Memory memory_;
  std::vector<WorkerGroup> groups_;
  std::int64_t workers_ = 0;  // of all groups, those of one included
  std::map<std::pair<Collective, Bytes>, CollectiveCost> remembered_;
  std::map<Collective, std::vector<BytesPerSecond>> bus_bandwidths_;  // by group
  std::vector<Communicator> parts_;  // of a hierarchical one: in the nodes, across them
};

}  // namespace palsim
