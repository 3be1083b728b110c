#include "sim/network/measured_cost.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

double between(double below, double above, double share) {
  return below * (1 - share) + above * share;
}

double ns_of(const MeasuredTime& measured) { return static_cast<double>(measured.time.count_ns()); }

// Of one number of workers.
double time_ns(MeasuredTimes::const_iterator first, MeasuredTimes::const_iterator last,
               Bytes bytes) {
  const auto above = std::lower_bound(
      first, last, bytes,
      [](const MeasuredTime& measured, Bytes wanted) { return measured.size < wanted; });
  if (above == first) return ns_of(*first);
  const auto below = above - 1;
  if (above == last) return ns_of(*below) * (bytes / below->size);
  return between(ns_of(*below), ns_of(*above), (bytes - below->size) / (above->size - below->size));
}

std::string unmeasured(const MeasuredTimes& times, std::string_view what, std::int64_t workers) {
  if (times.empty()) return fmt::format("no times of {} were measured; write some", what);
  const std::int64_t fewest = times.front().workers;
  const std::int64_t most = times.back().workers;
  if (fewest <= workers && workers <= most) return "";
  return fmt::format(
      "workers = {}, but {} were measured over {} to {}; write as many, or measure "
      "those of {}",
      workers, what, fewest, most, workers);
}

}  // namespace

std::string unmeasured(const Transport& transport, std::int64_t workers) {
  const std::string all_reduce = unmeasured(transport.all_reduce, "all-reduces", workers);
  return all_reduce.empty() ? unmeasured(transport.broadcast, "broadcasts", workers) : all_reduce;
}

const MeasuredTimes* measured_times(const Transport& transport, Collective collective) {
  if (collective == Collective::all_reduce) return &transport.all_reduce;
  if (collective == Collective::broadcast) return &transport.broadcast;
  return nullptr;
}

Duration measured_time(const MeasuredTimes& times, std::int64_t workers, Bytes bytes) {
  const auto fewer = [](const MeasuredTime& measured, std::int64_t number) {
    return measured.workers < number;
  };
  const auto more = [](std::int64_t number, const MeasuredTime& measured) {
    return number < measured.workers;
  };
  const auto first = std::lower_bound(times.begin(), times.end(), workers, fewer);
  require(first != times.end(), "the time of a collective over {} workers", workers);
  const std::int64_t above = first->workers;
  const double above_ns = time_ns(first, std::upper_bound(first, times.end(), above, more), bytes);
  if (above == workers) return Duration::rounded_nanoseconds(above_ns);

  require(first != times.begin(), "the time of a collective over {} workers", workers);
  const std::int64_t below = (first - 1)->workers;
  const double below_ns =
      time_ns(std::lower_bound(times.begin(), first, below, fewer), first, bytes);
  const double share = static_cast<double>(workers - below) / static_cast<double>(above - below);
  return Duration::rounded_nanoseconds(between(below_ns, above_ns, share));
}

}  // namespace palsim
