// Flows that people give as CSV, and when they end.
#pragma once

#include <string>

#include "experiments/command/text_table.hpp"
#include "sim/network/network.hpp"

namespace palsim {

// Reads columns start_s, source_rank, target_rank, bytes; prints them with finish_s, in the same
// order. Throws InputError "file:line:column: ..." for a flow that cannot be.
std::string flows_csv(const Network& network, const std::string& path);
Table flows_table(const Network& network, const std::string& path);
std::string flows_json(const Network& network, const std::string& path);

}  // namespace palsim
