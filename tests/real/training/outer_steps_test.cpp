// The local methods against their formulas, written out in double over two workers' models.
#include <doctest/doctest.h>

#include <deque>

#include "sim/methods/method.hpp"
#include "tests/real/training/short_run.hpp"

using namespace palsim;

namespace {

constexpr double alpha = 0.05;
constexpr Step interval = 4;

// What a worker does to its model x in a step that takes a gradient, and with the mean of all.
struct Formulas {
  LearningRate learning_rate{.base = alpha};
  double learning_rate_scale = 1;
  double mix_probability = 0;
  double mix_rate = 1;
  double outer_learning_rate = 1;
  double outer_momentum = 0;
  enum class Outer { mean, nesterov, slow_momentum } outer = Outer::mean;
};

using Exact = std::vector<double>;

// Gradients are the replica's, at the model rounded to float; everything else is done in double.
class Reference {
 public:
  Reference(const ShortRun& run, const Formulas& formulas)
      : run_(run), formulas_(formulas), parts_(run), device_(cpu_device<float>()) {
    for (Rank rank = 0; rank < run.workers; ++rank) {
      Worker& worker = workers_.emplace_back(run, parts_, *device_, rank);
      float* begin = worker.replica.parameters();
      worker.x.assign(begin, begin + worker.replica.parameter_count());
    }
    global_ = workers_.front().x;
    momentum_.resize(global_.size());
  }

  std::vector<Exact> train() {
    for (Step step = 0; step < run_.steps; ++step) {
      for (Worker& worker : workers_) {
        if (formulas_.mix_probability > 0 && worker.coin.flip(formulas_.mix_probability)) {
          mix(worker, step);
        } else {
          descend(worker, step);
        }
      }
      if ((step + 1) % interval == 0) synchronize(step);
    }
    std::vector<Exact> models;
    for (const Worker& worker : workers_) models.push_back(worker.x);
    return models;
  }

 private:
  struct Worker {
    Worker(const ShortRun& run, const ShortRunParts& parts, Device<float>& device, Rank rank)
        : replica(parts.graph, run.batch_per_worker, device, run.seed),
          order(run.seed, parts.data->samples(), rank, run.workers),
          coin(coin_of(parts.method, run.seed, rank)) {}

    Replica<float> replica;
    SampleOrder order;
    RandomStream coin;
    Exact x;
  };

  void mix(Worker& worker, Step step) {
    for (std::size_t i = 0; i < global_.size(); ++i) {
      const double pull = rate_at(step) * formulas_.mix_rate / formulas_.mix_probability;
      worker.x[i] -= pull * (worker.x[i] - global_[i]);
    }
  }

  void descend(Worker& worker, Step step) {
    std::vector<std::int64_t> samples;
    for (std::int64_t i = 0; i < run_.batch_per_worker; ++i) {
      samples.push_back(worker.order.sample_at(step * run_.batch_per_worker + i));
    }
    Batch batch;
    parts_.data->fetch(samples, batch);
    Replica<float>& replica = worker.replica;
    for (std::size_t i = 0; i < worker.x.size(); ++i) {
      replica.parameters()[i] = static_cast<float>(worker.x[i]);
      replica.gradients()[i] = 0;
    }
    replica.accumulate_gradient(batch, 1 / static_cast<double>(run_.batch_per_worker));
    for (std::size_t i = 0; i < worker.x.size(); ++i) {
      worker.x[i] -= formulas_.learning_rate_scale * rate_at(step) * replica.gradients()[i];
    }
  }

  double rate_at(Step step) const {
    return parts_.setting.inner.learning_rate.rate_at(step);  // of as many steps as the run has
  }

  // After `step`.
  void synchronize(Step step) {
    const double rate = rate_at(step);
    for (std::size_t i = 0; i < global_.size(); ++i) {
      double mean = 0;
      for (const Worker& worker : workers_) mean += worker.x[i] / static_cast<double>(run_.workers);
      const double beta = formulas_.outer_momentum;
      double& u = momentum_[i];
      if (formulas_.outer == Formulas::Outer::nesterov) {
        const double delta = global_[i] - mean;
        u = beta * u + delta;
        global_[i] -= formulas_.outer_learning_rate * (delta + beta * u);
      } else if (formulas_.outer == Formulas::Outer::slow_momentum) {
        u = beta * u + (global_[i] - mean) / rate;
        global_[i] -= formulas_.outer_learning_rate * rate * u;
      } else {
        global_[i] = mean;
      }
      for (Worker& worker : workers_) worker.x[i] = global_[i];
    }
  }

