#include "real/cuda/cuda_device.hpp"

#include <nvtx3/nvToolsExt.h>

#include "real/cuda/blas_handle.hpp"
#include "real/cuda/check.hpp"
#include "real/cuda/context.hpp"
#include "real/cuda/images/batch_norm.hpp"
#include "real/cuda/images/convolution.hpp"
#include "real/cuda/images/image_library.hpp"
#include "real/cuda/images/pooling.hpp"
#include "real/cuda/layers/activation.hpp"
#include "real/cuda/layers/attention.hpp"
#include "real/cuda/layers/cross_entropy.hpp"
#include "real/cuda/layers/embedding.hpp"
#include "real/cuda/layers/linear.hpp"
#include "real/cuda/layers/row_norm.hpp"
#include "real/cuda/memory_pool.hpp"
#include "real/cuda/stream.hpp"
#include "real/cuda/vectors/update.hpp"

namespace palsim::cuda {
namespace {

class EventMilestone final : public Milestone {
 public:
  EventMilestone(int gpu, const Stream& stream) : gpu_(gpu) { event_.record(stream); }
  void wait() override {
    check(cudaSetDevice(gpu_), "choosing a GPU");
    event_.wait();
  }

 private:
  int gpu_;
  Event event_;
};

Stream on_gpu(int gpu) {
  check(cudaSetDevice(gpu), "choosing a GPU");
  keep_freed_memory(gpu);
  return Stream();
}

class CudaDevice final : public Device<float> {
 public:
  CudaDevice(int gpu, const CudaDeviceOptions& options)
      : gpu_(gpu),
        stream_(on_gpu(gpu)),
        scratch_(stream_.get()),
        blas_(stream_.get()),
        image_library_(options.image_layers == ImageLayers::cudnn ? open_cudnn(stream_.get())
                                                                  : nullptr),
        context_{.stream = stream_.get(),
                 .scratch = &scratch_,
                 .blas = blas_.get(),
                 .precision = options.precision,
                 .image_library = image_library_.get()} {
    loss_ = static_cast<LossSum*>(cuda::allocate(sizeof(LossSum), "losses", stream_.get()));
  }
  ~CudaDevice() override {
    cudaStreamSynchronize(stream_.get());
    cuda::release(loss_, stream_.get());
  }
  CudaDevice(const CudaDevice&) = delete;
  CudaDevice& operator=(const CudaDevice&) = delete;

