// What methods have in common: at certain settings two of them are one, and any of them is plain
// training on one worker.
#include <doctest/doctest.h>

#include <functional>

#include "tests/real/training/short_run.hpp"

using namespace palsim;

namespace {

const InnerSettings plain_sgd{.optimizer = InnerOptimizer::sgd, .learning_rate = {.base = 0.05}};
const InnerSettings clipped_adamw{
    .optimizer = InnerOptimizer::adamw,
    .learning_rate = {.base = 0.01, .warm_up_steps = 3, .decay = Decay::cosine, .minimum = 0.001},
    .weight_decay = 0.1,
    .clip_norm = 0.5};
const InnerSettings nesterov{.optimizer = InnerOptimizer::momentum_sgd,
                             .learning_rate = {.base = 0.05},
                             .nesterov = true,
                             .weight_decay = 0.01,
                             .clip_norm = 1};

// Training with no worker in it: the batch of each step in the order of samples, its mean gradient,
// clipped, and the optimizer.
std::vector<Vector> sequential(const ShortRun& run) {
  const ShortRunParts parts(run);
  const InnerSettings& inner = parts.setting.inner;
  const auto device = parts.backend->device(0);
  const std::int64_t micro_batch = run.batch_per_worker / run.micro_batches;
  Replica<float> replica(parts.graph, micro_batch, *device, run.seed);
  const std::int64_t count = replica.parameter_count();
  FloatBuffer m(*device, count);
  FloatBuffer v(*device, count);
  for (FloatBuffer* moment : {&m, &v}) device->fill(count, 0, moment->data());
  SampleOrder order(run.seed, parts.data->samples(), 0, 1);
  std::int64_t sample = 0;
  for (Step step = 0; step < run.steps; ++step) {
    device->fill(count, 0, replica.gradients());
    for (std::int64_t micro = 0; micro < run.micro_batches; ++micro) {
      std::vector<std::int64_t> samples;
      for (std::int64_t i = 0; i < micro_batch; ++i) samples.push_back(order.sample_at(sample++));
      Batch batch;
      parts.data->fetch(samples, batch);
      replica.accumulate_gradient(batch, 1 / static_cast<double>(run.batch_per_worker));
    }
    float scale = 1;
    if (inner.clip_norm > 0) {
      const double norm = std::sqrt(device->squared_norm(count, replica.gradients()));
      if (norm + 1e-6 > inner.clip_norm)
        scale = static_cast<float>(inner.clip_norm / (norm + 1e-6));
    }
    const double rate = inner.learning_rate.rate_at(step);
    if (inner.optimizer == InnerOptimizer::adamw) {
      device->adamw(count,
                    {.learning_rate = rate, .weight_decay = inner.weight_decay, .step = step + 1},
                    scale, replica.gradients(), m.data(), v.data(), replica.parameters());
    } else {
      device->sgd(count,
                  {.learning_rate = rate,
                   .momentum = inner.optimizer == InnerOptimizer::sgd ? 0 : 0.9,
                   .nesterov = inner.nesterov,
                   .weight_decay = inner.weight_decay},
                  scale, replica.gradients(), m.data(), replica.parameters());
    }
  }
  return copy_of({{replica.parameters(), static_cast<std::size_t>(count)},
                  {replica.buffers(), static_cast<std::size_t>(replica.buffer_count())}},
                 *device);
}

// The largest difference between the workers' parameters in two runs.
double apart(const ShortRun& a, const ShortRun& b) {
  const auto first = train(a);
  const auto second = train(b);
  REQUIRE(first.size() == second.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < first.size(); ++rank) {
    largest = std::max(largest, distance(first[rank].parameters(), second[rank].parameters()));
  }
  return largest;
}

ShortRun with_method(ShortRun run, const std::string& method) {
  run.method = method;
  return run;
}

// Parameters are of the order of 0.1, and a step changes them by a thousandth of that or more.
constexpr double rounding = 2e-6;

}  // namespace

