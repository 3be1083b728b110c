// Prints the figures of README.md beside this file. Reported, never a gate.
#include <fmt/format.h>
#include <omp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/random/gamma_distribution.hpp>
#include <boost/random/taus88.hpp>
#include <chrono>
#include <functional>
#include <vector>

#include "experiments/predict/prediction.hpp"
#include "sim/network/communicator.hpp"
#include "sim/replay/pricing.hpp"
#include "tests/support/method_text.hpp"

namespace palsim {
namespace {

// Runs in a process of its own, so that the peak memory is this one's. The least of three runs'
// times.
void measure(const std::string& name, const char* bar, const std::function<void()>& work) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    double best_s = 1e9;
    for (int run = 0; run < 3; ++run) {
      const auto start = std::chrono::steady_clock::now();
      work();
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      best_s = std::min(best_s, taken.count());
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("{:58} {:>9.2f} ms {:>7.0f} MB   {}\n", name, 1e3 * best_s,
               static_cast<double>(usage.ru_maxrss) / 1024, bar);
    std::fflush(stdout);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

// A step of 0.2 s of a model of 30 buckets; the network does not matter here.
Prices plain_prices() {
  Prices prices;
  prices.gradient_step = Duration::seconds(0.2);
  prices.mix = Duration::seconds(0.001);
  prices.all_reduce.fill({Duration::seconds(0.05), 1e8});
  constexpr int buckets = 30;
  for (SynchronousStepPrice& step : prices.synchronous) {
    step.compute = Duration::seconds(0.19);
    step.optimizer = Duration::seconds(0.01);
    for (int b = 1; b <= buckets; ++b) {
      step.buckets.push_back({Duration::seconds(0.19 * b / buckets), Duration::seconds(0.001)});
    }
  }
  return prices;
}

void run(const std::string& method, Rank workers, Step steps, double jitter = 0.02) {
  const Prices prices = plain_prices();
  replay(method_of(method, steps), prices, {.jitter = jitter}, {.workers = workers, .seed = 1});
}

void predict_serially(const std::string& experiment, const std::vector<std::string>& overrides) {
  predict(load_experiment(experiment, overrides), Links::ignored, [](double) {});
}

void whole_commands() {
  measure("resnet50 whole run, 4 workers, 5 methods x 5 seeds, jitter", "< 1 s on one core",
          [] { predict_serially("resnet50_imagenet_l40s", {}); });
  measure("  the same without warm-up", "", [] {
    predict_serially("resnet50_imagenet_l40s",
                     {"method.local_sgd.start_step=0", "method.slowmo.start_step=0",
                      "method.diloco.start_step=0", "method.palsgd.start_step=0"});
  });
}

void single_replays() {
  const std::string palsgd = "name = 'palsgd'\nsync_interval = 64\nmix_probability = 0.1";
  const std::string diloco = "name = 'diloco'\nsync_interval = 64";
  measure("palsgd H=64 p=0.1 jitter, 1 024 workers x 100 000 steps", "< 1 s, 200 MB",
          [&] { run(palsgd, 1'024, 100'000); });
  measure("diloco H=64 jitter, 100 000 workers x 10 000 steps", "< 10 s, 1 GB",
          [&] { run(diloco, 100'000, 10'000); });
  measure("ddp 30 buckets jitter, 1 024 workers x 10 000 steps", "< 5 s",
          [&] { run("name = 'ddp'", 1'024, 10'000); });
  measure("diloco H=64 no jitter, 4 workers x 1 000 000 000 steps", "",
          [&] { run(diloco, 4, 1'000'000'000, 0); });
}

// Ten million draws of a gamma variable with a coefficient of variation of 2 %.
void draws() {
  fmt::print("\n10 million gamma draws, shape 2500\n");
  constexpr int count = 10'000'000;
  measure("  Marsaglia and Tsang over Boost's normal", "", [] {
    RandomStream stream(1, Purpose::jitter, 0);
    const MeanOneGamma gamma(2500);
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += stream.draw(gamma);
    require(sum > 0, "a gamma is positive");
  });
  measure("  boost::random::gamma_distribution", "", [] {
    boost::random::taus88 engine(1);
    boost::random::gamma_distribution<double> gamma(2500, 1.0 / 2500);
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += gamma(engine);
    require(sum > 0, "a gamma is positive");
  });
}

void growth() {
  fmt::print("\nlinear in workers x rounds: palsgd, H = 64, p = 0.1, jitter\n");
  const std::string palsgd = "name = 'palsgd'\nsync_interval = 64\nmix_probability = 0.1";
  for (const Rank workers : {10, 100, 1'000, 10'000}) {
    measure(fmt::format("  {} workers x 10 000 steps", workers), "",
            [&] { run(palsgd, workers, 10'000); });
  }
  for (const Step steps : {1'000, 10'000, 100'000, 1'000'000}) {
    measure(fmt::format("  100 workers x {} steps", steps), "", [&] { run(palsgd, 100, steps); });
  }
}

void collectives() {
  fmt::print("\none all-reduce of 256 MiB, timed for the first time\n");
  const auto time_ring = [](const Node& node, std::int64_t nodes) {
    const Fabric fabric{node.workers.size() == 1 ? node.workers.front() : "bus",
                        {BytesPerSecond(12.5e9), Duration::nanoseconds(5'000)}};
    Communicator communicator(Network(node, nodes, fabric), {.algorithm = Algorithm::ring});
    communicator.all_reduce(Bytes(256 << 20));
  };
  measure("  ring, 1 024 hosts on a switch", "", [&] { time_ring({{"gpu"}, {}}, 1'024); });
  measure("  ring, 100 000 hosts on a switch", "", [&] { time_ring({{"gpu"}, {}}, 100'000); });
  Node eight;
  for (int gpu = 0; gpu < 8; ++gpu) {
    eight.workers.push_back(fmt::format("gpu{}", gpu));
    eight.links.push_back(
        {eight.workers.back(), "bus", {BytesPerSecond(24e9), Duration::nanoseconds(500)}});
  }
  measure("  ring, 1 024 GPUs in nodes of 8", "", [&] { time_ring(eight, 128); });
}

}  // namespace
}  // namespace palsim

int main() {
  omp_set_num_threads(1);
  fmt::print("{:58} {:>12} {:>10}   bar\n", "one core", "time", "peak");
  palsim::whole_commands();
  palsim::single_replays();
  palsim::growth();
  palsim::draws();
  palsim::collectives();
}
