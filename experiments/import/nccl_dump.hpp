// NCCL's topology dump (NCCL_TOPO_DUMP_FILE, XML): <system> holds a <cpu> for each NUMA node, with
// <pci> nested as the bridges are, down to <gpu>, with its <nvlink>s, and <nic>, with its <net>s.
#pragma once

#include <string>
#include <string_view>

#include "experiments/import/machine.hpp"

namespace palsim {

// Workers are the GPUs that have a rank, named gpu0, gpu1, ... in rank order, as all ranks of the
// dump's communicator; NVLinks to other GPUs are left out, as NCCL does. Throws InputError
// "source:line:column: what was found, what to write".
Machine read_nccl_dump(std::string_view text, const std::string& source, const GivenRates& given);

}  // namespace palsim
