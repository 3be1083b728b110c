#include "experiments/trace/chrome_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/command/counted.hpp"
#include "experiments/command/messages.hpp"
#include "experiments/command/output_file.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

const char* name_of(Activity activity) {
  switch (activity) {
    case Activity::compute:
      return "compute";
    case Activity::mix:
      return "mix";
    case Activity::communication:
      return "communication";
    case Activity::waiting:
      return "waiting";
    case Activity::bucket:
      return "bucket all-reduce";
  }
  return "";
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Numbers of threads are their places from the top. Nothing has number 0, which viewers take for
// the operating system's idle process.
constexpr std::int64_t rounds_thread = 1;
std::int64_t thread_of(Rank rank) { return rank + 3; }

// To the nanosecond, which no double holds for long.
std::string microseconds(Duration time) {
  const std::int64_t ns = time.count_ns();
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

std::string rounds_text(std::int64_t first, std::int64_t last) {
  return first == last ? fmt::format("round {}", first)
                       : fmt::format("rounds {} to {}", first, last);
}

class ProcessWriter {
 public:
  ProcessWriter(std::string& trace, std::size_t process, const TracedRun& run)
      : trace_(trace), process_(process), run_(run) {}

  void write() {
    describe();
    Time end;
    std::int64_t next = 0;
    for (const RoundTimeline& round : run_.timeline.rounds()) {
      write_gap(next, round.number, end, round.begin);
      write_round(round);
      next = round.number + 1;
      end = round.end;
    }
  }

 private:
  void describe() {
    metadata("process_name", 0, "name", quoted(run_.label));
    metadata("process_sort_index", 0, "sort_index", fmt::format("{}", process_));
    metadata("process_labels", 0, "labels", quoted(labels()));
    describe_thread(rounds_thread, "rounds");
    describe_thread(thread_of(wire_track), "wire");
    const Rank shown = std::min(run_.workers, run_.timeline.first_rank_left_out());
    for (Rank rank = 0; rank < shown; ++rank) {
      describe_thread(thread_of(rank), fmt::format("worker {}", rank));
    }
  }

  std::string labels() const {
    std::string labels = counted(run_.workers, "worker");
    if (run_.first_step > 0) labels += fmt::format(", resumed at step {}", run_.first_step);
    const std::string lacking = left_out(run_);
    return lacking.empty() ? labels : labels + ", left out: " + lacking;
  }

  void describe_thread(std::int64_t thread, const std::string& name) {
    metadata("thread_name", thread, "name", quoted(name));
    metadata("thread_sort_index", thread, "sort_index", fmt::format("{}", thread));
  }

  void metadata(const char* what, std::int64_t thread, const char* key, const std::string& value) {
    fmt::format_to(out(),
                   "{{\"ph\":\"M\",\"name\":\"{}\",\"pid\":{},\"tid\":{},\"args\":{{\"{}\":{}}}}},"
                   "\n",
                   what, process_, std::max(thread, rounds_thread), key, value);
  }

  void write_gap(std::int64_t first, std::int64_t end, Time begin_time, Time end_time) {
    if (first == end) return;
    complete(rounds_thread, rounds_text(first, end - 1) + " left out", begin_time,
             end_time - begin_time, fmt::format("\"rounds\":{}", end - first));
  }

  void write_round(const RoundTimeline& round) {
    complete(rounds_thread, fmt::format("round {}", round.number), round.begin,
             round.end - round.begin, fmt::format("\"steps_done\":{}", round.steps_done));
    for (const Segment& segment : round.segments) {
      std::string args = fmt::format("\"round\":{}", round.number);
      if (segment.steps > 0) args += fmt::format(",\"steps\":{}", segment.steps);
      if (segment.bytes > 0) args += fmt::format(",\"bytes\":{}", segment.bytes);
      complete(thread_of(segment.rank), name_of(segment.activity), segment.begin, segment.length,
               args);
    }
  }

  // Nothing if the length is 0.
  void complete(std::int64_t thread, const std::string& name, Time begin, Duration length,
                const std::string& args) {
    if (length <= Duration()) return;
    fmt::format_to(out(),
                   "{{\"ph\":\"X\",\"name\":\"{}\",\"pid\":{},\"tid\":{},\"ts\":{},\"dur\":{},"
                   "\"args\":{{{}}}}},\n",
                   name, process_, thread, microseconds(begin.since_start()), microseconds(length),
                   args);
  }

  std::back_insert_iterator<std::string> out() { return std::back_inserter(trace_); }

  std::string& trace_;
  std::size_t process_;
  const TracedRun& run_;
};

std::string trace_of(const std::vector<TracedRun>& runs) {
  std::string trace = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
  std::int64_t rounds_left_out = 0;
  nlohmann::ordered_json described = nlohmann::ordered_json::array();
  for (std::size_t at = 0; at < runs.size(); ++at) {
    const TracedRun& run = runs[at];
    ProcessWriter(trace, at + 1, run).write();
    rounds_left_out += run.timeline.rounds_left_out();
    described.push_back({{"run", run.label},
                         {"workers", run.workers},
                         {"first_step", run.first_step},
                         {"rounds", static_cast<std::int64_t>(run.timeline.rounds().size()) +
                                        run.timeline.rounds_left_out()},
                         {"rounds_left_out", run.timeline.rounds_left_out()},
                         {"left_out", left_out(run)}});
  }
  trace.resize(trace.size() - 2);  // the last comma
  const nlohmann::ordered_json other{{"palsim", PALSIM_VERSION},
                                     {"rounds_left_out", rounds_left_out},
                                     {"runs", std::move(described)}};
  trace +=
      "\n],\"otherData\":" + other.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
      "}\n";
  return trace;
}

}  // namespace

KeptRounds rounds_in_trace(std::size_t runs) {
  constexpr std::size_t bytes_per_segment = 125;  // about; what is too long is cut down
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  return {.first = all,
          .last = all,
          .slowest = all,
          .segments = largest_trace / bytes_per_segment / runs};
}

std::string left_out(const TracedRun& run) {
  const Timeline& timeline = run.timeline;
  std::vector<std::string> parts;
  if (timeline.rounds_left_out() > 0) {
    const auto kept = static_cast<std::int64_t>(timeline.rounds().size());
    parts.push_back(
        fmt::format("{} of {} (kept: first {}, last {}, slowest {})", timeline.rounds_left_out(),
                    counted(timeline.rounds_left_out() + kept, "round"), timeline.kept().first,
                    timeline.kept().last, timeline.kept().slowest));
  }
  if (!timeline.tells_steps_apart()) {
    parts.emplace_back("the order of a worker's steps within a round");
  }
  const Rank first = timeline.first_rank_left_out();
  if (first < run.workers) {
    parts.push_back(first < 0 ? "everything else"
                              : fmt::format("workers {} to {}", first, run.workers - 1));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string chrome_trace(std::vector<TracedRun>& runs, std::size_t largest) {
  while (true) {
    std::string trace = trace_of(runs);
    if (trace.size() <= largest) return trace;
    bool all_empty = true;
    for (TracedRun& run : runs) {
      const double share = static_cast<double>(largest) / static_cast<double>(trace.size());
      const auto segments = static_cast<double>(run.timeline.segments());
      all_empty = all_empty && run.timeline.segments() == 0;
      run.timeline.make_do_with(static_cast<std::size_t>(0.95 * share * segments));
    }
    require<InputError>(!all_empty, "--trace: {} runs are too many for one file; write fewer",
                        runs.size());
  }
}

void write_trace(const std::string& path, std::vector<TracedRun> runs) {
  write_whole_file(path, chrome_trace(runs));
  std::vector<std::string> parts;
  for (const TracedRun& run : runs) {
    const std::string lacking = left_out(run);
    if (!lacking.empty()) parts.push_back(fmt::format("of {}, {}", run.label, lacking));
  }
  if (parts.empty()) return;
  say(fmt::format("warning: {}: left out {}\n", path, fmt::join(parts, "; ")));
}

}  // namespace palsim
