// The explorer as one HTML file that needs no other: the page of web/explorer/, the simulator's
// core as WebAssembly, and what the sliders must know of each cluster.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace palsim {

// Of each cluster in topologies/, by name: how many nodes of how many workers, what joins the nodes
// (null for one node), a device's memory and whether a node's workers share it, and the transport's
// kind. Throws InputError for a file that cannot be read.
nlohmann::ordered_json cluster_facts();

// Throws InputError if the core is not built.
std::string explorer_page();

}  // namespace palsim
