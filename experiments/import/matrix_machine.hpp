// A matrix of distances as the machine that has them: devices that one bridge joins are below one
// PCIe switch, those that bridges join below one tree of switches, the rest of a NUMA node meets at
// its CPU.
#pragma once

#include <string>

#include "experiments/import/machine.hpp"
#include "experiments/import/topology_matrix.hpp"

namespace palsim {

// The matrix says no rate: where `given` has none either, NVLinks get NCCL's prior of 20 GB/s
// (sm 70 and 80), PCIe links that of generation 3 x16, NUMA nodes that of Skylake. Nor does it say
// where the PCIe ends of GPUs meet that NVLinks join: as their common network card or the CPUs near
// them suggest, else at different NUMA nodes. GPUs with more NVLinks in sum than any GPU has are
// joined by a switch. Throws InputError for distances that no tree has.
Machine machine_of(const TopologyMatrix& matrix, const std::string& source,
                   const GivenRates& given);

}  // namespace palsim
