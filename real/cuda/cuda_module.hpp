// What the CUDA module offers to the rest of palsim, which sees none of CUDA. The module is a
// library of its own, opened when a command asks for GPUs: without it, or without the libraries
// that it needs, everything else works.
#pragma once

#include <memory>
#include <string>

#include "real/comm/group.hpp"
#include "real/device/device.hpp"
#include "real/device/precision.hpp"
#include "sim/core/quantity.hpp"

namespace palsim {

struct SumOrder;

struct Gpu {
  std::string name;
  int major = 0;  // of its compute capability
  int minor = 0;
  Bytes memory;
  Bytes cache;  // L2
};

// Which way convolutions and batch norm take.
enum class ImageLayers {
  cudnn,  // where the module was built with it; else own
  own     // matrix products over patches, by cuBLAS, and own kernels
};

struct CudaDeviceOptions {
  MatrixPrecision precision = MatrixPrecision::fp32;
  ImageLayers image_layers = ImageLayers::cudnn;
};

class CudaModule {
 public:
  virtual ~CudaModule() = default;

  // Throws InputError, saying why, where there are none.
  virtual int gpus() const = 0;
  virtual Gpu describe(int gpu) const = 0;
  // For more tensors, what the module's pool holds unused included.
  virtual Bytes free_memory(int gpu) const = 0;
  // Throws InputError if the module was built for newer GPUs than this one.
  virtual void require_supported(int gpu) const = 0;
  // "CUDA 13.0, driver 13.0, cuBLAS 13.1, cuDNN 9.19.0, NCCL 2.28.9"
  virtual std::string versions() const = 0;

  virtual std::unique_ptr<Device<float>> device(int gpu,
                                                const CudaDeviceOptions& options) const = 0;
  // Of workers that are threads of this process and share a GPU; sums run in that order. `host`
  // outlives it.
  virtual std::unique_ptr<Group> emulated_group(Group& host, int gpu,
                                                const SumOrder& order) const = 0;
  // Of workers that have a GPU each. Throws InputError where NCCL is missing.
  virtual std::unique_ptr<Group> nccl_group(Group& host, int gpu) const = 0;
};

}  // namespace palsim

// The module's only symbol.
extern "C" const palsim::CudaModule* palsim_cuda_module();
