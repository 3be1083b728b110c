#include "real/training/real_worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

std::vector<std::int64_t> begins_of(const Model& model) {
  std::vector<std::int64_t> begins{0};
  for (const Tensor& tensor : model.tensors) begins.push_back(begins.back() + tensor.numel());
  return begins;
}

std::vector<Bucket> buckets_of(const Model& model) {
  std::vector<Bytes> bytes;
  for (const Tensor& tensor : model.tensors) {
    bytes.push_back(wire_bytes(tensor.numel(), WireType::fp32));
  }
  return assign_buckets(bytes);
}

}  // namespace

RealWorker::RealWorker(const TrainingSetting& setting, const ModelGraph& graph, Group& group,
                       Device<float>& device, Replica<float>& replica, Supervision supervision)
    : Worker(coin_of(setting.method, setting.seed, group.rank())),
      setting_(setting),
      group_(group),
      device_(device),
      replica_(replica),
      supervision_(std::move(supervision)),
      vectors_(setting, device, replica.parameter_count()),
      order_(setting.seed, setting.data.samples(), group.rank(), group.workers()),
      tensor_begins_(begins_of(graph.model)),
      buckets_(buckets_of(graph.model)) {
  if (setting.method.memory.gradient_buckets) {
    exchange_.emplace(group, setting.method.wire.gradient_type);
  }
}

void RealWorker::warm_up() {
  if (!device_.begins_cold()) return;
  const std::int64_t count = replica_.buffer_count();
  FloatBuffer before(device_, count);
  device_.copy(count, replica_.buffers(), before.data());
  load(0);
  replica_.accumulate_gradient(batch_, 1);
  device_.copy(count, before.data(), replica_.buffers());
  device_.fill(replica_.parameter_count(), 0, replica_.gradients());
  device_.synchronize();
}

void RealWorker::run() {
  device_.synchronize();  // what the first exchange takes is there
  start_at(progress_.step, progress_.flips);
  const Program program = setting_.method.start(*this);
  agreed_ = 0;
  watch_.restart();
  start_with(program.handle());
  resume();
  require(program.finished(), "worker {} was left waiting at step {}", group_.rank(), step());
  program.rethrow_failure();
  progress_.step = setting_.steps;
  if (recorder_ != nullptr) recorder_->end_round(setting_.steps);
}

// What the workers agreed on at their last meeting happens here, between two steps.
void RealWorker::begin_step(StepKind kind) {
  progress_.step = step();
  if (recorder_ != nullptr && !records_.empty() && records_.back().synchronized) {
    recorder_->end_round(step());
  }
  if (const Signals agreed = std::exchange(agreed_, 0); agreed != 0) {
    supervision_.between_steps(*this, agreed);
    watch_.restart();
  }
  records_.push_back({.step = step(), .kind = kind});
}

template <class Work>
void RealWorker::compute(std::int64_t steps, Work work) {
  work();
  device_.synchronize();
  const bool mixes = records_.back().kind == StepKind::mix && steps > 0;
  lap(&TimeAccount::compute_s, mixes ? Activity::mix : Activity::compute, steps);
}

void RealWorker::lap(double TimeAccount::*account, Activity activity, std::int64_t steps) {
  const Stopwatch::Clock::time_point begin = watch_.last_lap();
  const double before = progress_.time.*account;
  watch_.lap(progress_.time.*account);
  if (activity == Activity::mix) progress_.time.mix_s += progress_.time.*account - before;
  if (recorder_ != nullptr) recorder_->note(activity, begin, watch_.last_lap(), steps);
}

void RealWorker::note_buckets() {
  for (const ExchangeTimes& bucket : exchange_->take_times()) {
    if (recorder_ == nullptr) continue;
    const Bytes bytes =
        wire_bytes(static_cast<std::int64_t>(bucket.elements), setting_.method.wire.gradient_type);
    recorder_->note(Activity::bucket, bucket.begin, bucket.end, 0, bytes.count());
  }
}

void RealWorker::end_operation() {
  progress_.flips = flips();  // the next step's coin falls before that step begins
  records_.back().time = progress_.time;
}

void RealWorker::load(std::int64_t micro_batch) {
  const std::int64_t count = setting_.batch_per_worker / setting_.micro_batches;
  const std::int64_t first = step() * setting_.batch_per_worker + micro_batch * count;
  indices_.resize(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) indices_[i] = order_.sample_at(first + i);
  setting_.data.fetch(indices_, batch_);
}