  ShortRun run_;
  Formulas formulas_;
  ShortRunParts parts_;
  std::unique_ptr<Device<float>> device_;
  std::deque<Worker> workers_;
  Exact global_;
  Exact momentum_;
};

// Parameters are of the order of 0.1, and each of some twenty steps rounds them a few times.
constexpr double rounding = 1e-6;

// Of the worst worker; at the end of a round, and within one.
double error_of(const std::string& method, const Formulas& formulas) {
  double largest = 0;
  for (const Step steps : {20, 22}) {
    const ShortRun run{
        .method = method,
        .layers =
            "{type = 'flatten'}, {type = 'linear', out_features = 3}, "
            "{type = 'cross_entropy'}",
        .inner = {.optimizer = InnerOptimizer::sgd, .learning_rate = formulas.learning_rate},
        .steps = steps};
    const std::vector<Exact> expected = Reference(run, formulas).train();
    const std::vector<Trained> trained = train(run);
    for (std::size_t rank = 0; rank < trained.size(); ++rank) {
      const Vector& x = trained[rank].parameters();
      REQUIRE(x.size() == expected[rank].size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        largest = std::max(largest, std::abs(x[i] - expected[rank][i]));
      }
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("local SGD is the mean of the models after every round") {
  CHECK(error_of("name = 'local_sgd'\nsync_interval = 4", {}) < rounding);
}

TEST_CASE("DiLoCo is its outer Nesterov formula") {
  const std::string diloco =
      "name = 'diloco'\nsync_interval = 4\nouter_learning_rate = 0.6\nouter_momentum = 0.8";
  Formulas formulas{
      .outer_learning_rate = 0.6, .outer_momentum = 0.8, .outer = Formulas::Outer::nesterov};
  CHECK(error_of(diloco, formulas) < rounding);
  formulas.outer_momentum = 0.79;
  CHECK(error_of(diloco, formulas) > rounding);
}

TEST_CASE("SlowMo is its slow momentum formula") {
  const std::string slowmo =
      "name = 'slowmo'\nsync_interval = 4\nouter_learning_rate = 0.9\nouter_momentum = 0.5";
  Formulas formulas{
      .outer_learning_rate = 0.9, .outer_momentum = 0.5, .outer = Formulas::Outer::slow_momentum};
  CHECK(error_of(slowmo, formulas) < rounding);
  formulas.outer_learning_rate = 0.91;
  CHECK(error_of(slowmo, formulas) > rounding);
}

TEST_CASE("PALSGD mixes at alpha eta / p, learns at alpha / (1 - p), and ends rounds as DiLoCo") {
  for (const bool shared : {false, true}) {
    const std::string palsgd =
        "name = 'palsgd'\nsync_interval = 4\nmix_probability = 0.4\nmix_rate = 2.5\n"
        "outer_learning_rate = 0.6\nouter_momentum = 0.8" +
        std::string(shared ? "\ncoin = 'shared'" : "");
    Formulas formulas{.learning_rate_scale = 1 / 0.6,
                      .mix_probability = 0.4,
                      .mix_rate = 2.5,
                      .outer_learning_rate = 0.6,
                      .outer_momentum = 0.8,
                      .outer = Formulas::Outer::nesterov};
    CHECK(error_of(palsgd, formulas) < rounding);
    formulas.mix_rate = 2.4;
    CHECK(error_of(palsgd, formulas) > rounding);
    formulas.mix_rate = 2.5;
    formulas.learning_rate_scale = 1.6;
    CHECK(error_of(palsgd, formulas) > rounding);
  }
}

TEST_CASE("mixes and outer steps follow the schedule of the learning rate") {
  const LearningRate schedule{
      .base = 0.08, .warm_up_steps = 9, .decay = Decay::cosine, .minimum = 0.01};
  const std::string slowmo = "name = 'slowmo'\nsync_interval = 4\nouter_momentum = 0.5";
  CHECK(error_of(slowmo, {.learning_rate = schedule,
                          .outer_momentum = 0.5,
                          .outer = Formulas::Outer::slow_momentum}) < rounding);
  const std::string palsgd =
      "name = 'palsgd'\nsync_interval = 4\nmix_probability = 0.4\nmix_rate = 2.5\n"
      "outer_learning_rate = 0.6\nouter_momentum = 0.8";
  CHECK(error_of(palsgd, {.learning_rate = schedule,
                          .learning_rate_scale = 1 / 0.6,
                          .mix_probability = 0.4,
                          .mix_rate = 2.5,
                          .outer_learning_rate = 0.6,
                          .outer_momentum = 0.8,
                          .outer = Formulas::Outer::nesterov}) < rounding);
}

TEST_CASE("a mix after a gradient takes back its part of the way from the global model") {
  // A seed whose first two coins are a gradient and a mix.
  ShortRun run{.method = "name = 'palsgd'\nsync_interval = 9\nmix_probability = 0.5\nmix_rate = 4",
               .inner = {.optimizer = InnerOptimizer::sgd, .learning_rate = {.base = alpha}},
               .steps = 2,
               .workers = 1};
  for (run.seed = 0;; ++run.seed) {
    RandomStream coin = coin_of(method_of(run.method, 2), run.seed, 0);
    if (!coin.flip(0.5) && coin.flip(0.5)) break;
  }
  const auto after = [&](Step steps, const std::string& method) {
    ShortRun part = run;
    part.method = method;
    part.steps = steps;
    return train(part)[0].parameters();
  };
  const auto device = cpu_device<float>();
  const ShortRunParts parts(run);
  Replica<float> begin(parts.graph, run.batch_per_worker, *device, run.seed);
  const Vector plain = after(1, "name = 'local_sgd'\nsync_interval = 9");
  const Vector first = after(1, run.method);
  const Vector second = after(2, run.method);
  double moved = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double x0 = begin.parameters()[i];
    const double way = plain[i] - x0;
    moved = std::max(moved, std::abs(way));
    CHECK(first[i] - x0 == doctest::Approx(2 * way).epsilon(1e-4).scale(0.01));
    // alpha eta / p = 0.05 * 4 / 0.5 of the way is taken back.
    CHECK(second[i] - x0 == doctest::Approx(2 * way * (1 - 0.4)).epsilon(1e-4).scale(0.01));
  }
  CHECK(moved > 0.005);
}
