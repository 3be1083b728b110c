#include "real/cpu/cpu_device.hpp"

#include <cstring>
#include <vector>

#include "real/cpu/activation.hpp"
#include "real/cpu/attention.hpp"
#include "real/cpu/batch_norm.hpp"
#include "real/cpu/convolution.hpp"
#include "real/cpu/cross_entropy.hpp"
#include "real/cpu/embedding.hpp"
#include "real/cpu/linear.hpp"
#include "real/cpu/memory.hpp"
#include "real/cpu/pooling.hpp"
#include "real/cpu/row_norm.hpp"
#include "real/cpu/update.hpp"

namespace palsim {
namespace {

class NothingToWaitFor final : public Milestone {
 public:
  void wait() override {}
};

// Each operation is a function of its own file; nothing is left to wait for when one returns.
template <class T>
class CpuDevice final : public Device<T> {
 public:
  void* allocate(std::size_t bytes) override { return cpu::allocate(bytes); }
  void release(void* memory) noexcept override { cpu::release(memory); }
  void upload(std::size_t bytes, const void* host, void* device) override {
    if (bytes > 0) std::memcpy(device, host, bytes);
  }
  void download(std::size_t bytes, const void* device, void* host) override {
    if (bytes > 0) std::memcpy(host, device, bytes);
  }
  void synchronize() override {}
  std::unique_ptr<Milestone> milestone() override { return std::make_unique<NothingToWaitFor>(); }

  void linear_forward(const LinearShape& shape, const T* x, const T* weight, const T* bias,
                      T* y) override {
    cpu::linear_forward(shape, x, weight, bias, y);
  }
  void linear_backward(const LinearShape& shape, const T* x, const T* weight, const T* dy, T* dx,
                       T* dweight, T* dbias) override {
    cpu::linear_backward(shape, x, weight, dy, dx, dweight, dbias);
  }

  void convolution_forward(const ConvolutionShape& shape, const T* x, const T* weight,
                           const T* bias, T* y) override {
    cpu::convolution_forward(shape, x, weight, bias, y, scratch_);
  }
  void convolution_backward(const ConvolutionShape& shape, const T* x, const T* weight, const T* dy,
                            T* dx, T* dweight, T* dbias) override {
    cpu::convolution_backward(shape, x, weight, dy, dx, dweight, dbias, scratch_);
  }

  void max_pooling_forward(const PoolingShape& shape, const T* x, T* y,
                           std::int32_t* places) override {
    cpu::max_pooling_forward(shape, x, y, places);
  }
  void max_pooling_backward(const PoolingShape& shape, const std::int32_t* places, const T* dy,
                            T* dx) override {
    cpu::max_pooling_backward(shape, places, dy, dx);
  }
  void average_pooling_forward(const PoolingShape& shape, const T* x, T* y) override {
    cpu::average_pooling_forward(shape, x, y);
  }
  void average_pooling_backward(const PoolingShape& shape, const T* dy, T* dx) override {
    cpu::average_pooling_backward(shape, dy, dx);
  }
  void adaptive_pooling_forward(const AdaptivePoolingShape& shape, const T* x, T* y) override {
    cpu::adaptive_pooling_forward(shape, x, y);
  }
  void adaptive_pooling_backward(const AdaptivePoolingShape& shape, const T* dy, T* dx) override {
    cpu::adaptive_pooling_backward(shape, dy, dx);
  }

  void batch_norm_forward(const BatchNormShape& shape, Training training, const T* x,
                          const T* weight, const T* bias, T* running, T* saved, T* y) override {
    cpu::batch_norm_forward(shape, training, x, weight, bias, running, saved, y);
  }
  void batch_norm_backward(const BatchNormShape& shape, const T* x, const T* weight, const T* saved,
                           const T* dy, T* dx, T* dweight, T* dbias) override {
    cpu::batch_norm_backward(shape, x, weight, saved, dy, dx, dweight, dbias);
  }
  void row_norm_forward(const RowNormShape& shape, RowNorm norm, const T* x, const T* weight,
                        const T* bias, T* saved, T* y) override {
    cpu::row_norm_forward(shape, norm, x, weight, bias, saved, y);
  }
  void row_norm_backward(const RowNormShape& shape, RowNorm norm, const T* x, const T* weight,
                         const T* saved, const T* dy, T* dx, T* dweight, T* dbias) override {
    cpu::row_norm_backward(shape, norm, x, weight, saved, dy, dx, dweight, dbias);
  }

