#include "experiments/calibrate/collective_log.hpp"

#include <fmt/format.h>

#include <map>

#include "experiments/calibrate/nccl_tests_log.hpp"
#include "experiments/calibrate/timing_table.hpp"
#include "experiments/command/text_lines.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// A size that was measured several times counts once, with the mean of its times.
std::vector<Measurement> merged(const std::vector<LogRow>& rows) {
  std::map<Bytes, std::vector<Duration>> times;
  for (const LogRow& row : rows) times[row.size].push_back(row.time);
  std::vector<Measurement> measurements;
  for (const auto& [size, all] : times) {
    Duration sum;
    for (const Duration time : all) sum += time;
    measurements.push_back({size, sum.scaled(1 / static_cast<double>(all.size()))});
  }
  return measurements;
}

}  // namespace

LogRow checked_row(std::int64_t size_bytes, double time_s, const Origin& size_origin,
                   const Origin& time_origin) {
  constexpr std::int64_t most_bytes = 1LL << 44;  // beyond, logarithms no longer tell sizes apart
  constexpr double most_s = 3600;
  if (size_bytes < 1 || size_bytes > most_bytes) {
    fail_at(size_origin, fmt::format("a size of {} bytes; write 1 to {}", size_bytes, most_bytes));
  }
  if (!(time_s >= 1e-9 && time_s <= most_s)) {
    fail_at(time_origin,
            fmt::format("a time of {:.6g} s; write times above 0, at most an hour", time_s));
  }
  return {Bytes(size_bytes), Duration::seconds(time_s), size_origin};
}

CollectiveLog parse_collective_log(std::string_view text, const std::string& source) {
  CollectiveLog log{.source = source};
  const std::vector<TextLine> lines = lines_of(text);
  std::vector<LogRow> rows;
  if (has_nccl_tests_header(lines)) {
    NcclTestsLog parsed = parse_nccl_tests_log(lines, source);
    log.facts = std::move(parsed.facts);
    rows = std::move(parsed.rows);
  } else if (is_timing_table(lines)) {
    rows = parse_timing_table(text, source);
  } else {
    fail_at({source, 1, 1},
            "no line 'size ... time algbw busbw' of nccl-tests and no CSV; write what "
            "all_reduce_perf printed, or a CSV that begins with size_bytes,time_us");
  }
  log.measurements = merged(rows);
  if (log.measurements.size() < 2) {
    fail_at(rows.front().origin, fmt::format("{} is the only size; write two or more, as by -b 8 "
                                             "-e 1G -f 2",
                                             log.measurements.front().size.count()));
  }
  return log;
}

CollectiveLog load_collective_log(const std::string& path) {
  return parse_collective_log(load_text(path, "log"), path);
}

}  // namespace palsim
