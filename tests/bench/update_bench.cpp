// The share of this core's copy bandwidth that updates of all parameters reach, on vectors far
// beyond the caches. A copy is a plain vectorized loop or memcpy, whichever is faster; both and the
// kernels take turns, and each shows its best turn.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "real/cpu/update.hpp"
#include "tests/bench/figures.hpp"

namespace palsim {
namespace {

constexpr std::int64_t count = std::int64_t{32} << 20;
constexpr int turns = 15;

struct Pass {
  std::string name;
  int transfers;  // vectors read plus vectors written
  std::function<void()> run;
  double best_s = 1e9;

  double gigabytes_per_s() const {
    return 1e-9 * static_cast<double>(transfers * count) * sizeof(float) / best_s;
  }
};

void take_turns(std::vector<Pass>& passes) {
  for (int turn = 0; turn < turns; ++turn) {
    for (Pass& pass : passes) {
      const auto start = std::chrono::steady_clock::now();
      pass.run();
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      pass.best_s = std::min(pass.best_s, taken.count());
    }
  }
}

void copy_by_loop(const float* from, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i];
}

void print(const Pass& pass, double copy, const char* bar) {
  fmt::print("{:58} {:>7.1f} GB/s {:>7.0f} %   {}\n", pass.name, pass.gigabytes_per_s(),
             100 * pass.gigabytes_per_s() / copy, bar);
}

}  // namespace

void update_figures() {
  std::vector<std::vector<float>> memory(4, std::vector<float>(count, 0.5F));
  float* const a = memory[0].data();
  float* const b = memory[1].data();
  float* const c = memory[2].data();
  float* const x = memory[3].data();
  double norm = 0;
  const SgdStep momentum{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 1e-4};
  std::vector<Pass> passes{
      {"copy, vectorized loop", 2, [&] { copy_by_loop(a, x); }},
      {"copy, memcpy", 2, [&] { std::memcpy(x, a, count * sizeof(float)); }},
      {"mix", 3, [&] { cpu::mix(count, 0.5F, a, x); }},
      {"SGD", 3, [&] { cpu::sgd(count, {.learning_rate = 0.1}, 1.F, a, b, x); }},
      {"SGD with momentum", 5, [&] { cpu::sgd(count, momentum, 1.F, a, b, x); }},
      {"AdamW", 7, [&] { cpu::adamw(count, {.learning_rate = 1e-3}, 1.F, a, b, c, x); }},
      {"outer gradient", 3, [&] { cpu::outer_gradient(count, a, b, x); }},
      {"outer Nesterov", 6,
       [&] { cpu::outer_nesterov(count, {.learning_rate = 0.7, .momentum = 0.9}, a, b, c, x); }},
      {"SlowMo", 6, [&] { cpu::slow_momentum(count, {.momentum = 0.5}, a, b, x); }},
      {"squared norm", 1, [&] { norm += cpu::squared_norm(count, a); }},
      {"copy", 2, [&] { cpu::copy(count, a, x); }},
      {"scale", 2, [&] { cpu::scale(count, 0.5F, x); }},
      {"fill", 1, [&] { cpu::fill(count, 0.5F, x); }}};
  take_turns(passes);
  const double copy = std::max(passes[0].gigabytes_per_s(), passes[1].gigabytes_per_s());
  fmt::print("\nupdates of {} Mi parameters: bytes read and written, and the share of a copy's\n",
             count >> 20);
  for (std::size_t i = 0; i < passes.size(); ++i) {
    print(passes[i], copy, i >= 2 && i < 9 ? "80 %" : "");
  }
}

}  // namespace palsim
