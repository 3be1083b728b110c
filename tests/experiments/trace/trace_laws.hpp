// What holds of every trace: whatever reads the format relies on it.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

namespace palsim {

using Json = nlohmann::json;

// What a viewer makes of it: times to the nanosecond, as decimal text would give them.
inline std::int64_t ns_of(const Json& microseconds) {
  return std::llround(microseconds.get<double>() * 1000);
}

struct TraceProcess {
  std::string name;
  std::string labels;
  std::map<std::int64_t, std::string> threads;    // by their place
  std::map<std::string, std::int64_t> spent_ns;   // by activity, all workers
  std::map<std::string, std::int64_t> steps;      // by activity
  std::map<std::int64_t, std::int64_t> begin_ns;  // by thread, of the first event
  std::map<std::int64_t, std::int64_t> end_ns;    // by thread, of the last event
  std::vector<std::string> rounds;                // the events of their thread
};

// Checks the laws and returns the processes by their place.
inline std::map<std::int64_t, TraceProcess> checked_trace(const Json& trace) {
  std::map<std::int64_t, TraceProcess> processes;
  CHECK(trace["displayTimeUnit"] == "ms");
  for (const Json& event : trace["traceEvents"]) {
    TraceProcess& process = processes[event["pid"].get<std::int64_t>()];
    const auto thread = event["tid"].get<std::int64_t>();
    const auto name = event["name"].get<std::string>();
    REQUIRE(event["pid"] > 0);
    REQUIRE(thread > 0);
    if (event["ph"] == "M") {
      const Json& args = event["args"];
      if (name == "process_name") process.name = args["name"];
      if (name == "process_labels") process.labels = args["labels"];
      if (name == "process_sort_index") REQUIRE(args["sort_index"] == event["pid"]);
      if (name == "thread_name") process.threads[thread] = args["name"];
      if (name == "thread_sort_index") REQUIRE(args["sort_index"] == thread);
      continue;
    }
    REQUIRE(event["ph"] == "X");
    REQUIRE(process.threads.contains(thread));
    const std::int64_t begin = ns_of(event["ts"]);
    const std::int64_t length = ns_of(event["dur"]);
    REQUIRE(length > 0);
    REQUIRE(begin >= process.end_ns[thread]);
    process.begin_ns.try_emplace(thread, begin);
    process.end_ns[thread] = begin + length;
    if (process.threads[thread] == "rounds") {
      process.rounds.push_back(name);
      continue;
    }
    REQUIRE((name == "bucket all-reduce") == (process.threads[thread] == "wire"));
    REQUIRE(event["args"].contains("round"));
    process.spent_ns[name] += length;
    if (event["args"].contains("steps")) process.steps[name] += event["args"]["steps"].get<int>();
  }
  for (const auto& [place, process] : processes) {
    CHECK(process.threads.at(1) == "rounds");
    CHECK(process.threads.at(2) == "wire");
    for (const auto& [thread, name] : process.threads) {
      if (thread > 2) CHECK(name == "worker " + std::to_string(thread - 3));
    }
  }
  return processes;
}

inline std::map<std::int64_t, TraceProcess> checked_trace(const std::string& text) {
  return checked_trace(Json::parse(text));
}

}  // namespace palsim
