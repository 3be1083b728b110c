#include "experiments/predict/trace.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

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

// Thread 0 is the wire, thread r + 1 the worker of rank r.
std::int64_t thread_of(Rank rank) { return rank + 1; }

std::string metadata(const char* what, std::size_t process, std::int64_t thread,
                     const std::string& name) {
  return fmt::format(
      "{{\"ph\":\"M\",\"name\":\"{}\",\"pid\":{},\"tid\":{},\"args\":{{\"name\":{}}}}},\n", what,
      process, thread, quoted(name));
}

}  // namespace

std::string chrome_trace(const std::vector<MethodTimeline>& methods, Rank workers) {
  std::string trace = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
  auto out = std::back_inserter(trace);
  std::int64_t left_out = 0;
  for (std::size_t process = 0; process < methods.size(); ++process) {
    const auto& [label, timeline] = methods[process];
    left_out += timeline.rounds_left_out();
    trace += metadata("process_name", process, 0, label);
    trace += metadata("thread_name", process, thread_of(wire_track), "wire");
    for (Rank rank = 0; rank < workers; ++rank) {
      trace += metadata("thread_name", process, thread_of(rank), fmt::format("worker {}", rank));
    }
    for (const RoundTimeline& round : timeline.rounds()) {
      for (const Segment& segment : round.segments) {
        fmt::format_to(out,
                       "{{\"ph\":\"X\",\"name\":\"{}\",\"pid\":{},\"tid\":{},\"ts\":{:.3f},"
                       "\"dur\":{:.3f}}},\n",
                       name_of(segment.activity), process, thread_of(segment.rank),
                       segment.begin.in_seconds() * 1e6, segment.length.in_seconds() * 1e6);
      }
    }
  }
  trace.resize(trace.size() - 2);  // the last comma
  fmt::format_to(out, "\n],\"otherData\":{{\"rounds_left_out\":{}}}}}\n", left_out);
  return trace;
}

}  // namespace palsim
