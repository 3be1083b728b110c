// Memory that this machine could still give to this process.
#pragma once

#include <filesystem>
#include <optional>

#include "sim/core/quantity.hpp"

namespace palsim {

// Free or reclaimable (Linux: MemAvailable), swap left out; less where a control group that the
// process is in, as of a container, has less left.
Bytes available_memory();

// What a control group (cgroup v2, its folder) may still take, counting what it gives back first:
// files that nobody has used of late. Nothing if it has no limit.
std::optional<Bytes> left_to(const std::filesystem::path& control_group);

}  // namespace palsim