void RealWorker::accumulate_gradients(const Replica<float>::Ready& last_ready) {
  device_.fill(replica_.parameter_count(), 0, replica_.gradients());
  double loss = 0;
  std::int64_t targets = 0;
  for (std::int64_t micro_batch = 0; micro_batch < setting_.micro_batches; ++micro_batch) {
    load(micro_batch);
    const auto count = static_cast<std::int64_t>(batch_.targets.size());
    const bool last = micro_batch + 1 == setting_.micro_batches;
    const double scale = 1 / static_cast<double>(count * setting_.micro_batches);
    const LossSum sum =
        replica_.accumulate_gradient(batch_, scale, last ? last_ready : Replica<float>::Ready());
    if (!std::isfinite(sum.loss)) fail_at_loss(sum.loss);
    loss += sum.loss;
    targets += count;
  }
  records_.back().loss = progress_.loss = loss / static_cast<double>(targets);
}

bool RealWorker::is_finite() {
  return std::isfinite(device_.squared_norm(replica_.parameter_count(), replica_.parameters()));
}

void RealWorker::fail_at_loss(double loss) {
  const std::string layer = replica_.first_not_finite();
  throw Diverged(
      step(),
      fmt::format("step {}, worker {}: the loss is {}, {}; write a smaller learning_rate", step(),
                  group_.rank(), std::abs(loss),  // not "-nan"
                  layer.empty()
                      ? "though all layers give finite numbers"
                      : fmt::format("and '{}' is the first layer to give such numbers", layer)));
}

void RealWorker::update(double learning_rate_scale) {
  const InnerSettings& inner = setting_.inner;
  const std::int64_t count = replica_.parameter_count();
  const float* g = replica_.gradients();
  float* x = replica_.parameters();
  float scale = 1;
  if (inner.clip_norm > 0) {
    const double norm = std::sqrt(device_.squared_norm(count, g));
    // As torch.nn.utils.clip_grad_norm_.
    scale = static_cast<float>(std::min(1.0, inner.clip_norm / (norm + 1e-6)));
  }
  const double learning_rate = inner.learning_rate.rate_at(step()) * learning_rate_scale;
  ++progress_.updates;
  if (inner.optimizer == InnerOptimizer::adamw) {
    device_.adamw(count,
                  {.learning_rate = learning_rate,
                   .beta1 = inner.beta1,
                   .beta2 = inner.beta2,
                   .epsilon = inner.epsilon,
                   .weight_decay = inner.weight_decay,
                   .step = progress_.updates},
                  scale, g, vectors_.first_moment.data(), vectors_.second_moment.data(), x);
    return;
  }
  const bool momentum = inner.optimizer == InnerOptimizer::momentum_sgd;
  device_.sgd(count,
              {.learning_rate = learning_rate,
               .momentum = momentum ? inner.momentum : 0,
               .nesterov = momentum && inner.nesterov,
               .weight_decay = inner.weight_decay},
              scale, g, vectors_.first_moment.data(), x);
}

// The first local operation after synchronous steps: from here on the global model stays behind.
void RealWorker::follow_global() {
  if (!std::exchange(progress_.global_is_stale, false) || vectors_.global.count() == 0) return;
  device_.copy(replica_.parameter_count(), replica_.parameters(), vectors_.global.data());
}

Operation RealWorker::gradient_step(GradientStep step) {
  begin_step(StepKind::gradient);
  compute(1, [&] {
    follow_global();
    accumulate_gradients({});
    update(step.learning_rate_scale);
  });
  end_operation();
  return Operation::finished();
}

Operation RealWorker::mix(Mix mix) {
  begin_step(StepKind::mix);
  compute(1, [&] {
    follow_global();
    for (std::int64_t m = 0; m < setting_.micro_batches; ++m) load(m);
    const double alpha = setting_.inner.learning_rate.rate_at(step());
    device_.mix(replica_.parameter_count(), static_cast<float>(alpha * mix.rate / mix.probability),
                vectors_.global.data(), replica_.parameters());
  });
  end_operation();
  return Operation::finished();
}

Operation RealWorker::synchronous_gradient_step(GradientExchange exchange) {
  begin_step(StepKind::synchronous);
  progress_.global_is_stale = true;
  const bool broadcasts =
      setting_.method.wire.broadcast_buffers && exchange != GradientExchange::with_optimizer_state;
  if (broadcasts && replica_.buffer_count() > 0) {
    meet();
    group_.broadcast({replica_.buffers(), static_cast<std::size_t>(replica_.buffer_count())}, 0);
    lap(&TimeAccount::communication_s, Activity::communication);
  }
  if (exchange == GradientExchange::overlapped) {
    accumulate_and_exchange();
  } else {
    compute(1, [&] { accumulate_gradients({}); });
    exchange_after_backward(exchange);
  }
  compute(0, [&] { update(1); });
  records_.back().synchronized = true;
  end_operation();
  return Operation::finished();
}

