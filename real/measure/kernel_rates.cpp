#include "real/measure/kernel_rates.hpp"

#include <utility>
#include <vector>

#include "real/backend/worker_team.hpp"
#include "real/device/buffer.hpp"
#include "real/measure/clock.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

using FloatBuffer = Buffer<float, Device<float>>;

// Calls of `work` that `workers` workers make in a second, all together. `prepare` makes each
// worker's `work` on its device, whose waiting stays out of the way of the calls.
template <class Prepare>
double calls_per_second(const Backend& backend, Rank workers, Prepare prepare) {
  constexpr double seconds = 0.3;
  constexpr double seconds_between_waits = 0.01;
  double total = 0;
  run_workers(backend, workers, [&](Group& group, Device<float>& device) {
    auto work = prepare(device);
    work();
    device.synchronize();
    group.meet();
    std::int64_t calls = 0;
    std::int64_t before_waiting = 1;
    const Clock::time_point begin = Clock::now();
    double passed = 0;
    do {
      for (std::int64_t call = 0; call < before_waiting; ++call) work();
      device.synchronize();
      calls += before_waiting;
      const double before = std::exchange(passed, seconds_since(begin));
      if (passed - before < seconds_between_waits) before_waiting *= 2;
    } while (passed < seconds);
    std::vector<double> rate{static_cast<double>(calls) / passed};
    group.sum(rate);
    if (group.rank() == 0) total = rate.front();
  });
  return total;
}

FloatBuffer numbers(Device<float>& device, std::int64_t count) {
  FloatBuffer buffer(device, count);
  device.fill(count, 0.5F, buffer.data());
  return buffer;
}

// Calls of a linear layer's forward and backward, on memory of its own.
auto linear_work(Device<float>& device, const LinearShape& shape) {
  const auto of = [&](std::int64_t count) { return numbers(device, count); };
  return [shape, &device, x = of(shape.rows * shape.in_features),
          weight = of(shape.in_features * shape.out_features), bias = of(shape.out_features),
          y = of(shape.rows * shape.out_features), dx = of(shape.rows * shape.in_features),
          dweight = of(shape.in_features * shape.out_features),
          dbias = of(shape.out_features)]() mutable {
    device.linear_forward(shape, x.data(), weight.data(), bias.data(), y.data());
    device.linear_backward(shape, x.data(), weight.data(), y.data(), dx.data(), dweight.data(),
                           dbias.data());
  };
}

}  // namespace

FlopsPerSecond measure_linear(const Backend& backend, const LinearShape& shape, Rank workers) {
  const auto prepare = [&](Device<float>& device) { return linear_work(device, shape); };
  const double products = 3;  // forward, and backward to the input and to the weight
  const double flops = products * 2 * static_cast<double>(shape.rows) *
                       static_cast<double>(shape.in_features) *
                       static_cast<double>(shape.out_features);
  return FlopsPerSecond(flops * calls_per_second(backend, workers, prepare) /
                        static_cast<double>(workers));
}

double measure_variation(const Backend& backend, const LinearShape& shape) {
  constexpr int calls = 500;
  std::vector<double> seconds;
  run_workers(backend, 1, [&](Group&, Device<float>& device) {
    auto work = linear_work(device, shape);
    work();
    device.synchronize();
    for (int i = 0; i < calls; ++i) {
      const Clock::time_point begin = Clock::now();
      work();
      device.synchronize();
      seconds.push_back(seconds_since(begin));
    }
  });
  return variation(seconds);
}

BytesPerSecond measure_updates(const Backend& backend, std::int64_t parameters, Rank workers) {
  const auto prepare = [&](Device<float>& device) {
    return [parameters, &device, x = numbers(device, parameters), g = numbers(device, parameters),
            u = numbers(device, parameters), global = numbers(device, parameters)]() mutable {
      device.sgd(parameters, {.learning_rate = 1e-9, .momentum = 0.5}, 1.0F, g.data(), u.data(),
                 x.data());
      device.mix(parameters, 1e-9F, global.data(), x.data());
      device.outer_gradient(parameters, global.data(), x.data(), g.data());
    };
  };
  // SGD reads x, g and u and writes x and u; the mix reads two and writes one, as does the outer
  // gradient.
  const double passes = 5 + 3 + 3;
  const double bytes = passes * sizeof(float) * static_cast<double>(parameters);
  return BytesPerSecond(bytes * calls_per_second(backend, workers, prepare) /
                        static_cast<double>(workers));
}

BytesPerSecond measure_copy(const Backend& backend, Rank workers) {
  constexpr std::int64_t count = 16 << 20;  // 64 MiB, beyond the caches
  const auto prepare = [](Device<float>& device) {
    return [&device, from = numbers(device, count), to = numbers(device, count)]() mutable {
      device.copy(count, from.data(), to.data());
    };
  };
  const double bytes = 2.0 * sizeof(float) * static_cast<double>(count);
  return BytesPerSecond(bytes * calls_per_second(backend, workers, prepare));
}

Duration measure_launch(const Backend& backend) {
  const auto prepare = [](Device<float>& device) {
    return [&device, x = numbers(device, 1)]() mutable { device.fill(1, 0.5F, x.data()); };
  };
  return Duration::seconds(1 / calls_per_second(backend, 1, prepare));
}

}  // namespace palsim
