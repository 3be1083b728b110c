// The flat kernels: each reads and writes its vectors once, at best at the rate of a copy. Vectors
// are of 256 MiB, so that none stays in a cache.
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "real/comm/default_plan.hpp"
#include "real/comm/schedule.hpp"
#include "real/cuda/vectors/combine_workers.hpp"
#include "real/cuda/vectors/update.hpp"
#include "real/cuda/vectors/wire.hpp"
#include "tests/bench/cuda/blocks.hpp"
#include "tests/bench/cuda/desk.hpp"
#include "tests/bench/cuda/event_timer.hpp"
#include "tests/bench/cuda/operands.hpp"

namespace palsim::cuda {
namespace {

std::int64_t count_of(Sizes sizes) { return sizes == Sizes::tiny ? 1000 : std::int64_t{64} << 20; }

struct Pass {
  std::string name;
  int bytes;  // for each number of a vector, read plus written
  std::function<void()> run;
};

void measure_passes(const Context& context, Sizes sizes, const Ceilings& ceilings,
                    const std::vector<Pass>& passes, Report& report) {
  const auto count = static_cast<double>(count_of(sizes));
  for (const Pass& pass : passes) {
    EventTimer timer(context.stream, sizes);
    const double seconds = timer.median_s([&](std::int64_t /*call*/) { pass.run(); });
    report.moved(pass.name, pass.bytes * count, seconds, ceilings.copy_bytes_per_s);
  }
}

void measure_updates(Sizes sizes, const Ceilings& ceilings, Report& report) {
  const Desk desk;
  const Context& context = desk.context();
  const std::int64_t count = count_of(sizes);
  const Operands operands(sizes, {{count}, {count}, {count, {0.1F, 1}}, {count}, {count}});
  float* const a = operands.at(0, 0);
  float* const b = operands.at(0, 1);
  float* const v = operands.at(0, 2);  // of squares, so positive
  float* const x = operands.at(0, 3);
  auto* const packed = reinterpret_cast<Bf16*>(operands.at(0, 4));
  pack(context, count, a, packed);

  double norm = 0;
  const SgdStep plain{.learning_rate = 1e-3, .weight_decay = 1e-4};
  const SgdStep momentum{.learning_rate = 1e-3, .momentum = 0.9, .weight_decay = 1e-4};
  const AdamWStep adam{.learning_rate = 1e-4, .weight_decay = 0.01, .step = 100};
  const OuterStep outer{.learning_rate = 0.7, .momentum = 0.9};
  const SlowMomentumStep slow{.momentum = 0.99, .learning_rate = 1, .inner_learning_rate = 0.1};
  measure_passes(
      context, sizes, ceilings,
      {{"copy", 8, [&] { copy(context, count, a, x); }},
       {"scale", 8, [&] { scale(context, count, -1, x); }},
       {"squared norm", 4, [&] { norm += squared_norm(context, count, a); }},
       {"SGD", 12, [&] { sgd(context, count, plain, 1, a, nullptr, x); }},
       {"SGD with momentum", 20, [&] { sgd(context, count, momentum, 1, a, b, x); }},
       {"AdamW", 28, [&] { adamw(context, count, adam, 1, a, b, v, x); }},
       {"mix", 12, [&] { mix(context, count, 0.01F, a, x); }},
       {"outer gradient", 12, [&] { outer_gradient(context, count, a, b, x); }},
       {"outer Nesterov", 24, [&] { outer_nesterov(context, count, outer, a, b, v, x); }},
       {"SlowMo", 24, [&] { slow_momentum(context, count, slow, a, b, x); }},
       {"pack to bf16", 6, [&] { pack(context, count, x, packed); }},
       {"unpack from bf16", 6, [&] { unpack(context, count, packed, x); }},
       {"fill", 4, [&] { fill(context, count, 0.5F, x); }}},
      report);
}

// One kernel reads all workers' vectors and writes the mean, or the root's, to each.
void measure_collectives(Sizes sizes, const Ceilings& ceilings, int workers, Report& report) {
  const Desk desk;
  const Context& context = desk.context();
  const std::int64_t count = count_of(sizes);
  const Operands operands(sizes, std::vector<Operand>(static_cast<std::size_t>(workers), {count}));
  std::vector<float*> vectors;
  for (int worker = 0; worker < workers; ++worker) {
    vectors.push_back(operands.at(0, static_cast<std::size_t>(worker)));
  }
  const UploadedProgram program(sum_program(sum_order(schedule_of(default_all_reduce(workers)))));
  const auto mean = [&](WireType wire) {
    return [&, wire] { combine_workers(context, program, wire, count, vectors.data()); };
  };
  measure_passes(
      context, sizes, ceilings,
      {{fmt::format("mean of {} workers, fp32", workers), 8 * workers, mean(WireType::fp32)},
       {fmt::format("mean of {} workers, bf16", workers), 8 * workers, mean(WireType::bf16)},
       {fmt::format("broadcast to {} workers", workers), 4 * workers,
        [&] { broadcast_workers(context, workers, 0, count, vectors.data()); }}},
      report);
}

}  // namespace

void update_figures(Sizes sizes, const Ceilings& ceilings, Report& report) {
  report.begin_block("updates", fmt::format("of {} parameters, and the share of a copy's bandwidth",
                                            count_of(sizes)));
  measure_updates(sizes, ceilings, report);
  for (const int workers : {2, 4, 8}) measure_collectives(sizes, ceilings, workers, report);
}

}  // namespace palsim::cuda