// DDP: each bucket leaves as soon as its last gradient is there, while backward goes on.
void RealWorker::accumulate_and_exchange() {
  std::vector<std::size_t> missing;
  for (const Bucket& bucket : buckets_) missing.push_back(bucket.last - bucket.first);
  std::size_t next = 0;
  const auto ready = [&](std::size_t tensor) {
    const auto bucket = std::find_if(buckets_.begin(), buckets_.end(), [&](const Bucket& any) {
      return any.first <= tensor && tensor < any.last;
    });
    --missing[static_cast<std::size_t>(bucket - buckets_.begin())];
    for (; next < buckets_.size() && missing[next] == 0; ++next) {
      exchange_->hand_over(tensors(replica_.gradients(), buckets_[next].first, buckets_[next].last),
                           device_.milestone());
    }
  };
  compute(1, [&] { accumulate_gradients(ready); });
  meet();
  exchange_->wait();
  lap(&TimeAccount::communication_s, Activity::communication);
  note_buckets();
}

void RealWorker::exchange_after_backward(GradientExchange exchange) {
  const Wire& wire = setting_.method.wire;
  const bool with_state = exchange == GradientExchange::with_optimizer_state;
  const SyncLayout layout = with_state ? wire.sync_layout : SyncLayout::flat;
  meet();
  const Stopwatch::Clock::time_point begin = watch_.last_lap();
  std::int64_t vectors = 1;
  average(replica_.gradients(), layout, wire.gradient_type);
  if (with_state) {
    for (FloatBuffer* moment : {&vectors_.first_moment, &vectors_.second_moment}) {
      if (moment->count() == 0) continue;
      average(moment->data(), layout, wire.gradient_type);
      ++vectors;
    }
  }
  lap(&TimeAccount::communication_s, Activity::communication);
  if (recorder_ == nullptr) return;
  const Bytes bytes = wire_bytes(replica_.parameter_count(), wire.gradient_type) * vectors;
  recorder_->note(Activity::bucket, begin, watch_.last_lap(), 0, bytes.count());
}

Operation RealWorker::all_reduce(Payload payload) {
  float* averaged = replica_.parameters();
  if (payload == Payload::outer_gradient) {
    averaged = replica_.gradients();  // no longer needed
    compute(0, [&] {
      device_.outer_gradient(replica_.parameter_count(), vectors_.global.data(),
                             replica_.parameters(), averaged);
    });
  }
  meet();
  average(averaged, setting_.method.wire.sync_layout, setting_.method.wire.sync_type);
  lap(&TimeAccount::communication_s, Activity::communication);
  records_.back().synchronized = true;
  end_operation();
  return Operation::finished();
}

Operation RealWorker::outer_step(OuterOptimizer optimizer) {
  const OuterSettings& outer = setting_.method.outer;
  const std::int64_t count = replica_.parameter_count();
  float* x = replica_.parameters();
  float* u = vectors_.outer_momentum.data();
  float* global = vectors_.global.data();
  compute(0, [&] {
    if (optimizer == OuterOptimizer::nesterov) {
      device_.outer_nesterov(count, {outer.learning_rate, outer.momentum}, replica_.gradients(), u,
                             global, x);
    } else {
      device_.slow_momentum(count,
                            {.momentum = outer.momentum,
                             .learning_rate = outer.learning_rate,
                             .inner_learning_rate = setting_.inner.learning_rate.rate_at(step())},
                            u, global, x);
    }
  });
  end_operation();
  return Operation::finished();
}

void RealWorker::meet() {
  agreed_ |= group_.meet(supervision_.says());
  lap(&TimeAccount::waiting_s, Activity::waiting);
}

void RealWorker::average(float* values, SyncLayout layout, WireType type) {
  const std::size_t count = tensor_begins_.size() - 1;
  if (layout == SyncLayout::flat) {
    group_.all_reduce_mean(tensors(values, 0, count), type);
  } else if (layout == SyncLayout::per_tensor) {
    for (std::size_t t = 0; t < count; ++t) {
      group_.all_reduce_mean(tensors(values, t, t + 1), type);
    }
  } else {
    for (const Bucket& bucket : buckets_) {
      group_.all_reduce_mean(tensors(values, bucket.first, bucket.last), type);
    }
  }
}

std::span<float> RealWorker::tensors(float* values, std::size_t first, std::size_t last) const {
  return {values + tensor_begins_[first],
          static_cast<std::size_t>(tensor_begins_[last] - tensor_begins_[first])};
}

}  // namespace palsim
