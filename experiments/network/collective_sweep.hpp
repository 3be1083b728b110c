// One collective over a range of sizes, with the columns of nccl-tests: time, algorithm bandwidth S
// / time, and bus bandwidth, which is that times the collective's factor (2 (n - 1)/n for an
// all-reduce, (n - 1)/n for reduce-scatter and all-gather, else 1), so that it can be laid beside
// the links' rates. Of several groups, n is that of the last to end.
#pragma once

#include <string>
#include <vector>

#include "experiments/command/text_table.hpp"
#include "sim/network/communicator.hpp"

namespace palsim {

struct SweepRow {
  Bytes bytes;
  CollectiveCost cost;
  std::string algorithm;  // "measured" where none is known
  double bus_factor = 1;

  double algorithm_bandwidth() const;  // B/s; 0 where no time passes
  double bus_bandwidth() const { return bus_factor * algorithm_bandwidth(); }
};

// "64MiB", or "1KiB:1GiB": every power of two times the first up to the second, as nccl-tests'
// -f 2. Throws InputError; `option` names what is wrong.
std::vector<Bytes> parse_sizes(const std::string& option, const std::string& text);

std::vector<SweepRow> sweep(Communicator& communicator, Collective collective,
                            const std::vector<Bytes>& sizes);

Table sweep_table(const std::vector<SweepRow>& rows);
std::string sweep_json(const std::vector<SweepRow>& rows);
std::string sweep_csv(const std::vector<SweepRow>& rows);

}  // namespace palsim
