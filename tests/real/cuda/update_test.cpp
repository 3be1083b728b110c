#include "real/cuda/vectors/update.hpp"

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>

#include "real/cpu/update.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

using Pointers = std::vector<float*>;
using Update = std::function<void(std::int64_t count, const Pointers&)>;

// None, one, up to a few packs, around a block's, and several blocks'.
constexpr std::int64_t counts[] = {0, 1, 2, 3, 4, 7, 8, 1023, 1024, 1029, 4097, 20'003};

// How far each vector lies from where a pack could begin: nowhere, alike, or differently.
const std::vector<std::vector<std::int64_t>> offsets{{0, 0, 0, 0}, {3, 3, 3, 3}, {0, 1, 2, 3}};

bool are_same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

// Of that many vectors, from 0 to 1, each has the same bits on both sides.
void check_twins(std::size_t vectors, const Update& on_cpu, const Update& on_gpu) {
  Draws draws(20);
  for (const std::int64_t count : counts) {
    for (const std::vector<std::int64_t>& places : offsets) {
      CAPTURE(count);
      CAPTURE(places.back());
      std::vector<std::vector<float>> host;
      std::vector<std::unique_ptr<DeviceVector<float>>> device;
      Pointers host_pointers;
      Pointers device_pointers;
      for (std::size_t which = 0; which < vectors; ++which) {
        host.push_back(random_vector(draws, count, 0, 1));
        device.push_back(std::make_unique<DeviceVector<float>>(host.back(), places[which]));
        device_pointers.push_back(device.back()->data());
      }
      for (std::vector<float>& values : host) host_pointers.push_back(values.data());
      on_cpu(count, host_pointers);
      on_gpu(count, device_pointers);
      for (std::size_t which = 0; which < vectors; ++which) {
        CAPTURE(which);
        CHECK(are_same(device[which]->download(), host[which]));
      }
    }
  }
}

TEST_CASE("A GPU fills, copies and scales vectors as a CPU") {
  check_twins(
      1, [](auto count, auto& v) { cpu::fill(count, 2.5F, v[0]); },
      [](auto count, auto& v) { fill(context(), count, 2.5F, v[0]); });
  check_twins(
      2, [](auto count, auto& v) { cpu::copy<float>(count, v[0], v[1]); },
      [](auto count, auto& v) { copy(context(), count, v[0], v[1]); });
  check_twins(
      1, [](auto count, auto& v) { cpu::scale(count, 0.3F, v[0]); },
      [](auto count, auto& v) { scale(context(), count, 0.3F, v[0]); });
}

TEST_CASE("SGD has the CPU's bits") {
  for (const SgdStep& step : {SgdStep{.learning_rate = 0.3, .weight_decay = 0.01},
                              SgdStep{.learning_rate = 0.3, .momentum = 0.9, .weight_decay = 0.01},
                              SgdStep{.learning_rate = 0.3, .momentum = 0.9, .nesterov = true}}) {
    CAPTURE(step.momentum);
    check_twins(
        3, [&](auto count, auto& v) { cpu::sgd<float>(count, step, 0.7F, v[0], v[1], v[2]); },
        [&](auto count, auto& v) { sgd(context(), count, step, 0.7F, v[0], v[1], v[2]); });
  }
}

TEST_CASE("Without momentum no state is touched, nor needed") {
  check_twins(
      2,
      [](auto count, auto& v) {
        cpu::sgd<float>(count, {.learning_rate = 0.3}, 1, v[0], nullptr, v[1]);
      },
      [](auto count, auto& v) {
        sgd(context(), count, {.learning_rate = 0.3}, 1, v[0], nullptr, v[1]);
      });
  check_twins(
      3,
      [](auto count, auto& v) {
        cpu::outer_nesterov<float>(count, {.learning_rate = 0.3}, v[0], nullptr, v[1], v[2]);
      },
      [](auto count, auto& v) {
        outer_nesterov(context(), count, {.learning_rate = 0.3}, v[0], nullptr, v[1], v[2]);
      });
}

TEST_CASE("AdamW has the CPU's bits") {
  const AdamWStep step{.learning_rate = 0.01, .weight_decay = 0.1, .step = 3};
  check_twins(
      4, [&](auto count, auto& v) { cpu::adamw<float>(count, step, 0.7F, v[0], v[1], v[2], v[3]); },
      [&](auto count, auto& v) { adamw(context(), count, step, 0.7F, v[0], v[1], v[2], v[3]); });
}

TEST_CASE("Mixing and outer steps have the CPU's bits") {
  const OuterStep outer{.learning_rate = 0.7, .momentum = 0.9};
  const SlowMomentumStep slow{.momentum = 0.8, .learning_rate = 0.9, .inner_learning_rate = 0.1};
  check_twins(
      2, [](auto count, auto& v) { cpu::mix<float>(count, 0.3F, v[0], v[1]); },
      [](auto count, auto& v) { mix(context(), count, 0.3F, v[0], v[1]); });
  check_twins(
      3, [](auto count, auto& v) { cpu::outer_gradient<float>(count, v[0], v[1], v[2]); },
      [](auto count, auto& v) { outer_gradient(context(), count, v[0], v[1], v[2]); });
  check_twins(
      4,
      [&](auto count, auto& v) {
        cpu::outer_nesterov<float>(count, outer, v[0], v[1], v[2], v[3]);
      },
      [&](auto count, auto& v) {
        outer_nesterov(context(), count, outer, v[0], v[1], v[2], v[3]);
      });
  check_twins(
      3, [&](auto count, auto& v) { cpu::slow_momentum<float>(count, slow, v[0], v[1], v[2]); },
      [&](auto count, auto& v) { slow_momentum(context(), count, slow, v[0], v[1], v[2]); });
}

TEST_CASE("An outer gradient may take its model's place") {
  check_twins(
      2, [](auto count, auto& v) { cpu::outer_gradient<float>(count, v[0], v[1], v[1]); },
      [](auto count, auto& v) { outer_gradient(context(), count, v[0], v[1], v[1]); });
}

TEST_CASE("Squared norms are the CPU's to rounding, the same in any order of threads") {
  Draws draws(21);
  for (const std::int64_t count : {0, 1, 3, 5, 1000, 1'500'001}) {
    for (const std::int64_t offset : {0, 1}) {
      CAPTURE(count);
      CAPTURE(offset);
      const std::vector<float> host = random_vector(draws, count);
      const DeviceVector<float> device(host, offset);
      const double expected = cpu::squared_norm(count, host.data());
      const double found = squared_norm(context(), count, device.data());
      CHECK(std::abs(found - expected) <= 1e-12 * expected);
      if (count > 1000) continue;
      in_all_orders([&] { CHECK(squared_norm(context(), count, device.data()) == found); });
    }
  }
}

TEST_CASE("What is not a number stays so") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> values{1, 2, nan, 4, 5};
  DeviceVector<float> x(values);
  CHECK(std::isnan(squared_norm(context(), 5, x.data())));
  DeviceVector<float> global(std::vector<float>(5, 1.0F));
  mix(context(), 5, 0.5F, global.data(), x.data());
  const std::vector<float> mixed = x.download();
  for (std::size_t at = 0; at < 5; ++at) CHECK(std::isnan(mixed[at]) == (at == 2));
}

}  // namespace
}  // namespace palsim::cuda
