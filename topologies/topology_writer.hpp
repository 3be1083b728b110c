// The way back: a Topology as the text of a file of this folder, for what palsim measures, fits or
// imports.
#pragma once

#include <string>
#include <vector>

#include "topologies/topology.hpp"

namespace palsim {

// Lines without their "# ". Each section's stand under its header.
struct TopologyComments {
  std::vector<std::string> head;  // above everything
  std::vector<std::string> node;
  std::vector<std::string> links;  // by link of the node, behind it; empty, or one for each
  std::vector<std::string> fabric;
  std::vector<std::string> device;
  std::vector<std::string> transport;
};

// read_topology reads the text back as an equal Topology. Keys at their defaults are left out, but
// for the transport's kind and node_links.
std::string to_toml(const Topology& topology, const TopologyComments& comments = {});

}  // namespace palsim