TEST_CASE("one worker trains as a plain loop does, bit for bit") {
  for (const InnerSettings& inner : {plain_sgd, clipped_adamw, nesterov}) {
    for (const std::int64_t micro_batches : {1, 2}) {
      ShortRun run{.inner = inner, .steps = 33, .workers = 1, .micro_batches = micro_batches};
      const std::vector<Vector> expected = sequential(run);
      for (const char* method :
           {"name = 'ddp'", "name = 'ddp'\noverlap = 'none'",
            "name = 'local_sgd'\nsync_interval = 4",
            "name = 'local_sgd'\nsync_interval = 4\nstart_step = 6\nwarm_up = 'blocking'",
            "name = 'diloco'\nsync_interval = 50", "name = 'slowmo'\nsync_interval = 50",
            "name = 'palsgd'\nsync_interval = 50\nmix_probability = 0"}) {
        CAPTURE(method);
        run.method = method;
        const auto trained = train(run);
        CHECK(trained[0].parameters() == expected[0]);
        CHECK(trained[0].buffers() == expected[1]);
      }
    }
  }
}

TEST_CASE("local SGD that synchronizes after every plain step is DDP, to rounding") {
  for (const Rank workers : {2, 3, 4}) {
    const ShortRun ddp{.layers = plain_layers, .inner = plain_sgd, .steps = 30, .workers = workers};
    CHECK(apart(ddp, with_method(ddp, "name = 'local_sgd'\nsync_interval = 1")) < rounding);
    CHECK(apart(ddp, with_method(ddp, "name = 'local_sgd'\nsync_interval = 2")) > rounding);
  }
}

TEST_CASE(
    "DiLoCo and SlowMo with outer learning rate 1 and no momentum are local SGD, to rounding") {
  const ShortRun local{
      .method = "name = 'local_sgd'\nsync_interval = 5", .steps = 30, .workers = 3};
  const std::string plain_outer = "\nouter_learning_rate = 1\nouter_momentum = 0";
  for (const std::string method : {"diloco", "slowmo"}) {
    const std::string text = "name = '" + method + "'\nsync_interval = 5";
    CHECK(apart(local, with_method(local, text + plain_outer)) < rounding);
    CHECK(apart(local, with_method(local, text)) > 100 * rounding);
  }
}

TEST_CASE("PALSGD that never mixes is DiLoCo, bit for bit") {
  const std::string rounds = "\nsync_interval = 4\nstart_step = 5";
  const ShortRun diloco{.method = "name = 'diloco'" + rounds, .steps = 30, .workers = 3};
  const std::string palsgd = "name = 'palsgd'" + rounds + "\nmix_probability = ";
  CHECK(apart(diloco, with_method(diloco, palsgd + "0")) == 0);
  CHECK(apart(diloco, with_method(diloco, palsgd + "0.2")) > rounding);
}

TEST_CASE("a run repeats bit for bit, and another seed gives another") {
  for (const char* method :
       {"name = 'ddp'", "name = 'ddp'\ngradient_dtype = 'bf16'", "name = 'ddp'\noverlap = 'none'",
        "name = 'slowmo'\nsync_interval = 4\nsync_dtype = 'bf16'",
        "name = 'diloco'\nsync_interval = 3\nstart_step = 4\nwarm_up = 'blocking'",
        "name = 'palsgd'\nsync_interval = 4\nmix_probability = 0.3\nsync_dtype = 'bf16'"}) {
    CAPTURE(method);
    const ShortRun run{.method = method, .steps = 20, .workers = 4};
    const auto first = train(run);
    const auto second = train(run);
    for (std::size_t rank = 0; rank < first.size(); ++rank) {
      CHECK(first[rank].state == second[rank].state);
      for (std::size_t step = 0; step < first[rank].records.size(); ++step) {
        CHECK(first[rank].records[step].loss == second[rank].records[step].loss);
      }
    }
    ShortRun other = run;
    other.seed = 8;
    CHECK(train(other)[0].parameters() != first[0].parameters());
  }
}

