// Machines that a run does not fit, and what runs leave behind: on an invented machine, which can
// have as many GPUs and as much memory as a test wants, and counts.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "cuda_on_host.hpp"
#include "tests/real/cuda/cuda_runs.hpp"
#include "tests/real/training/resumed_run.hpp"
#include "tests/support/complaint.hpp"

namespace palsim::cuda {
namespace {

using cuda_on_host::Machine;

// This one, until the end of the scope.
class OnMachine {
 public:
  explicit OnMachine(const Machine& machine) : before_(cuda_on_host::machine()) {
    cuda_on_host::set_machine(machine);
  }
  ~OnMachine() { cuda_on_host::set_machine(before_); }
  OnMachine(const OnMachine&) = delete;
  OnMachine& operator=(const OnMachine&) = delete;

 private:
  Machine before_;
};

// With room for so many bytes more than what is taken.
Machine with_room(std::size_t bytes) { return {.memory = cuda_on_host::allocated_bytes() + bytes}; }

std::string complaint_of_backend() {
  return complaint_of([] { on_gpu(); });
}

void check_one_line(const std::string& complaint) {
  CHECK(complaint != "none");
  CHECK(complaint.find('\n') == std::string::npos);
}

const std::vector<std::string> all_methods{
    "name = 'ddp'",
    "name = 'ddp'\noverlap = 'none'",
    "name = 'local_sgd'\nsync_interval = 3",
    "name = 'slowmo'\nsync_interval = 3",
    "name = 'diloco'\nsync_interval = 3\nstart_step = 4",
    "name = 'palsgd'\nsync_interval = 3\nmix_probability = 0.4"};

TEST_CASE("Without a GPU the backend says so") {
  const OnMachine machine({.gpus = 0});
  CHECK(complaint_of_backend() ==
        "--backend cuda: no GPU here (no CUDA-capable device is detected); write --backend cpu");
}

TEST_CASE("A GPU that is too old is named with what it would take") {
  const OnMachine machine({.compute_capability_major = 6, .compute_capability_minor = 1});
  CHECK(
      complaint_of_backend() ==
      "GPU 0 (CUDA on the host) has compute capability 6.1, but this palsim was built for 7.5 and "
      "newer; build again with -DCMAKE_CUDA_ARCHITECTURES=61, or write --backend cpu");
}

TEST_CASE("More workers than GPUs are refused, unless they share one") {
  const auto complaint = [](Sharing sharing, Rank workers) {
    return complaint_of([&] {
      cuda_backend(*palsim_cuda_module(), sharing, MatrixPrecision::fp32)->require_places(workers);
    });
  };
  CHECK(complaint(Sharing::none, 4) ==
        "4 workers on this machine, but 1 GPU; write fewer workers, or --emulate to let them share "
        "one");
  CHECK(complaint(Sharing::none, 1) == "none");
  CHECK(complaint(Sharing::emulated, 4) == "none");
  const OnMachine machine({.gpus = 3});
  CHECK(
      complaint(Sharing::none, 4) ==
      "4 workers on this machine, but 3 GPUs; write fewer workers, or --emulate to let them share "
      "one");
  CHECK(complaint(Sharing::none, 3) == "none");
}

TEST_CASE("Workers that share a GPU are not launched by mpirun") {
  REQUIRE(setenv("OMPI_COMM_WORLD_SIZE", "2", 1) == 0);
  const std::string complaint = complaint_of([] { on_gpu()->require_places(2); });
  unsetenv("OMPI_COMM_WORLD_SIZE");
  CHECK(complaint ==
        "--emulate: workers that share a GPU are threads of one process; start it without mpirun");
}

TEST_CASE("A run that does not fit in a GPU's memory is refused before it begins") {
  const ShortRun run{.workers = 4, .batch_per_worker = 20'000};
  const ShortRunParts parts(run);
  const TrainingJob job = job_of(run, parts);
  CHECK(complaint_of([&] { require_places(job, 4); }) == "none");
  const std::size_t before = cuda_on_host::allocated_bytes();
  const OnMachine machine(with_room(40'000'000));
  CHECK(
      complaint_of([&] { require_places(job, 4); }) ==
      "4 workers of m with micro-batches of 20000 need 0.1 GB, GPU 0 (CUDA on the host) has 0.0 GB "
      "left; write fewer workers or more micro_batches");
  CHECK(cuda_on_host::allocated_bytes() == before);
}

// Wherever it runs out: opening a device, its tensors, or scratch memory in the first step.
TEST_CASE("A run that runs out of memory says so, frees everything, and the next one works") {
  for (const std::string method : {"name = 'ddp'", "name = 'slowmo'\nsync_interval = 3"}) {
    CAPTURE(method);
    const ShortRun run{.method = method, .steps = 6, .workers = 3};
    const auto expected = train(run);
    const std::size_t before = cuda_on_host::allocated_bytes();
    const std::size_t handles = cuda_on_host::living_handles();
    std::size_t refused = 0;
    // cuBLAS's workspaces take the most.
    std::vector<std::size_t> rooms{0, 1'000, 34'000'000, 68'000'000};
    for (std::size_t room = 100'663'296; room < 100'800'000; room += 9'000) rooms.push_back(room);
    for (const std::size_t room : rooms) {
      CAPTURE(room);
      const OnMachine machine(with_room(room));
      std::vector<Trained> found;
      const std::string complaint = complaint_of([&] { found = train(run); });
      CHECK(cuda_on_host::allocated_bytes() == before);
      CHECK(cuda_on_host::living_handles() == handles);
      if (complaint == "none") {
        CHECK(found[0].state == expected[0].state);
        continue;
      }
      ++refused;
      check_one_line(complaint);
      CHECK(complaint.starts_with("GPU 0: "));
      CHECK(complaint.find(" need another ") != std::string::npos);
      if (room == 0) {
        CHECK(complaint ==
              "GPU 0: cuBLAS's matrix products need another 33.6 MB, but 0 B are left; write fewer "
              "workers or more micro_batches");
      }
    }
    CHECK(refused > 5);
    CHECK(refused < rooms.size());
    CHECK(train(run)[2].state == expected[2].state);
  }
}

TEST_CASE("Runs leave nothing on the GPU") {
  for (const std::string& method : all_methods) {
    CAPTURE(method);
    const std::size_t bytes = cuda_on_host::allocated_bytes();
    const std::size_t handles = cuda_on_host::living_handles();
    train({.method = method, .workers = 3});
    CHECK(cuda_on_host::allocated_bytes() == bytes);
    CHECK(cuda_on_host::living_handles() == handles);
  }
}

TEST_CASE("No step after the first allocates on the GPU") {
  for (const std::string& method : all_methods) {
    CAPTURE(method);
    const auto allocations = [&](Step steps) {
      const std::size_t before = cuda_on_host::allocations_made();
      train({.method = method,
             .inner = {.optimizer = InnerOptimizer::adamw,
                       .learning_rate = {.base = 0.01},
                       .clip_norm = 0.1},
             .steps = steps,
             .workers = 2});
      return cuda_on_host::allocations_made() - before;
    };
    // All kinds of steps have been there by then.
    CHECK(allocations(24) == allocations(12));
  }
}

}  // namespace
}  // namespace palsim::cuda
