// The worker that trains: each operation of a method's program runs its kernels on the worker's
// device, or exchanges vectors with the other workers, and is over when it returns. The time of
// each is accounted as the simulated worker accounts it.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "real/comm/bucket_exchange.hpp"
#include "real/comm/group.hpp"
#include "real/data/sample_order.hpp"
#include "real/training/run_recorder.hpp"
#include "real/training/worker_state.hpp"
#include "sim/core/error.hpp"
#include "sim/methods/bucket.hpp"
#include "sim/methods/worker.hpp"

namespace palsim {

// A loss that is not finite.
class Diverged final : public InputError {
 public:
  Diverged(Step steps_done, std::string message)
      : InputError(std::move(message)), steps_done_(steps_done) {}
  Step steps_done() const { return steps_done_; }

 private:
  Step steps_done_;
};

enum class StepKind { gradient, mix, synchronous };

struct StepRecord {
  Step step = 0;
  StepKind kind = StepKind::gradient;
  double loss = 0;            // mean over the samples' targets; nothing for a mix
  bool synchronized = false;  // the workers averaged after it
  TimeAccount time;           // so far
};

// Words of a meeting: what all workers do before the next step.
inline constexpr Signals stop_signal = 1;
inline constexpr Signals checkpoint_signal = 2;
inline constexpr Signals report_signal = 4;

class RealWorker;

// Whoever looks after a run: asked when the workers meet, called between two steps when it, or that
// of another worker, had said so. What happens there is no part of the run's time.
struct Supervision {
  std::function<Signals()> says = [] { return Signals(0); };
  std::function<void(RealWorker&, Signals agreed)> between_steps = [](RealWorker&, Signals) {};
};

class RealWorker final : public Worker {
 public:
  // All references outlive the worker.
  RealWorker(const TrainingSetting& setting, const ModelGraph& graph, Group& group,
             Device<float>& device, Replica<float>& replica, Supervision supervision);

  Operation gradient_step(GradientStep step) override;
  Operation synchronous_gradient_step(GradientExchange exchange) override;
  Operation mix(Mix mix) override;
  Operation all_reduce(Payload payload) override;
  Operation outer_step(OuterOptimizer optimizer) override;

  // Before run(): what the worker does when is noted there. It outlives the worker.
  void record_to(RunRecorder& recorder) { recorder_ = &recorder; }
  // Takes a gradient and forgets it, where the device's first kernels are not what its later ones
  // are; all workers do, before they run. Nothing of the training changes.
  void warm_up();
  // Runs the method's program from where the progress stands to its end; throws what it throws.
  void run();

  const WorkerProgress& progress() const { return progress_; }
  // Whether all parameters are finite numbers.
  bool is_finite();
  // Before run().
  void resume_from(const WorkerProgress& progress) { progress_ = progress; }
  std::vector<std::span<float>> state() { return state_of(replica_, vectors_); }
  Group& group() { return group_; }
  Device<float>& device() { return device_; }
  // Steps since the last call.
  std::vector<StepRecord> take_records() { return std::exchange(records_, {}); }

 private:
  void begin_step(StepKind kind);
  void load(std::int64_t micro_batch);
  // Forward and backward of all micro-batches; the gradient is their mean.
  void accumulate_gradients(const Replica<float>::Ready& last_ready);
  [[noreturn]] void fail_at_loss(double loss);
  void update(double learning_rate_scale);
  void accumulate_and_exchange();
  void exchange_after_backward(GradientExchange exchange);
  void follow_global();
  void meet();
  // Each of the layout's parts of a vector of one number for each parameter.
  void average(float* values, SyncLayout layout, WireType type);
  std::span<float> tensors(float* values, std::size_t first, std::size_t last) const;
  // What it takes is accounted as compute: so many of the program's steps.
  template <class Work>
  void compute(std::int64_t steps, Work work);
  // What happened since the last lap belongs there.
  void lap(double TimeAccount::*account, Activity activity, std::int64_t steps = 0);
  // Of DDP, after the exchange.
  void note_buckets();
  void end_operation();

  const TrainingSetting& setting_;
  Group& group_;
  Device<float>& device_;
  Replica<float>& replica_;
  Supervision supervision_;
  WorkerVectors vectors_;
  SampleOrder order_;
  std::vector<std::int64_t> tensor_begins_;  // and the end of the last
  std::vector<Bucket> buckets_;
  std::optional<BucketExchange> exchange_;  // of DDP

  Batch batch_;
  std::vector<std::int64_t> indices_;
  WorkerProgress progress_;
  Stopwatch watch_;
  RunRecorder* recorder_ = nullptr;
  Signals agreed_ = 0;
  std::vector<StepRecord> records_;
};

}  // namespace palsim
