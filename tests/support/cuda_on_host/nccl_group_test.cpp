// Workers with a GPU each. On a machine with GPUs this would need as many of them.
#include "real/cuda/groups/nccl_group.hpp"

#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

#include "cuda_on_host.hpp"
#include "real/comm/bf16.hpp"
#include "sim/core/error.hpp"
#include "tests/real/comm/group_laws.hpp"
#include "tests/real/comm/team.hpp"
#include "tests/real/cuda/through_device.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

class MachineOf {
 public:
  explicit MachineOf(int gpus) : before_(cuda_on_host::machine()) {
    cuda_on_host::Machine many = before_;
    many.gpus = gpus;
    cuda_on_host::set_machine(many);
  }
  ~MachineOf() { cuda_on_host::set_machine(before_); }
  MachineOf(const MachineOf&) = delete;
  MachineOf& operator=(const MachineOf&) = delete;

 private:
  cuda_on_host::Machine before_;
};

void together_by_nccl(Rank workers, const std::function<void(Group&)>& work) {
  const MachineOf machine(static_cast<int>(workers));
  together(thread_groups(workers), [&](Group& host) {
    ThroughDevice group(nccl_group(host, static_cast<int>(host.rank())));
    work(group);
  });
}

TEST_CASE("NCCL's collectives follow each other on a GPU for each worker") {
  for (const Rank workers : {1, 2, 5, 8}) {
    CAPTURE(workers);
    CHECK_NOTHROW(together_by_nccl(workers, check_all_kinds));
  }
}

TEST_CASE("Buckets are exchanged by NCCL while the workers meet, on a communicator of their own") {
  for (const Rank workers : {1, 3}) CHECK_NOTHROW(together_by_nccl(workers, check_buckets));
}

TEST_CASE("NCCL sends bf16 where it is asked to") {
  together_by_nccl(2, [](Group& group) {
    // 1 + 2^-9 has no bf16 of its own.
    std::vector<float> values{1.001953125F, 3.0F};
    group.all_reduce_mean(values, WireType::bf16);
    CHECK(values == std::vector<float>{1.0F, 3.0F});
    values = {1.001953125F, 3.0F};
    group.all_reduce_mean(values, WireType::fp32);
    CHECK(values[0] == 1.001953125F);
  });
}

TEST_CASE("NCCL averages bf16 over three workers as well as their sum can be said in bf16") {
  constexpr std::uint32_t seed = 3;
  CAPTURE(seed);
  std::vector<std::vector<float>> sent(3);
  Draws draws(seed);
  for (std::vector<float>& values : sent) values = random_vector(draws, 1000, 1, 4);
  together_by_nccl(3, [&](Group& group) {
    std::vector<float> means = sent[static_cast<std::size_t>(group.rank())];
    group.all_reduce_mean(means, WireType::bf16);
    int far_off = 0;
    for (std::size_t i = 0; i < means.size(); ++i) {
      double sum = 0;
      for (const auto& values : sent) sum += static_cast<double>(to_float(to_bf16(values[i])));
      const double half_a_unit = std::ldexp(1.0, std::ilogb(sum) - 8);
      if (std::abs(3.0 * static_cast<double>(means[i]) - sum) > 1.001 * half_a_unit) ++far_off;
    }
    CHECK(far_off == 0);
  });
}

TEST_CASE("A worker that gives up releases those who would wait for it in NCCL") {
  int aborted = 0;
  together_by_nccl(2, [&](Group& group) {
    if (group.rank() == 0) return group.abort();
    std::vector<float> values(5);
    try {
      group.all_reduce_mean(values, WireType::fp32);
    } catch (const Aborted&) {
      ++aborted;
    }
  });
  CHECK(aborted == 1);
}

TEST_CASE("Two workers on one GPU are no matter for NCCL") {
  const MachineOf machine(1);
  CHECK_THROWS_WITH_AS(together(thread_groups(2), [&](Group& host) { nccl_group(host, 0); }),
                       "starting NCCL: NCCL: two ranks on one GPU", InternalError);
}

}  // namespace
}  // namespace palsim::cuda
