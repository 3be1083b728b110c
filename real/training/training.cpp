#include "real/training/training.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "real/comm/thread_team.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

struct Stopped {};

// Looks after one worker: reports, checkpoints, and the wish to stop.
class Supervisor {
 public:
  Supervisor(const TrainingJob& job, Rank rank) : job_(job), rank_(rank) {}

  void resume(RealWorker& worker) {
    if (job_.resume.empty()) return;
    const std::optional<Checkpoint> checkpoint = latest_checkpoint(job_.resume);
    require_agreement(checkpoint ? checkpoint->step : 0, worker.group());
    if (!checkpoint) return;
    const auto state = worker.state();
    worker.resume_from(
        load_checkpoint(checkpoint->path, rank_, job_.identity, state, worker.device()));
  }

  // All workers at the same time.
  void record(RealWorker& worker, Group& host) {
    if (!job_.record) return;
    const auto now = [] { return RunRecorder::Clock::now(); };
    recorder_.emplace(host, offset_to_first(host, this_machine(), now));
    worker.record_to(*recorder_);
  }

  Supervision supervision() {
    return {.says = [this] { return says(); },
            .between_steps = [this](RealWorker& worker, Signals agreed) { act(worker, agreed); }};
  }

  void report(RealWorker& worker) {
    if (recorder_) {
      for (const RecordedRound& round : recorder_->hand_over()) job_.record(round);
    }
    const std::vector<StepRecord> records = worker.take_records();
    const std::vector<StepSummary> steps = summaries(records, worker.group());
    if (rank_ == 0) job_.report(steps);
    reported_ = Clock::now();
  }

  // Leaves the last checkpoint where it is if a worker's parameters are no longer numbers: what
  // fails next is to find a good one.
  void save(RealWorker& worker) {
    if (job_.checkpoints.empty()) return;
    std::vector<double> spoilt{worker.is_finite() ? 0.0 : 1.0};
    worker.group().sum(spoilt);
    if (spoilt[0] > 0) return;
    const auto state = worker.state();
    save_checkpoint(job_.checkpoints, {job_.identity, worker.progress(), state}, worker.device(),
                    worker.group());
    saved_ = Clock::now();
  }

 private:
  using Clock = std::chrono::steady_clock;

  // Processes may see the folder differently: each on its own machine, or while another writes it.
  void require_agreement(Step own, Group& group) const {
    std::vector<double> steps(static_cast<std::size_t>(group.workers()));
    steps[static_cast<std::size_t>(rank_)] = static_cast<double>(own);
    group.sum(steps);
    for (std::size_t rank = 1; rank < steps.size(); ++rank) {
      if (steps[rank] == steps[0]) continue;
      if (rank_ != 0) group.meet();  // in vain, until the first worker has said why
      throw InputError(
          fmt::format("{}: worker 0 would go on from step {}, worker {} from step {}; "
                      "write a folder that all workers see alike",
                      job_.resume.string(), steps[0], rank, steps[rank]));
    }
  }

  Signals says() const {
    const auto passed = [](Clock::time_point since, double seconds) {
      return std::chrono::duration<double>(Clock::now() - since).count() >= seconds;
    };
    Signals said = 0;
    if (job_.stop_wanted()) said |= stop_signal;
    if (rank_ != 0) return said;  // clocks may differ: one keeps the time for all
    if (passed(reported_, job_.report_every_s)) said |= report_signal;
    if (!job_.checkpoints.empty() && passed(saved_, job_.checkpoint_every_s)) {
      said |= checkpoint_signal;
    }
    return said;
  }

  void act(RealWorker& worker, Signals agreed) {
    report(worker);
    if ((agreed & (checkpoint_signal | stop_signal)) != 0) save(worker);
    if ((agreed & stop_signal) != 0) throw Stopped();
  }

  // The same steps lie in all workers' records.
  static std::vector<StepSummary> summaries(const std::vector<StepRecord>& records, Group& group) {
    constexpr std::size_t columns = 6;
    std::vector<double> sums;
    for (const StepRecord& record : records) {
      const bool has_loss = record.kind != StepKind::mix;
      sums.insert(sums.end(),
                  {has_loss ? record.loss : 0, has_loss ? 1.0 : 0.0, record.time.compute_s,
                   record.time.communication_s, record.time.waiting_s, record.time.mix_s});
    }
    group.sum(sums);
    const auto workers = static_cast<double>(group.workers());
    std::vector<StepSummary> steps;
    for (std::size_t at = 0; at < records.size(); ++at) {
      const double* row = sums.data() + at * columns;
      StepSummary& step = steps.emplace_back();
      step.step = records[at].step;
      if (row[1] > 0) step.loss = row[0] / row[1];
      step.time = {row[2] / workers, row[3] / workers, row[4] / workers, row[5] / workers};
    }
    return steps;
  }

  const TrainingJob& job_;
  Rank rank_;
  std::optional<RunRecorder> recorder_;
  Clock::time_point reported_ = Clock::now();
  Clock::time_point saved_ = Clock::now();
};

