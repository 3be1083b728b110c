// Where kernels are measured: a stream with all that they need, as a worker's device has it.
#pragma once

#include <memory>

#include "real/cuda/blas_handle.hpp"
#include "real/cuda/context.hpp"
#include "real/cuda/cuda_module.hpp"
#include "real/cuda/images/image_library.hpp"
#include "real/cuda/scratch.hpp"
#include "real/cuda/stream.hpp"

namespace palsim::cuda {

class Desk {
 public:
  explicit Desk(MatrixPrecision precision = MatrixPrecision::fp32,
                ImageLayers image_layers = ImageLayers::own)
      : scratch_(stream_.get()),
        blas_(stream_.get()),
        image_library_(image_layers == ImageLayers::cudnn ? open_cudnn(stream_.get()) : nullptr),
        context_{.stream = stream_.get(),
                 .scratch = &scratch_,
                 .blas = blas_.get(),
                 .precision = precision,
                 .image_library = image_library_.get()} {}
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  const Context& context() const { return context_; }

 private:
  Stream stream_;
  Scratch scratch_;
  BlasHandle blas_;
  std::unique_ptr<ImageLibrary> image_library_;  // null: none
  Context context_;
};

}  // namespace palsim::cuda
