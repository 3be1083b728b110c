#pragma once
#include <string>

#include "topologies/topology.hpp"
namespace palsim {
inline std::string describe(const Topology&) { return ""; }
inline std::string to_dot(const Topology&) { return ""; }
}  // namespace palsim