// Of the mean of the workers' models, each worker taking its part of the samples.
Evaluation evaluate(const TrainingJob& job, RealWorker& worker, Replica<float>& replica) {
  Group& group = worker.group();
  const auto span_of = [](float* data, std::int64_t count) {
    return std::span(data, static_cast<std::size_t>(count));
  };
  group.all_reduce_mean(span_of(replica.parameters(), replica.parameter_count()), WireType::fp32);
  group.broadcast(span_of(replica.buffers(), replica.buffer_count()), 0);
  const std::int64_t most = job.setting.batch_per_worker / job.setting.micro_batches;
  Batch batch;
  std::vector<std::int64_t> indices;
  std::vector<double> sums(3);  // loss, correct, targets
  const auto take_batch = [&] {
    job.held_out->fetch(indices, batch);
    const LossSum sum = replica.evaluate(batch);
    sums[0] += sum.loss;
    sums[1] += static_cast<double>(sum.correct);
    sums[2] += static_cast<double>(batch.targets.size());
    indices.clear();
  };
  for (std::int64_t i = group.rank(); i < job.held_out->samples(); i += group.workers()) {
    indices.push_back(i);
    if (static_cast<std::int64_t>(indices.size()) == most) take_batch();
  }
  if (!indices.empty()) take_batch();
  group.sum(sums);
  return {sums[0] / sums[2], sums[1] / sums[2]};
}

// Means over the workers, and the longest wall clock.
TrainingOutcome outcome_of(const WorkerProgress& own, Group& group) {
  constexpr std::size_t means = 5;
  std::vector<double> sums(means + static_cast<std::size_t>(group.workers()));
  sums[0] = own.time.compute_s;
  sums[1] = own.time.communication_s;
  sums[2] = own.time.waiting_s;
  sums[3] = own.time.mix_s;
  sums[4] = own.loss;
  sums[means + static_cast<std::size_t>(group.rank())] = own.time.wall_clock_s();
  group.sum(sums);
  const auto workers = static_cast<double>(group.workers());
  return {.steps = own.step,
          .wall_clock_s = *std::max_element(sums.begin() + means, sums.end()),
          .mean = {sums[0] / workers, sums[1] / workers, sums[2] / workers, sums[3] / workers},
          .loss = sums[4] / workers};
}

}  // namespace

TrainingOutcome train_worker(const TrainingJob& job, Group& host) {
  const std::unique_ptr<Device<float>> device = job.backend.device(host.rank());
  const std::unique_ptr<Group> vectors = job.backend.group(host);
  Group& group = *vectors;
  const TrainingSetting& setting = job.setting;
  Replica<float> replica(job.graph, setting.batch_per_worker / setting.micro_batches, *device,
                         setting.seed);
  Supervisor supervisor(job, group.rank());
  RealWorker worker(setting, job.graph, group, *device, replica, supervisor.supervision());
  bool finished = true;
  try {
    supervisor.resume(worker);
    group.meet();
    worker.warm_up();
    supervisor.record(worker, host);
    group.meet();
    worker.run();
    supervisor.report(worker);
    supervisor.save(worker);
  } catch (const Stopped&) {
    finished = false;
  } catch (...) {
    group.abort();  // before anything is taken down that others may wait for
    throw;
  }
  TrainingOutcome outcome = outcome_of(worker.progress(), group);
  if (finished && job.held_out != nullptr) outcome.evaluation = evaluate(job, worker, replica);
  return outcome;
}

TrainingOutcome train_on_threads(const TrainingJob& job, Rank workers) {
  std::vector<TrainingOutcome> outcomes(static_cast<std::size_t>(workers));
  const auto train = [&](Group& host) {
    outcomes[static_cast<std::size_t>(host.rank())] = train_worker(job, host);
  };
  run_on_threads(workers, train, job.backend.binding());
  return outcomes.front();
}

void require_runnable(const TrainingJob& job, Rank workers) {
  const std::int64_t samples = job.setting.data.samples();
  require<InputError>(samples >= workers,
                      "{} samples for {} workers; write at least as many samples as workers",
                      samples, workers);
  const Wire& wire = job.setting.method.wire;
  const auto require_real = [](WireType type, const char* key) {
    require<InputError>(type == WireType::fp32 || type == WireType::bf16,
                        "{} is int8 or int4, which only predictions know; write fp32 or bf16", key);
  };
  require_real(wire.sync_type, "sync_dtype");
  require_real(wire.gradient_type, "gradient_dtype");
}

void require_places(const TrainingJob& job, Rank workers) {
  job.backend.require_places(workers);
  const TrainingSetting& setting = job.setting;
  const std::int64_t micro_batch = setting.batch_per_worker / setting.micro_batches;
  const Bytes vectors(static_cast<std::int64_t>(sizeof(float)) * job.graph.model.parameters() *
                      vectors_per_parameter(setting));
  const Rank sharing = job.backend.are_shared() ? workers : 1;
  const Bytes replica = replica_memory(job.graph, micro_batch, *job.backend.device(0));
  const Bytes needed = (replica + vectors) * sharing;
  const MemoryLeft memory = job.backend.memory();
  require<InputError>(needed <= memory.left,
                      "{} {} of {} with micro-batches of {} need {:.1f} GB, {} has {:.1f} GB left; "
                      "write fewer workers or more micro_batches",
                      sharing, sharing == 1 ? "worker" : "workers", job.graph.model.name,
                      micro_batch, static_cast<double>(needed.count()) / 1e9, memory.owner,
                      static_cast<double>(memory.left.count()) / 1e9);
}

}  // namespace palsim