TEST_CASE("synchronized workers have the same parameters, to the bit, but each its own data") {
  for (const char* method :
       {"name = 'ddp'", "name = 'ddp'\ngradient_dtype = 'bf16'",
        "name = 'local_sgd'\nsync_interval = 4", "name = 'slowmo'\nsync_interval = 4",
        "name = 'slowmo'\nsync_interval = 4\nsync_dtype = 'bf16'\nsync_layout = 'per_tensor'",
        "name = 'diloco'\nsync_interval = 4\nsync_dtype = 'bf16'",
        "name = 'palsgd'\nsync_interval = 4\nmix_probability = 0.3\nsync_layout = 'bucketed'"}) {
    for (const Rank workers : {2, 4}) {
      CAPTURE(method);
      const auto synchronized = train({.method = method, .steps = 12, .workers = workers});
      for (const Trained& worker : synchronized) {
        CHECK(worker.parameters() == synchronized[0].parameters());
        if (&worker != &synchronized[0]) CHECK(worker.buffers() != synchronized[0].buffers());
      }
      const auto apart = train({.method = method, .steps = 13, .workers = workers});
      const bool always = std::string(method).find("ddp") != std::string::npos;
      CHECK((apart[0].parameters() == apart[1].parameters()) == always);
    }
  }
}

TEST_CASE("a blocking warm-up averages the optimizer's state, a DDP warm-up has it equal anyway") {
  for (const InnerSettings& inner : {nesterov, clipped_adamw}) {
    for (const char* warm_up : {"blocking", "ddp"}) {
      const std::string method = std::string(
                                     "name = 'local_sgd'\nsync_interval = 4\nstart_step = "
                                     "6\nwarm_up = '") +
                                 warm_up + "'";
      const auto in_warm_up = train({.method = method, .inner = inner, .steps = 6, .workers = 3});
      for (const Trained& worker : in_warm_up) {
        for (std::size_t at = 2; at < worker.state.size(); ++at) {
          CHECK(worker.state[at] == in_warm_up[0].state[at]);
        }
        CHECK(worker.parameters() == in_warm_up[0].parameters());
      }
      const auto after = train({.method = method, .inner = inner, .steps = 8, .workers = 3});
      CHECK(after[0].parameters() == after[1].parameters());
      CHECK(after[0].state[2] != after[1].state[2]);
    }
  }
}

TEST_CASE("one all-reduce, one per tensor and one per bucket give the same result, to rounding") {
  for (const std::string method :
       {"name = 'local_sgd'\nsync_interval = 3",
        "name = 'diloco'\nsync_interval = 3\nstart_step = 4\nwarm_up = 'blocking'"}) {
    const ShortRun flat{.method = method, .steps = 15, .workers = 3};
    for (const char* layout : {"per_tensor", "bucketed"}) {
      CAPTURE(layout);
      CHECK(apart(flat, with_method(flat, method + "\nsync_layout = '" + layout + "'")) <
            10 * rounding);
    }
  }
}

TEST_CASE("DDP's buckets under backward and one all-reduce after it are the same, to rounding") {
  const ShortRun overlapped{.steps = 20, .workers = 3, .micro_batches = 2};
  CHECK(apart(overlapped, with_method(overlapped, "name = 'ddp'\noverlap = 'none'")) <
        10 * rounding);
}

TEST_CASE("a batch in one, two or four pieces gives the same gradient, to rounding") {
  for (const std::string method : {"name = 'ddp'", "name = 'diloco'\nsync_interval = 4"}) {
    ShortRun whole{.method = method, .layers = plain_layers, .steps = 10, .workers = 2};
    for (const std::int64_t pieces : {2, 4}) {
      ShortRun cut = whole;
      cut.micro_batches = pieces;
      CHECK(apart(whole, cut) < 10 * rounding);
      CHECK(train(whole)[1].records[0].loss ==
            doctest::Approx(train(cut)[1].records[0].loss).epsilon(1e-6));
    }
  }
}

TEST_CASE("DDP broadcasts rank 0's buffers before each step, unless it is told not to") {
  // Each step overwrites the statistics in part; the last one starts at rank 0's.
  const auto buffers_apart = [](const char* method) {
    const auto trained = train({.method = method, .steps = 10, .workers = 2});
    return distance(trained[0].buffers(), trained[1].buffers());
  };
  const double with = buffers_apart("name = 'ddp'");
  const double without = buffers_apart("name = 'ddp'\nbroadcast_buffers = false");
  CHECK(with > 0);
  CHECK(without > with);
  // Rank 0 never hears of the others' statistics: its own are those of its own batches.
  const auto yes = train({.steps = 1, .workers = 2});
  const auto no = train({.method = "name = 'ddp'\nbroadcast_buffers = false", .steps = 1});
  CHECK(yes[0].buffers() == no[0].buffers());
}
