// The parts of a topology file that make its network: [node], nodes and [fabric].
#pragma once

#include "sim/core/table_reader.hpp"
#include "sim/network/network.hpp"

namespace palsim {

Node read_node(TableReader& reader);
// Complains about a worker that no link joins to anything, unless it is alone.
void require_links(TableReader& reader, const Node& node);

// `file` is the whole document's reader.
Network read_network(TableReader& file, const Node& node);

}  // namespace palsim
