// Run by mpirun, each process being one worker; see tests/CMakeLists.txt.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <thread>

#include "real/comm/mpi_process.hpp"
#include "real/comm/process_texts.hpp"
#include "real/cpu/cpu_device.hpp"
#include "real/measure/link_rate.hpp"
#include "sim/core/error.hpp"
#include "tests/real/comm/group_laws.hpp"
#include "tests/real/comm/team.hpp"

namespace palsim {
namespace {

TEST_CASE("Processes end with the bits that threads end with, whatever the plan") {
  const Rank workers = mpi_group()->workers();
  for (const NamedPlan& named : all_reduce_plans(workers)) {
    const auto group = mpi_group(named.plan);
    for (const std::size_t count : tested_sizes) {
      const Means means = means_of_drawn(count, workers);
      for (const WireType wire : {WireType::fp32, WireType::bf16}) {
        CAPTURE(named.name);
        CAPTURE(count);
        CAPTURE(static_cast<int>(wire));
        std::vector<float> values = drawn_values(count, group->rank());
        group->all_reduce_mean(values, wire);
        CHECK(error_share(values, means, workers, wire) <= 1);
        CHECK(are_same(values, all_reduced_by_threads(named.plan, count, wire).front()));
      }
    }
  }
}

TEST_CASE("Collectives of all kinds follow each other between processes") {
  CHECK_NOTHROW(check_all_kinds(*mpi_group()));
  CHECK_NOTHROW(check_long_broadcast(*mpi_group()));
  CHECK_NOTHROW(check_order_of_sums(*mpi_group()));
}

TEST_CASE("Two threads of each process communicate at once") {
  CHECK_NOTHROW(check_two_threads(*mpi_group()));
}

TEST_CASE("Processes exchange buckets in the background") {
  CHECK_NOTHROW(check_buckets(*mpi_group()));
}

TEST_CASE("No wire type is taken for another") {
  std::vector<float> values(3);
  CHECK_THROWS_AS(mpi_group()->all_reduce_mean(values, WireType::int4), InputError);
}

TEST_CASE("A link's rate is measured by pairs of processes, and all learn the same") {
  constexpr Bytes longest(32 << 20);
  const auto group = mpi_group();
  if (group->workers() % 2 != 0) {
    CHECK_THROWS_AS(measure_link_rate(longest), InputError);
    return;
  }
  std::optional<LinkRate> measured;
  try {
    measured = measure_link_rate(longest);
  } catch (const InputError& busy) {  // then no process has a rate
    MESSAGE(busy.what());
  }
  std::vector<double> successes{measured ? 1.0 : 0.0};
  group->sum(successes);
  CHECK((successes[0] == 0 || successes[0] == static_cast<double>(group->workers())));
  if (!measured) return;
  const LinkRate link = *measured;
  CHECK(link.rate.count() > 0);
  CHECK(link.latency > Duration());
  std::vector<double> rates{link.rate.count()};
  group->sum(rates);
  CHECK(rates[0] == doctest::Approx(link.rate.count() * static_cast<double>(group->workers())));
}

TEST_CASE("Threads of all processes ask the first one, and each gets its own answer") {
  const auto group = mpi_group();
  constexpr int threads = 2;
  constexpr int questions = 50;
  const auto reply_to = [](const std::string& text) { return "to " + text; };
  if (process_rank() == 0) {
    for (Rank left = (process_count() - 1) * threads * questions; left > 0;) {
      const auto question = question_that_came();
      if (!question) {
        std::this_thread::yield();
        continue;
      }
      answer(*question, reply_to(question->text));
      --left;
    }
  } else {
    std::array<int, threads> right{};
    std::vector<std::thread> askers;
    for (int t = 0; t < threads; ++t) {
      askers.emplace_back([&, t] {
        for (int q = 0; q < questions; ++q) {
          // Short ones, and some that are longer than what MPI sends unasked.
          const std::string text =
              fmt::format("{} {} {:{}}", process_rank(), t, q, q % 10 == 0 ? 100'000 : 1);
          right[static_cast<std::size_t>(t)] +=
              ask_first_process(t, text) == reply_to(text) ? 1 : 0;
        }
      });
    }
    for (std::thread& asker : askers) asker.join();
    for (const int answers : right) CHECK(answers == questions);
  }
  group->meet();
}

// The last worker gives up with a bucket on its way, its others wait for it.
int fail_with(MpiProcess& process, int exit_status) {
  try {
    std::vector<float> gradients(1000);
    const auto group = mpi_group();
    BucketExchange exchange(*group, WireType::fp32);
    if (process_rank() == process_count() - 1) {
      exchange.hand_over(gradients, cpu_device<float>()->milestone());
      throw InputError("a loss that is no number");
    }
    group->meet();
  } catch (const InputError& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return process.leave(exit_status);
  }
  return process.leave(0);
}

}  // namespace
}  // namespace palsim

int main(int count, char** arguments) {
  palsim::MpiProcess process;
  if (count == 2 && std::strcmp(arguments[1], "fail") == 0) return palsim::fail_with(process, 42);
  return process.leave(doctest::Context(count, arguments).run());
}
