// What a collective takes by a table of measured times. For a number of workers that was measured
// the time is linear between two sizes, exact at both; below the smallest size it stays, beyond the
// largest it grows with the bytes. Between two numbers of workers it is linear in the number.
#pragma once

#include <string>

#include "sim/collectives/collective.hpp"
#include "sim/network/transport.hpp"

namespace palsim {

// Why a transport's tables do not tell of that many workers, and what to write; empty if they do.
std::string unmeasured(const Transport& transport, std::int64_t workers);

// The collective's table; null for those that are not measured at all.
const MeasuredTimes* measured_times(const Transport& transport, Collective collective);

// For numbers of workers that the table tells of.
Duration measured_time(const MeasuredTimes& times, std::int64_t workers, Bytes bytes);

}  // namespace palsim
