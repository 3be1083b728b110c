// What a collective costs a group of ranks on a network that carries nothing else but, perhaps, the
// same collective of other groups at the same time. Each distinct collective is timed once and
// remembered.
// A collective begins when its last rank arrives. For a ring that is exact (no rank can finish
// before each has given its part); a broadcast's early ranks would in truth get going sooner.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/collectives/collective.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/collective_plan.hpp"
#include "sim/network/nccl_cost.hpp"
#include "sim/network/network.hpp"
#include "sim/network/placed_plan.hpp"
#include "sim/network/transport.hpp"
#include "sim/network/worker_group.hpp"

namespace palsim {

struct CollectiveCost {
  Duration time;                          // of the last group, launch included
  Bytes bytes_sent_per_worker;            // averaged over the workers, to the nearest byte
  Algorithm algorithm = Algorithm::ring;  // of a broadcast: the chain along the rings
  std::optional<Protocol> protocol;       // none: ideal, hierarchical, or nothing was to be sent
};

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

  // One worker or no bytes: no transfer, takes no time. Point-to-point goes from a group's first to
  // its second rank of two.
  CollectiveCost cost(Collective collective, Bytes bytes);
  CollectiveCost all_reduce(Bytes bytes) { return cost(Collective::all_reduce, bytes); }
  CollectiveCost broadcast(Bytes bytes) { return cost(Collective::broadcast, bytes); }

  // What the directed links carry then, by LinkId, over all groups.
  std::vector<double> link_bytes(Collective collective, Bytes bytes);

  // Of all communicators, once, before the first collective; none for a single worker.
  Duration setup() const;
  // What large ring all-reduces reach: 2 (n - 1)/n S / time, latencies left out, in the slowest
  // group.
  BytesPerSecond bus_bandwidth();

  const Network& network() const { return network_; }
  const std::vector<WorkerGroup>& groups() const { return groups_; }

 private:
  bool moves_nothing(Bytes bytes) const;
  CollectiveCost compute(Collective collective, Bytes bytes);
  CollectiveCost ideal_cost(Collective collective, Bytes bytes) const;
  CollectiveCost nccl_cost(Collective collective, Bytes bytes);
  CollectiveCost hierarchical_nccl_cost(Bytes bytes);
  Duration time_of(Collective collective, Algorithm algorithm, std::int64_t pieces,
                   Bytes bytes) const;
  Bytes sent_per_worker(Collective collective, Bytes bytes) const;
  std::int64_t pieces_of(Collective collective, Algorithm algorithm, Bytes bytes) const;
  Duration least_time(Collective collective, Algorithm algorithm, Bytes bytes) const;
  std::vector<PlacedPlan> plans(Collective collective, Algorithm algorithm, Bytes bytes,
                                PlanOptions options = {}) const;
  Communicator part(std::vector<Order> (*split)(const WorkerGroup&)) const;

  Network network_;
  Transport transport_;
  Memory memory_;
  std::vector<WorkerGroup> groups_;
  std::int64_t workers_ = 0;  // of all groups
  std::map<std::pair<Collective, Bytes>, CollectiveCost> remembered_;
  std::optional<BytesPerSecond> bus_bandwidth_;
  std::vector<Communicator> parts_;  // of a hierarchical one: in the nodes, across them
};

}  // namespace palsim
