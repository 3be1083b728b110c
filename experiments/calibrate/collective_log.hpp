// Measured times of one collective, as a log tells them: the output of nccl-tests or a CSV of two
// columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/collectives/collective.hpp"
#include "sim/core/document.hpp"
#include "sim/core/rank.hpp"
#include "sim/network/transport_fit.hpp"

namespace palsim {

// What a log says of itself; empty or none where it does not.
struct LogFacts {
  Collective collective = Collective::all_reduce;
  std::optional<Rank> ranks;
  Origin ranks_origin;  // where it says so
  std::int64_t hosts = 0;
  std::string nccl_version;  // "2.27.3"
  std::string date;          // "2026-01-31"
};

struct CollectiveLog {
  std::string source;
  LogFacts facts;
  std::vector<Measurement> measurements;  // at least two, by ascending size; repeated ones' mean
};

// One measured row, where it stands.
struct LogRow {
  Bytes size;
  Duration time;
  Origin origin;
};

// Throws InputError at `origin` for a size that is not from 1 B to 16 TiB, or a time that is not
// from 1 ns to an hour.
LogRow checked_row(std::int64_t size_bytes, double time_s, const Origin& size_origin,
                   const Origin& time_origin);

// Throws InputError "file:line:column: what was found, what to write".
CollectiveLog parse_collective_log(std::string_view text, const std::string& source);
// The same from a file of at most 64 MiB; throws InputError if it cannot be read.
CollectiveLog load_collective_log(const std::string& path);

}  // namespace palsim
