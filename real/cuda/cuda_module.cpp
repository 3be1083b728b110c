#include "real/cuda/cuda_module.hpp"

#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <array>

#include "real/cuda/check.hpp"
#include "real/cuda/cuda_device.hpp"
#include "real/cuda/groups/emulated_group.hpp"
#include "real/cuda/groups/nccl_group.hpp"
#include "real/cuda/images/image_library.hpp"
#include "real/cuda/memory_pool.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

std::string version(int number, int major_unit, int minor_unit) {
  return fmt::format("{}.{}", number / major_unit, number % major_unit / minor_unit);
}

// Of the library that was opened.
std::string cublas_version() {
  int major = 0;
  int minor = 0;
  cuda::check(cublasGetProperty(MAJOR_VERSION, &major), "asking for cuBLAS's version");
  cuda::check(cublasGetProperty(MINOR_VERSION, &minor), "asking for cuBLAS's version");
  return fmt::format("{}.{}", major, minor);
}

class Module final : public CudaModule {
 public:
  int gpus() const override {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status == cudaSuccess && count > 0) return count;
    cudaGetLastError();  // said here, so not again
    int driver = 0;
    cudaDriverGetVersion(&driver);
    throw InputError(
        fmt::format("--backend cuda: no GPU here ({}); write --backend cpu",
                    driver == 0 ? "no NVIDIA driver is installed" : cudaGetErrorString(status)));
  }

  Gpu describe(int gpu) const override {
    cudaDeviceProp properties{};
    cuda::check(cudaGetDeviceProperties(&properties, gpu), "asking for the GPU's properties");
    return {.name = properties.name,
            .major = properties.major,
            .minor = properties.minor,
            .memory = Bytes(static_cast<std::int64_t>(properties.totalGlobalMem)),
            .cache = Bytes(properties.l2CacheSize)};
  }

  Bytes free_memory(int gpu) const override {
    cuda::check(cudaSetDevice(gpu), "choosing a GPU");
    return Bytes(static_cast<std::int64_t>(cuda::free_memory(gpu)));
  }

  void require_supported(int gpu) const override {
    const Gpu it = describe(gpu);
    const int capability = 10 * it.major + it.minor;
    require<InputError>(
        capability >= oldest_capability,
        "GPU {} ({}) has compute capability {}.{}, but this palsim was built for {}.{} and newer; "
        "build again with -DCMAKE_CUDA_ARCHITECTURES={}, or write --backend cpu",
        gpu, it.name, it.major, it.minor, oldest_capability / 10, oldest_capability % 10,
        capability);
  }

  std::string versions() const override {
    int runtime = 0;
    int driver = 0;
    cuda::check(cudaRuntimeGetVersion(&runtime), "asking for CUDA's version");
    cuda::check(cudaDriverGetVersion(&driver), "asking for the driver's version");
    return fmt::format("CUDA {}, driver for CUDA {}, cuBLAS {}, {}, {}", version(runtime, 1000, 10),
                       version(driver, 1000, 10), cublas_version(), cuda::cudnn_version(),
                       cuda::nccl_version());
  }

  std::unique_ptr<Device<float>> device(int gpu, const CudaDeviceOptions& options) const override {
    return cuda::cuda_device(gpu, options);
  }
  std::unique_ptr<Group> emulated_group(Group& host, int gpu,
                                        const SumOrder& order) const override {
    return cuda::emulated_group(host, gpu, order);
  }
  std::unique_ptr<Group> nccl_group(Group& host, int gpu) const override {
    return cuda::nccl_group(host, gpu);
  }

 private:
  static constexpr int oldest_capability = PALSIM_OLDEST_CUDA_ARCHITECTURE;
};

}  // namespace
}  // namespace palsim

const palsim::CudaModule* palsim_cuda_module() {
  static const palsim::Module module;
  return &module;
}
