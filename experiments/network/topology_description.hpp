// A topology for people: as text, and as a drawing.
#pragma once

#include <string>

#include "experiments/command/text_report.hpp"
#include "topologies/topology.hpp"

namespace palsim {

// Name, size, device and transport, a line each, the rings through a node (one per channel) with
// the bus bandwidth that they reach, then a table of the links of one node and its uplink.
TextReport describe(const Topology& topology);

// The graph in Graphviz's language: workers are boxes, other vertices ellipses, links carry
// bandwidth (what is reached, if less) and latency. Of several nodes the first four are drawn,
// around the fabric.
std::string to_dot(const Topology& topology);

}  // namespace palsim