  void* allocate(std::size_t bytes) override {
    return cuda::allocate(bytes, "a worker's tensors", stream_.get());
  }
  void release(void* memory) noexcept override { cuda::release(memory, stream_.get()); }
  void upload(std::size_t bytes, const void* host, void* device) override {
    check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream_.get()),
          "copying to the GPU");
    synchronize();  // CUDA does not promise to have read what is in pageable memory
  }
  void download(std::size_t bytes, const void* device, void* host) override {
    check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream_.get()),
          "copying from the GPU");
    synchronize();
  }
  void synchronize() override { stream_.synchronize(); }
  std::unique_ptr<Milestone> milestone() override {
    return std::make_unique<EventMilestone>(gpu_, stream_);
  }
  // Libraries choose algorithms, kernels are loaded, scratch memory grows.
  bool begins_cold() const override { return true; }
  void begin_range(const char* name) override { nvtxRangePushA(name); }
  void end_range() override { nvtxRangePop(); }

  void linear_forward(const LinearShape& shape, const float* x, const float* weight,
                      const float* bias, float* y) override {
    cuda::linear_forward(context_, shape, x, weight, bias, y);
  }
  void linear_backward(const LinearShape& shape, const float* x, const float* weight,
                       const float* dy, float* dx, float* dweight, float* dbias) override {
    cuda::linear_backward(context_, shape, x, weight, dy, dx, dweight, dbias);
  }

  void convolution_forward(const ConvolutionShape& shape, const float* x, const float* weight,
                           const float* bias, float* y) override {
    cuda::convolution_forward(context_, shape, x, weight, bias, y);
  }
  void convolution_backward(const ConvolutionShape& shape, const float* x, const float* weight,
                            const float* dy, float* dx, float* dweight, float* dbias) override {
    cuda::convolution_backward(context_, shape, x, weight, dy, dx, dweight, dbias);
  }

  void max_pooling_forward(const PoolingShape& shape, const float* x, float* y,
                           std::int32_t* places) override {
    cuda::max_pooling_forward(context_, shape, x, y, places);
  }
  void max_pooling_backward(const PoolingShape& shape, const std::int32_t* places, const float* dy,
                            float* dx) override {
    cuda::max_pooling_backward(context_, shape, places, dy, dx);
  }
  void average_pooling_forward(const PoolingShape& shape, const float* x, float* y) override {
    cuda::average_pooling_forward(context_, shape, x, y);
  }
  void average_pooling_backward(const PoolingShape& shape, const float* dy, float* dx) override {
    cuda::average_pooling_backward(context_, shape, dy, dx);
  }
  void adaptive_pooling_forward(const AdaptivePoolingShape& shape, const float* x,
                                float* y) override {
    cuda::adaptive_pooling_forward(context_, shape, x, y);
  }
  void adaptive_pooling_backward(const AdaptivePoolingShape& shape, const float* dy,
                                 float* dx) override {
    cuda::adaptive_pooling_backward(context_, shape, dy, dx);
  }

  void batch_norm_forward(const BatchNormShape& shape, Training training, const float* x,
                          const float* weight, const float* bias, float* running, float* saved,
                          float* y) override {
    cuda::batch_norm_forward(context_, shape, training, x, weight, bias, running, saved, y);
  }
  void batch_norm_backward(const BatchNormShape& shape, const float* x, const float* weight,
                           const float* saved, const float* dy, float* dx, float* dweight,
                           float* dbias) override {
    cuda::batch_norm_backward(context_, shape, x, weight, saved, dy, dx, dweight, dbias);
  }

  void row_norm_forward(const RowNormShape& shape, RowNorm norm, const float* x,
                        const float* weight, const float* bias, float* saved, float* y) override {
    cuda::row_norm_forward(context_, shape, norm, x, weight, bias, saved, y);
  }
  void row_norm_backward(const RowNormShape& shape, RowNorm norm, const float* x,
                         const float* weight, const float* saved, const float* dy, float* dx,
                         float* dweight, float* dbias) override {
    cuda::row_norm_backward(context_, shape, norm, x, weight, saved, dy, dx, dweight, dbias);
  }

  void activation_forward(ActivationKind kind, std::int64_t count, const float* x,
                          float* y) override {
    cuda::activation_forward(context_, kind, count, x, y);
  }
  void activation_backward(ActivationKind kind, std::int64_t count, const float* x, const float* y,
                           const float* dy, float* dx) override {
    cuda::activation_backward(context_, kind, count, x, y, dy, dx);
  }

  void embedding_forward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                         const float* table, float* y) override {
    cuda::embedding_forward(context_, rows, width, tokens, table, y);
  }
  void embedding_backward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                          const float* dy, float* dtable) override {
    cuda::embedding_backward(context_, rows, width, tokens, dy, dtable);
  }
  void added_table_forward(std::int64_t samples, std::int64_t count, const float* x,
                           const float* table, float* y) override {
    cuda::added_table_forward(context_, samples, count, x, table, y);
  }
  void added_table_backward(std::int64_t samples, std::int64_t count, const float* dy,
                            float* dtable) override {
    cuda::added_table_backward(context_, samples, count, dy, dtable);
  }

  std::int64_t attention_saved(const AttentionShape& shape) const override {
    return cuda::attention_saved(shape);
  }
  void attention_forward(const AttentionShape& shape, const float* query, const float* key,
                         const float* value, float* saved, float* y) override {
    cuda::attention_forward(context_, shape, query, key, value, saved, y);
  }
  void attention_backward(const AttentionShape& shape, const float* query, const float* key,
                          const float* value, const float* saved, const float* y, const float* dy,
                          float* dquery, float* dkey, float* dvalue) override {
    cuda::attention_backward(context_, shape, query, key, value, saved, y, dy, dquery, dkey,
                             dvalue);
  }

  void cross_entropy(std::int64_t rows, std::int64_t classes, float* logits,
                     const std::int32_t* targets, double scale) override {
    cuda::cross_entropy(context_, rows, classes, logits, targets, scale, loss_);
  }
  LossSum loss() override {
    LossSum sum;
    download(sizeof sum, loss_, &sum);
    return sum;
  }

  void add(std::int64_t count, const float* x, const float* y, float* z) override {
    cuda::add(context_, count, x, y, z);
  }
  void multiply(std::int64_t count, const float* x, const float* y, float* z) override {
    cuda::multiply(context_, count, x, y, z);
  }

  void fill(std::int64_t count, float value, float* x) override {
    cuda::fill(context_, count, value, x);
  }
  void copy(std::int64_t count, const float* from, float* to) override {
    cuda::copy(context_, count, from, to);
  }
  void scale(std::int64_t count, float factor, float* x) override {
    cuda::scale(context_, count, factor, x);
  }
  double squared_norm(std::int64_t count, const float* x) override {
    return cuda::squared_norm(context_, count, x);
  }
  void sgd(std::int64_t count, const SgdStep& step, float scale, const float* g, float* u,
           float* x) override {
    cuda::sgd(context_, count, step, scale, g, u, x);
  }
  void adamw(std::int64_t count, const AdamWStep& step, float scale, const float* g, float* m,
             float* v, float* x) override {
    cuda::adamw(context_, count, step, scale, g, m, v, x);
  }
  void mix(std::int64_t count, float rate, const float* global, float* x) override {
    cuda::mix(context_, count, rate, global, x);
  }
  void outer_gradient(std::int64_t count, const float* global, const float* x,
                      float* delta) override {
    cuda::outer_gradient(context_, count, global, x, delta);
  }
  void outer_nesterov(std::int64_t count, const OuterStep& step, const float* delta, float* u,
                      float* global, float* x) override {
    cuda::outer_nesterov(context_, count, step, delta, u, global, x);
  }
  void slow_momentum(std::int64_t count, const SlowMomentumStep& step, float* u, float* previous,
                     float* x) override {
    cuda::slow_momentum(context_, count, step, u, previous, x);
  }

 private:
  int gpu_;
  Stream stream_;
  Scratch scratch_;
  BlasHandle blas_;
  std::unique_ptr<ImageLibrary> image_library_;  // null: none
  Context context_;
  LossSum* loss_ = nullptr;  // on the GPU
};

}  // namespace

std::unique_ptr<Device<float>> cuda_device(int gpu, const CudaDeviceOptions& options) {
  return std::make_unique<CudaDevice>(gpu, options);
}

}  // namespace palsim::cuda
