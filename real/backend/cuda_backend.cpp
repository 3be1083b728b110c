#include "real/backend/cuda_backend.hpp"

#include <fmt/format.h>

#include "real/comm/default_plan.hpp"
#include "real/comm/mpi_process.hpp"
#include "real/comm/schedule.hpp"
#include "real/comm/sum_order.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

class CudaBackend final : public Backend {
 public:
  CudaBackend(const CudaModule& module, Sharing sharing, MatrixPrecision precision)
      : module_(module), sharing_(sharing), precision_(precision), gpus_(module.gpus()) {
    for (int gpu = 0; gpu < (are_shared() ? 1 : gpus_); ++gpu) module.require_supported(gpu);
  }

  std::string name() const override { return "cuda"; }
  std::string unit() const override { return "GPU"; }
  std::string processor() const override { return module_.describe(0).name; }
  Rank units() const override { return are_shared() ? 1 : gpus_; }
  std::string versions() const override { return module_.versions(); }
  bool are_shared() const override { return sharing_ == Sharing::emulated; }
  MatrixPrecision precision() const override { return precision_; }
  // Kernels of several workers run beside each other where one's leave room.
  Rank most_at_once() const override {
    constexpr Rank most_streams = 8;
    return are_shared() ? most_streams : gpus_;
  }

  void require_places(Rank workers) const override {
    if (are_shared()) {
      require<InputError>(!launched_by_mpirun(),
                          "--emulate: workers that share a GPU are threads of one process; start "
                          "it without mpirun");
      return;
    }
    require<InputError>(workers <= gpus_,
                        "{} workers on this machine, but {} {}; write fewer workers, or --emulate "
                        "to let them share one",
                        workers, gpus_, gpus_ == 1 ? "GPU" : "GPUs");
  }

  std::unique_ptr<Device<float>> device(Rank rank) const override {
    return module_.device(gpu_of(rank), {.precision = precision_});
  }
  std::unique_ptr<Group> group(Group& host) const override {
    if (!are_shared()) return module_.nccl_group(host, gpu_of(host.rank()));
    return module_.emulated_group(host, 0,
                                  sum_order(schedule_of(default_all_reduce(host.workers()))));
  }

  Bytes available_memory() const override { return module_.describe(0).free; }
  std::string memory_owner() const override {
    return fmt::format("GPU 0 ({})", module_.describe(0).name);
  }
  Rank sharing_memory(Rank workers) const override { return are_shared() ? workers : 1; }

 private:
  int gpu_of(Rank rank) const {
    if (are_shared()) return 0;
    return static_cast<int>(launched_by_mpirun() ? rank_on_this_machine() : rank);
  }

  const CudaModule& module_;
  Sharing sharing_;
  MatrixPrecision precision_;
  int gpus_;
};

}  // namespace

std::unique_ptr<Backend> cuda_backend(const CudaModule& module, Sharing sharing,
                                      MatrixPrecision precision) {
  return std::make_unique<CudaBackend>(module, sharing, precision);
}

}  // namespace palsim
