// One machine as other programs describe it: workers, the NVLinks between them, and a PCIe tree
// under each NUMA node. Every rate says where it comes from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/core/quantity.hpp"

namespace palsim {

struct SourcedRate {
  BytesPerSecond rate;
  std::string source;  // what was found, for a comment: "16 GT/s x16"
};

struct NetworkCard {
  std::string name;
  std::optional<BytesPerSecond> rate;  // none: not said
};

// A worker, a network card, or a switch with what is below it.
struct PcieBranch {
  SourcedRate up;  // of the link towards the CPU
  std::string worker;
  std::optional<NetworkCard> card;
  std::vector<PcieBranch> children;
};

struct NumaNode {
  std::string name;
  std::vector<PcieBranch> branches;
};

// The NVLinks between two workers, or from a worker to the switch that joins all: together.
struct NvLinks {
  std::string first;
  std::string second;
  SourcedRate rate;
};
inline const std::string nvlink_switch = "nvswitch";

struct Machine {
  std::vector<std::string> workers;  // in rank order
  std::vector<NvLinks> nvlinks;
  std::vector<NumaNode> numa_nodes;
  SourcedRate between_numa_nodes;  // each with each
  std::vector<std::string> notes;  // on where rates come from, for comments
};

// What the user says instead of what the description does or does not.
struct GivenRates {
  std::optional<BytesPerSecond> nvlink;  // of one link
  std::optional<BytesPerSecond> pcie;    // of each PCIe link
  std::optional<BytesPerSecond> numa;    // between NUMA nodes
  std::optional<BytesPerSecond> card;    // of each network card
};

}  // namespace palsim
