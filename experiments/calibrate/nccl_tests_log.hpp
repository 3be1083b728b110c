// The output of nccl-tests (all_reduce_perf, reduce_scatter_perf, all_gather_perf, broadcast_perf),
// as printed by any version, among whatever other programs print: NCCL's own lines, the tags of
// mpirun and srun before each line, an indentation.
//
// The line "#  size  count  type ... time  algbw  busbw ..." names the columns. The out-of-place
// time is taken: the first `time`. Sizes of 0 bytes are left out.
#pragma once

#include <string>
#include <vector>

#include "experiments/calibrate/collective_log.hpp"
#include "experiments/command/text_lines.hpp"

namespace palsim {

struct NcclTestsLog {
  LogFacts facts;
  std::vector<LogRow> rows;  // at least one
};

bool has_nccl_tests_header(const std::vector<TextLine>& lines);

// Of lines with a header. Throws InputError for rows that are not nccl-tests', of another test, or
// of one that contradict each other.
NcclTestsLog parse_nccl_tests_log(const std::vector<TextLine>& lines, const std::string& source);

}  // namespace palsim
