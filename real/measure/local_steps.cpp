#include "real/measure/local_steps.hpp"

#include <algorithm>
#include <utility>

#include "real/backend/worker_team.hpp"
#include "real/data/sample_order.hpp"
#include "real/measure/clock.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

Program gradient_steps(Worker& worker, Step first, Step last) {
  for ([[maybe_unused]] const Step step : worker.steps({.first = first, .last = last})) {
    co_await worker.gradient_step();
  }
}

// Nobody meets anybody.
Method local_method(Step first, Step last) {
  return {.name = "local steps",
          .start = [=](Worker& worker) { return gradient_steps(worker, first, last); }};
}

std::vector<double> lengths_of(const std::vector<StepRecord>& records) {
  std::vector<double> lengths;
  for (std::size_t at = 1; at < records.size(); ++at) {
    lengths.push_back(records[at].time.wall_clock_s() - records[at - 1].time.wall_clock_s());
  }
  return lengths;
}

}  // namespace

LocalSteps measure_local_steps(const TrainingJob& job, Rank workers, double seconds) {
  std::vector<std::vector<double>> lengths(static_cast<std::size_t>(workers));
  run_workers(job.backend, workers, [&](Group& group, Device<float>& device) {
    Replica<float> replica(job.graph, job.setting.batch_per_worker / job.setting.micro_batches,
                           device, job.setting.seed);
    // All take as many steps as fit the time at the pace of the first few.
    constexpr Step first_steps = 3;
    const auto take = [&](Step first, Step last) {
      const Method method = local_method(first, last);
      TrainingSetting setting{method,
                              job.setting.data,
                              job.setting.inner,
                              last,
                              job.setting.batch_per_worker,
                              job.setting.micro_batches,
                              job.setting.seed};
      RealWorker worker(setting, job.graph, group, device, replica, {});
      group.meet();
      worker.run();
      return lengths_of(worker.take_records());
    };
    take(0, first_steps);
    const Clock::time_point begin = Clock::now();
    take(0, first_steps);
    std::vector<double> pace{seconds_since(begin)};
    group.sum(pace);
    const double step_s = pace[0] / static_cast<double>(workers * first_steps);
    const auto steps = std::max<Step>(5, static_cast<Step>(seconds / step_s));
    lengths[static_cast<std::size_t>(group.rank())] = take(0, steps);
  });
  std::vector<double> all;
  for (const std::vector<double>& one : lengths) all.insert(all.end(), one.begin(), one.end());
  return {workers, mean(all), variation(all)};
}

std::vector<double> throughput_of(const std::vector<LocalSteps>& measured) {
  std::vector<double> throughput;
  for (std::size_t at = 0; at < measured.size(); ++at) {
    const auto workers = static_cast<double>(measured[at].workers);
    const double total = workers * std::min(1.0, measured.front().step_s / measured[at].step_s);
    const auto known = static_cast<Rank>(throughput.size());
    const double before = at == 0 ? 0 : throughput.back();
    for (Rank count = known + 1; count <= measured[at].workers; ++count) {
      const double share =
          static_cast<double>(count - known) / static_cast<double>(measured[at].workers - known);
      throughput.push_back(before + share * (total - before));
    }
  }
  return throughput;
}

double measure_data_time(const TrainingSetting& setting, double seconds) {
  SampleOrder order(setting.seed, setting.data.samples(), 0, 1);
  std::vector<std::int64_t> indices(
      static_cast<std::size_t>(setting.batch_per_worker / setting.micro_batches));
  Batch batch;
  std::int64_t taken = 0;
  std::vector<double> times;
  const Clock::time_point begin = Clock::now();
  do {
    const Clock::time_point step_begin = Clock::now();
    for (std::int64_t m = 0; m < setting.micro_batches; ++m) {
      for (std::int64_t& index : indices) index = order.sample_at(taken++);
      setting.data.fetch(indices, batch);
    }
    times.push_back(seconds_since(step_begin));
  } while (seconds_since(begin) < seconds);
  return median(std::move(times));
}

}  // namespace palsim
