// The worker that a method's program drives. Two kinds exist: the simulated one (sim/replay)
// advances virtual time, the real one runs kernels. Both draw their coins here, so both take the
// same decisions, step by step.
#pragma once

#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <utility>

#include "sim/core/random.hpp"
#include "sim/core/rank.hpp"

namespace palsim {

using Step = std::int64_t;

class Worker;

// What a program awaits: over at once, or over when the worker resumes the program.
class [[nodiscard]] Operation {
 public:
  static Operation finished() { return Operation(nullptr); }
  static Operation pending(Worker& worker) { return Operation(&worker); }

  bool await_ready() const noexcept { return worker_ == nullptr; }
  inline void await_suspend(std::coroutine_handle<> program) const noexcept;
  void await_resume() const noexcept {}

 private:
  explicit Operation(Worker* worker) : worker_(worker) {}
  Worker* worker_;
};

// What a blocking all-reduce averages over the workers.
enum class Payload { parameters, outer_gradient };
// How a synchronous step exchanges gradients: in DDP's buckets under the backward pass, all at once
// after it, or after it together with the optimizer's state (the PALSGD authors' warm-up).
enum class GradientExchange { overlapped, flat, with_optimizer_state };
// What a worker does with the averaged payload.
enum class OuterOptimizer { nesterov, slow_momentum };

struct GradientStep {
  double learning_rate_scale = 1;  // of the inner learning rate alpha
};
struct Mix {
  double rate = 1;         // eta: x <- x - (alpha eta / p) (x - x_global)
  double probability = 1;  // p
};

// The steps [first, last) of a loop. `period` > 0 promises that, coins and jitter aside, each block
// of so many steps is like the one before; 0 promises nothing.
struct StepSpan {
  Step first = 0;
  Step last = 0;
  Step period = 0;
};

class Worker {
 public:
  explicit Worker(RandomStream coin) : coin_(coin) {}
  virtual ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Draws the next coin: true with `probability`. Probability 0 draws nothing.
  bool flip(double probability) {
    if (probability <= 0) return false;
    ++flips_;
    return coin_.flip(probability);
  }

  // Forward, backward and inner optimizer on the worker's own data; no communication.
  virtual Operation gradient_step(GradientStep step = {}) = 0;
  // The same with the gradients averaged over all workers before the optimizer.
  virtual Operation synchronous_gradient_step(GradientExchange exchange) = 0;
  // PALSGD's pull toward the last global model: no forward, no backward; the data is still loaded.
  virtual Operation mix(Mix mix) = 0;
  // Blocking mean over all workers.
  virtual Operation all_reduce(Payload payload) = 0;
  // The outer optimizer, applied to what all_reduce brought.
  virtual Operation outer_step(OuterOptimizer optimizer) = 0;

  class Steps;
  // The steps of a loop, in order: `for (const Step step : worker.steps({...}))`. A simulated
  // worker may leave out blocks that would repeat the last one exactly.
  inline Steps steps(StepSpan span);

  // How many coins were drawn so far.
  std::int64_t flips() const { return flips_; }

  // The program's place, for whoever resumes it.
  Step step() const { return step_; }
  StepSpan span() const { return span_; }

 protected:
  void resume() { std::exchange(suspended_, nullptr).resume(); }
  void leave_out(Step steps) { left_out_ = steps; }
  void start_with(std::coroutine_handle<> program) { suspended_ = program; }
  // Before the program starts: its loops pass over the steps before `step`, which took so many
  // coins.
  void start_at(Step step, std::int64_t flips) {
    first_step_ = step;
    for (; flips_ < flips; ++flips_) coin_.flip(0.5);
  }

 private:
  friend class Operation;
  friend class Steps;

  RandomStream coin_;
  std::coroutine_handle<> suspended_;
  std::int64_t flips_ = 0;
  StepSpan span_;
  Step first_step_ = 0;  // of the whole program
  Step step_ = 0;
  Step left_out_ = 0;
};

class Worker::Steps {
 public:
  struct End {};
  class Iterator {
   public:
    explicit Iterator(Worker& worker) : worker_(&worker) {}
    Step operator*() const { return worker_->step_; }
    Iterator& operator++() {
      worker_->step_ += 1 + std::exchange(worker_->left_out_, 0);
      return *this;
    }
    bool operator==(End) const { return worker_->step_ >= worker_->span_.last; }

   private:
    Worker* worker_;
  };
  explicit Steps(Worker& worker) : worker_(&worker) {}
  Iterator begin() const { return Iterator(*worker_); }
  End end() const { return {}; }

 private:
  Worker* worker_;
};

inline Worker::Steps Worker::steps(StepSpan span) {
  span_ = span;
  step_ = std::max(span.first, first_step_);
  return Steps(*this);
}

inline void Operation::await_suspend(std::coroutine_handle<> program) const noexcept {
  worker_->suspended_ = program;
}

}  // namespace palsim
