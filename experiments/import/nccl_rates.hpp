// The bandwidths that NCCL assigns to links it cannot measure (NCCL 2.30, src/graph/topo.h and
// topo.cc), by what its topology dump says of them.
#pragma once

#include <string>
#include <string_view>

#include "experiments/import/machine.hpp"

namespace palsim {

// Of one NVLink of a GPU of compute capability sm / 10.
BytesPerSecond nccl_nvlink_rate(std::int64_t sm);

// Of a PCIe link of `speed` ("16 GT/s", "16.0 GT/s PCIe") and `width` lanes; as there, an unknown
// speed counts as generation 3 and 0 lanes as 16.
SourcedRate nccl_pcie_rate(std::string_view speed, std::int64_t width);

struct CpuModel {
  std::string arch;
  std::string vendor;
  std::int64_t family = 0;
  std::int64_t model = 0;
};
// Between two NUMA nodes.
SourcedRate nccl_numa_rate(const CpuModel& cpu);

}  // namespace palsim
