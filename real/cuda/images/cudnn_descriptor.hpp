// cuDNN's descriptions of tensors, filters and convolutions, destroyed with their owner. All of
// floats, densely packed, the channels before the rows.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <utility>

#include "real/cuda/images/cudnn_check.hpp"

namespace palsim::cuda {

template <class Object, auto create, auto destroy>
class CudnnDescriptor {
 public:
  CudnnDescriptor() { check(create(&object_), "describing a layer to cuDNN"); }
  CudnnDescriptor(CudnnDescriptor&& other) noexcept
      : object_(std::exchange(other.object_, nullptr)) {}
  CudnnDescriptor& operator=(CudnnDescriptor&&) = delete;
  ~CudnnDescriptor() {
    if (object_ != nullptr) destroy(object_);
  }
  Object get() const { return object_; }

 private:
  Object object_ = nullptr;
};

using CudnnTensor = CudnnDescriptor<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor,
                                    cudnnDestroyTensorDescriptor>;
using CudnnFilter = CudnnDescriptor<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor,
                                    cudnnDestroyFilterDescriptor>;
using CudnnConvolution =
    CudnnDescriptor<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor,
                    cudnnDestroyConvolutionDescriptor>;

struct CudnnExtents {
  std::int64_t samples;
  std::int64_t channels;
  std::int64_t height;
  std::int64_t width;
};

inline CudnnTensor cudnn_tensor(const CudnnExtents& extents) {
  CudnnTensor tensor;
  check(cudnnSetTensor4dDescriptor(
            tensor.get(), CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, static_cast<int>(extents.samples),
            static_cast<int>(extents.channels), static_cast<int>(extents.height),
            static_cast<int>(extents.width)),
        "describing a tensor to cuDNN");
  return tensor;
}

}  // namespace palsim::cuda
