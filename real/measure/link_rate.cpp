#include "real/measure/link_rate.hpp"

#include <mpi.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "real/comm/polling.hpp"
#include "real/measure/clock.hpp"
#include "sim/core/error.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

void wait(std::array<MPI_Request, 2>& requests) {
  poll_until([&] {
    int are_done = 0;
    MPI_Testall(static_cast<int>(requests.size()), requests.data(), &are_done, MPI_STATUSES_IGNORE);
    return are_done != 0;
  });
}

// Least seconds from the partners' start to this one's having sent and received `bytes`: whatever
// else the machine did can only have made it longer.
double exchange_time(int partner, int bytes, int repetitions) {
  const std::vector<char> sent(static_cast<std::size_t>(bytes), 1);
  std::vector<char> received(sent.size());
  double least_s = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repetitions; ++i) {
    MPI_Barrier(MPI_COMM_WORLD);
    const Clock::time_point begin = Clock::now();
    std::array<MPI_Request, 2> requests{};
    MPI_Irecv(received.data(), bytes, MPI_BYTE, partner, 0, MPI_COMM_WORLD, &requests[0]);
    MPI_Isend(sent.data(), bytes, MPI_BYTE, partner, 0, MPI_COMM_WORLD, &requests[1]);
    wait(requests);
    least_s = std::min(least_s, seconds_since(begin));
  }
  return least_s;
}

// Half the seconds of an empty message and its answer, the median of many.
double one_way_time(int rank, int partner) {
  constexpr int repetitions = 200;
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) {
    const Clock::time_point begin = Clock::now();
    for (const bool sends : {(rank < partner), (rank > partner)}) {
      std::array<MPI_Request, 2> requests{MPI_REQUEST_NULL, MPI_REQUEST_NULL};
      if (sends) {
        MPI_Isend(nullptr, 0, MPI_BYTE, partner, 1, MPI_COMM_WORLD, &requests[0]);
      } else {
        MPI_Irecv(nullptr, 0, MPI_BYTE, partner, 1, MPI_COMM_WORLD, &requests[0]);
      }
      wait(requests);
    }
    seconds.push_back(seconds_since(begin) / 2);
  }
  return median(std::move(seconds));
}

// Of the least-squares line.
double slope(const std::vector<double>& xs, const std::vector<double>& ys) {
  const double x_mean = mean(xs);
  const double y_mean = mean(ys);
  double xy = 0;
  double xx = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    xy += (xs[i] - x_mean) * (ys[i] - y_mean);
    xx += (xs[i] - x_mean) * (xs[i] - x_mean);
  }
  return xy / xx;
}

double mean_over_processes(double value, int processes) {
  double sum = 0;
  MPI_Allreduce(&value, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return sum / processes;
}

}  // namespace

LinkRate measure_link_rate(Bytes longest) {
  int rank = 0;
  int processes = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &processes);
  require<InputError>(processes >= 2 && processes % 2 == 0,
                      "a link is measured by pairs of processes, not by {}; start an even number",
                      processes);
  const int partner = rank ^ 1;
  const double latency_s = one_way_time(rank, partner);
  // TCP's windows grow with use, and training's have long grown.
  exchange_time(partner, static_cast<int>(longest.count()), 1);
  std::vector<double> bytes;
  std::vector<double> seconds;
  for (const std::int64_t part : {4, 2, 1}) {
    constexpr int repetitions = 4;
    const auto size = static_cast<int>(longest.count() / part);
    bytes.push_back(size);
    seconds.push_back(exchange_time(partner, size, repetitions));
  }
  // All processes come to the same end.
  const double seconds_per_byte = mean_over_processes(slope(bytes, seconds), processes);
  require<InputError>(seconds_per_byte > 0,
                      "longer messages took no longer: this machine is too busy to measure a link");
  return {BytesPerSecond(1 / seconds_per_byte),
          Duration::seconds(mean_over_processes(latency_s, processes))};
}

}  // namespace palsim
