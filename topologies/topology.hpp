// One cluster, as a file of this folder describes it: its network, its devices, its transport.
#pragma once

#include <string>

#include "sim/core/document.hpp"
#include "sim/network/network.hpp"
#include "sim/network/transport.hpp"
#include "topologies/device.hpp"

namespace palsim {

struct Topology {
  std::string name;
  Network network;
  DeviceSpec device;
  Transport transport;
};

// Throws InputError "file:line:column: what was found, what to write".
Topology read_topology(const Value& document);
Topology load_topology(const std::string& path);

}  // namespace palsim
