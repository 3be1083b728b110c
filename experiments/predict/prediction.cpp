#include "experiments/predict/prediction.hpp"

#include <algorithm>
#include <span>

#include "experiments/command/team.hpp"
#include "experiments/experiment/workload.hpp"
#include "experiments/predict/link_traffic.hpp"
#include "sim/core/statistics.hpp"
#include "sim/replay/pricing.hpp"

namespace palsim {
namespace {

Communicator communicator_of(const Experiment& experiment, Rank workers) {
  try {
    return Communicator(experiment.cluster.network, experiment.cluster.transport,
                        {.workers = workers});
  } catch (const InputError& error) {
    fail_at(experiment.workers_origin, error.what());
  }
}

DeviceSharing sharing_of(const Topology& cluster) {
  using Transfers = DeviceSharing::Transfers;
  return {.throughput = cluster.device.throughput,
          .workers_per_node = cluster.network.workers_per_node(),
          .transfers = cluster.transport.kind == TransportKind::measured
                           ? Transfers::on_the_device
                           : Transfers::beside_compute};
}

Rank workers_per_device(const Topology& cluster, Rank workers) {
  return cluster.device.throughput.empty() ? 1
                                           : std::min(workers, cluster.network.workers_per_node());
}

// One replay to be done: a method with one seed.
struct Task {
  const LabelledMethod* method;
  const Prices* prices;
  Step steps;
  ReplayOptions options;
};

struct SeedRun {
  RunResult result;
  StepClock clock;
};

// Without clocks, those of the result know nothing.
std::vector<SeedRun> run_all(const std::vector<Task>& tasks, const Spread& spread,
                             StepClocks clocks, const Progress& progress) {
  std::vector<SeedRun> runs;
  for (const Task& task : tasks) runs.push_back({{}, StepClock(task.steps)});
  share_out(
      tasks.size(),
      [&](std::size_t t, const Progress& report) {
        ReplayOptions options = tasks[t].options;
        options.progress = [&](Step step) {
          report(static_cast<double>(step) / static_cast<double>(tasks[t].steps));
        };
        if (clocks == StepClocks::kept) options.clock = &runs[t].clock;
        runs[t].result = replay(tasks[t].method->method, *tasks[t].prices, spread, options);
      },
      progress);
  return runs;
}

MethodPrediction summarized(const LabelledMethod& method, std::span<const SeedRun> seeds) {
  MethodPrediction prediction{.label = method.label, .method = method.method.name};
  std::vector<double> wall_clocks;
  for (const SeedRun& seed : seeds) {
    wall_clocks.push_back(seed.result.wall_clock.in_seconds());
    prediction.mean += seed.result.mean;
  }
  prediction.mean /= static_cast<double>(seeds.size());
  prediction.wall_clock_of_seeds_s = wall_clocks;
  std::sort(wall_clocks.begin(), wall_clocks.end());
  prediction.wall_clock_s = {percentiles_of(wall_clocks), mean(wall_clocks)};
  return prediction;
}

Prediction predict_run(const Experiment& experiment, const Run& run, const Workload& workload,
                       Communicator& communicator, Details details, const Progress& progress) {
  std::vector<Prices> prices;
  for (const LabelledMethod& method : run.methods) {
    prices.push_back(price_operations(workload, method.method.wire, communicator));
  }
  std::vector<Task> tasks;
  for (std::size_t m = 0; m < run.methods.size(); ++m) {
    for (int s = 0; s < experiment.seeds; ++s) {
      tasks.push_back({&run.methods[m],
                       &prices[m],
                       run.steps,
                       {.workers = run.workers,
                        .seed = experiment.seed + static_cast<Seed>(s),
                        .sharing = sharing_of(experiment.cluster)}});
    }
  }
  const std::vector<SeedRun> runs = run_all(tasks, experiment.spread, details.clocks, progress);

  Prediction prediction{.experiment = experiment.name,
                        .cluster = experiment.cluster.name,
                        .model = experiment.model.name,
                        .workers = run.workers,
                        .seed = experiment.seed,
                        .seeds = experiment.seeds,
                        .steps = run.steps,
                        .batch_per_worker = experiment.batch_per_worker,
                        .gradient_step = prices.front().gradient_step,
                        .device_memory = experiment.cluster.device.memory,
                        .workers_per_device = workers_per_device(experiment.cluster, run.workers),
                        .published = experiment.published};
  const std::size_t seeds = static_cast<std::size_t>(experiment.seeds);
  for (std::size_t m = 0; m < run.methods.size(); ++m) {
    const auto own = std::span(runs).subspan(m * seeds, seeds);
    MethodPrediction method = summarized(run.methods[m], own);
    method.memory_per_worker = worker_memory(workload, run.methods[m].method.memory);
    if (!prediction.methods.empty() && method.wall_clock_s.mean > 0) {
      method.speedup = prediction.methods.front().wall_clock_s.mean / method.wall_clock_s.mean;
    }
    if (details.clocks == StepClocks::kept) {
      for (const SeedRun& seed : own) method.clocks.push_back(seed.clock);
    }
    if (details.links == Links::counted) {
      const Meetings& meetings = own.front().result.meetings;  // the same for each seed
      method.links =
          link_uses(communicator.network(), experiment.cluster.transport,
                    link_traffic(meetings, prices[m], communicator), method.wall_clock_s.mean);
    }
    prediction.methods.push_back(std::move(method));
  }
  return prediction;
}

}  // namespace

std::vector<Prediction> predict(const Experiment& experiment, Details details,
                                const Progress& progress) {
  const Workload workload = workload_of(experiment);
  std::vector<Prediction> predictions;
  for (const Run& run : experiment.runs) {
    const auto part_done = [&](double share) {
      progress((static_cast<double>(predictions.size()) + share) /
               static_cast<double>(experiment.runs.size()));
    };
    Communicator communicator = communicator_of(experiment, run.workers);
    try {
      predictions.push_back(
          predict_run(experiment, run, workload, communicator, details, part_done));
    } catch (const InputError& error) {
      fail_at(experiment.steps_origin, error.what());  // what only a run shows: too long a time
    }
  }
  return predictions;
}

Timeline timeline_of(const Experiment& experiment, const Run& run, const LabelledMethod& method,
                     const KeptRounds& kept, const Progress& progress) {
  Communicator communicator = communicator_of(experiment, run.workers);
  const Prices prices = price_operations(workload_of(experiment), method.method.wire, communicator);
  Timeline timeline(kept);
  ReplayOptions options{
      .workers = run.workers, .seed = experiment.seed, .sharing = sharing_of(experiment.cluster)};
  if (progress) {
    options.progress = [&](Step step) {
      progress(static_cast<double>(step) / static_cast<double>(run.steps));
    };
  }
  replay(method.method, prices, experiment.spread, options, &timeline);
  return timeline;
}

}  // namespace palsim
