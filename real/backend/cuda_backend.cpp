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
  Hardware hardware() const override {
    const Gpu gpu = module_.describe(own_gpu());
    return {.unit = "GPU",
            .processor = gpu.name,
            .units = are_shared() ? 1 : gpus_,
            .versions = module_.versions(),
            .cache = gpu.cache};
  }
  MatrixPrecision precision() const override { return precision_; }
  bool are_shared() const override { return sharing_ == Sharing::emulated; }
  // Kernels of several workers run beside each other where one's leave room.
  Rank most_at_once() const override {
    constexpr Rank most_streams = 8;  // by no measurement yet
    return are_shared() ? most_streams : gpus_;
  }
  Binding binding() const override { return Binding::none; }

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
  MemoryLeft memory() const override {
    const int gpu = own_gpu();
    return {module_.free_memory(gpu), fmt::format("GPU {} ({})", gpu, module_.describe(gpu).name)};
  }

  std::unique_ptr<Device<float>> device(Rank rank) const override {
    return module_.device(gpu_of(rank), {.precision = precision_});
  }
  // A worker alone exchanges nothing, so it needs no NCCL.
  std::unique_ptr<Group> group(Group& host) const override {
    if (!are_shared() && host.workers() > 1) return module_.nccl_group(host, gpu_of(host.rank()));
    return module_.emulated_group(host, gpu_of(host.rank()),
                                  sum_order(schedule_of(default_all_reduce(host.workers()))));
  }

 private:
  int gpu_of(Rank rank) const {
    if (are_shared()) return 0;
    return static_cast<int>(launched_by_mpirun() ? rank_on_this_machine() : rank);
  }
  // Of this process's first worker.
  int own_gpu() const { return gpu_of(0); }

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
