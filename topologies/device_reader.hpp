// A topology file's [device].
#pragma once

#include "sim/core/table_reader.hpp"
#include "topologies/device.hpp"

namespace palsim {

DeviceSpec read_device(TableReader& reader);

}  // namespace palsim
