#include "real/measure/kernel_rates.hpp"

#include <cstring>
#include <vector>

#include "real/comm/thread_team.hpp"
#include "real/cpu/cpu_device.hpp"
#include "real/measure/clock.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

// Calls of `work` that `workers` threads make in a second, all together. `prepare` makes each
// thread's `work`.
template <class Prepare>
double calls_per_second(Rank workers, Prepare prepare) {
  constexpr double seconds = 0.3;
  std::vector<double> rates;
  run_on_threads(workers, [&](Group& group) {
    auto work = prepare();
    work();
    group.meet();
    std::int64_t calls = 0;
    const Clock::time_point begin = Clock::now();
    double passed = 0;
    do {
      work();
      ++calls;
      passed = seconds_since(begin);
    } while (passed < seconds);
    std::vector<double> rate{static_cast<double>(calls) / passed};
    group.sum(rate);
    if (group.rank() == 0) rates = rate;
  });
  return rates.front();
}

std::vector<float> numbers(std::int64_t count) {
  return std::vector<float>(static_cast<std::size_t>(count), 0.5F);
}

// Calls of a linear layer's forward and backward, on a device and memory of its own.
auto linear_work(const LinearShape& shape) {
  return
      [shape, device = cpu_device<float>(), x = numbers(shape.rows * shape.in_features),
       weight = numbers(shape.in_features * shape.out_features), bias = numbers(shape.out_features),
       y = numbers(shape.rows * shape.out_features), dx = numbers(shape.rows * shape.in_features),
       dweight = numbers(shape.in_features * shape.out_features),
       dbias = numbers(shape.out_features)]() mutable {
        device->linear_forward(shape, x.data(), weight.data(), bias.data(), y.data());
        device->linear_backward(shape, x.data(), weight.data(), y.data(), dx.data(), dweight.data(),
                                dbias.data());
      };
}

}  // namespace

FlopsPerSecond measure_linear(const LinearShape& shape, Rank workers) {
  const auto prepare = [&] { return linear_work(shape); };
  const double products = 3;  // forward, and backward to the input and to the weight
  const double flops = products * 2 * static_cast<double>(shape.rows) *
                       static_cast<double>(shape.in_features) *
                       static_cast<double>(shape.out_features);
  return FlopsPerSecond(flops * calls_per_second(workers, prepare) / static_cast<double>(workers));
}

double measure_variation(const LinearShape& shape) {
  constexpr int calls = 500;
  auto work = linear_work(shape);
  work();
  std::vector<double> seconds;
  for (int i = 0; i < calls; ++i) {
    const Clock::time_point begin = Clock::now();
    work();
    seconds.push_back(seconds_since(begin));
  }
  return variation(seconds);
}

BytesPerSecond measure_updates(std::int64_t parameters, Rank workers) {
  const auto prepare = [&] {
    return
        [parameters, device = cpu_device<float>(), x = numbers(parameters), g = numbers(parameters),
         u = numbers(parameters), global = numbers(parameters)]() mutable {
          device->sgd(parameters, {.learning_rate = 1e-9, .momentum = 0.5}, 1.0F, g.data(),
                      u.data(), x.data());
          device->mix(parameters, 1e-9F, global.data(), x.data());
          device->outer_gradient(parameters, global.data(), x.data(), g.data());
        };
  };
  // SGD reads x, g and u and writes x and u; the mix reads two and writes one, as does the outer
  // gradient.
  const double passes = 5 + 3 + 3;
  const double bytes = passes * sizeof(float) * static_cast<double>(parameters);
  return BytesPerSecond(bytes * calls_per_second(workers, prepare) / static_cast<double>(workers));
}

BytesPerSecond measure_copy(Rank workers) {
  constexpr std::int64_t count = 16 << 20;  // 64 MiB, beyond the caches
  const auto prepare = [] {
    return [from = numbers(count), to = numbers(count)]() mutable {
      std::memcpy(to.data(), from.data(), static_cast<std::size_t>(count) * sizeof(float));
      from.front() += to.back();  // so that no copy is left out
    };
  };
  const double bytes = 2.0 * sizeof(float) * static_cast<double>(count);
  return BytesPerSecond(bytes * calls_per_second(workers, prepare));
}

}  // namespace palsim
