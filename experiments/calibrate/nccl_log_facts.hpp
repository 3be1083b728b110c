// What the output of nccl-tests says beside its times: which test, over how many ranks, by which
// NCCL.
//
// The test is named by "# Collective test starting: all_reduce_perf", or by the only program of
// nccl-tests that the log mentions, or told from the columns redop and root and from busbw over
// algbw: 2 (n - 1) / n of an all-reduce, (n - 1) / n of a reduce-scatter and an all-gather, 1 of a
// broadcast (nccl-tests, doc/PERFORMANCE.md). Ranks are counted from the lines "#  Rank  0 Group  0
// Pid ... on HOST device ...", or told from the same ratio.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/calibrate/collective_log.hpp"
#include "experiments/command/text_lines.hpp"

namespace palsim {

struct TestedRow {
  LogRow row;
  double algbw = 0;  // as printed, GB/s
  double busbw = 0;
  std::string redop = {};                 // empty without the column
  std::optional<std::int64_t> root = {};  // -1: none
};

// Throws InputError for a test of another kind or of several, fewer than 2 ranks, or a busbw that
// is not what the test has over that many ranks.
LogFacts read_facts(const std::vector<TextLine>& lines, const std::vector<TestedRow>& rows,
                    const std::string& source);

}  // namespace palsim