  void activation_forward(ActivationKind kind, std::int64_t count, const T* x, T* y) override {
    cpu::activation_forward(kind, count, x, y);
  }
  void activation_backward(ActivationKind kind, std::int64_t count, const T* x, const T* y,
                           const T* dy, T* dx) override {
    cpu::activation_backward(kind, count, x, y, dy, dx);
  }

  void embedding_forward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                         const T* table, T* y) override {
    cpu::embedding_forward(rows, width, tokens, table, y);
  }
  void embedding_backward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                          const T* dy, T* dtable) override {
    cpu::embedding_backward(rows, width, tokens, dy, dtable);
  }
  void added_table_forward(std::int64_t samples, std::int64_t count, const T* x, const T* table,
                           T* y) override {
    cpu::added_table_forward(samples, count, x, table, y);
  }
  void added_table_backward(std::int64_t samples, std::int64_t count, const T* dy,
                            T* dtable) override {
    cpu::added_table_backward(samples, count, dy, dtable);
  }

  std::int64_t attention_saved(const AttentionShape& shape) const override {
    return cpu::attention_saved(shape);
  }
  void attention_forward(const AttentionShape& shape, const T* query, const T* key, const T* value,
                         T* saved, T* y) override {
    cpu::attention_forward(shape, query, key, value, saved, y);
  }
  void attention_backward(const AttentionShape& shape, const T* query, const T* key, const T* value,
                          const T* saved, const T* y, const T* dy, T* dquery, T* dkey,
                          T* dvalue) override {
    cpu::attention_backward(shape, query, key, value, saved, y, dy, dquery, dkey, dvalue, scratch_);
  }

  void cross_entropy(std::int64_t rows, std::int64_t classes, T* logits,
                     const std::int32_t* targets, double scale) override {
    loss_ = cpu::cross_entropy(rows, classes, logits, targets, scale);
  }
  LossSum loss() override { return loss_; }
  void add(std::int64_t count, const T* x, const T* y, T* z) override { cpu::add(count, x, y, z); }
  void multiply(std::int64_t count, const T* x, const T* y, T* z) override {
    cpu::multiply(count, x, y, z);
  }

  void fill(std::int64_t count, T value, T* x) override { cpu::fill(count, value, x); }
  void copy(std::int64_t count, const T* from, T* to) override { cpu::copy(count, from, to); }
  void scale(std::int64_t count, T factor, T* x) override { cpu::scale(count, factor, x); }
  double squared_norm(std::int64_t count, const T* x) override {
    return cpu::squared_norm(count, x);
  }
  void sgd(std::int64_t count, const SgdStep& step, T scale, const T* g, T* u, T* x) override {
    cpu::sgd(count, step, scale, g, u, x);
  }
  void adamw(std::int64_t count, const AdamWStep& step, T scale, const T* g, T* m, T* v,
             T* x) override {
    cpu::adamw(count, step, scale, g, m, v, x);
  }
  void mix(std::int64_t count, T rate, const T* global, T* x) override {
    cpu::mix(count, rate, global, x);
  }
  void outer_gradient(std::int64_t count, const T* global, const T* x, T* delta) override {
    cpu::outer_gradient(count, global, x, delta);
  }
  void outer_nesterov(std::int64_t count, const OuterStep& step, const T* delta, T* u, T* global,
                      T* x) override {
    cpu::outer_nesterov(count, step, delta, u, global, x);
  }
  void slow_momentum(std::int64_t count, const SlowMomentumStep& step, T* u, T* previous,
                     T* x) override {
    cpu::slow_momentum(count, step, u, previous, x);
  }

 private:
  std::vector<T> scratch_;  // of whichever kernel runs
  LossSum loss_;
};

}  // namespace

template <class T>
std::unique_ptr<Device<T>> cpu_device() {
  return std::make_unique<CpuDevice<T>>();
}

template std::unique_ptr<Device<float>> cpu_device();
template std::unique_ptr<Device<double>> cpu_device();

}  // namespace palsim
