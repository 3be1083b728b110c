// The forward and backward passes of layers, on one device. Pointers are to that device's memory.
// Backward passes overwrite the gradient of the input, unless it is null (nobody asks for it), and
// add to the gradients of parameters, so that micro-batches sum up. A bias may be null.
#pragma once

#include <cstdint>

#include "real/device/shapes.hpp"

namespace palsim {

// GELU is x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, as in the GPTs (Hugging Face's
// gelu_new), not by the error function.
enum class ActivationKind { relu, gelu, silu, tanh };
enum class RowNorm { layer, rms };
enum class Training { yes, no };

// Sums over the rows of a batch.
struct LossSum {
  double loss = 0;           // negative log-likelihood of the targets, in nats
  std::int64_t correct = 0;  // rows whose largest logit is the target's
};

template <class T>
class LayerKernels {
 public:
  virtual ~LayerKernels() = default;

  virtual void linear_forward(const LinearShape& shape, const T* x, const T* weight, const T* bias,
                              T* y) = 0;
  virtual void linear_backward(const LinearShape& shape, const T* x, const T* weight, const T* dy,
                               T* dx, T* dweight, T* dbias) = 0;

  virtual void convolution_forward(const ConvolutionShape& shape, const T* x, const T* weight,
                                   const T* bias, T* y) = 0;
  virtual void convolution_backward(const ConvolutionShape& shape, const T* x, const T* weight,
                                    const T* dy, T* dx, T* dweight, T* dbias) = 0;

  // `places`: where in its channel each maximum was, one per output.
  virtual void max_pooling_forward(const PoolingShape& shape, const T* x, T* y,
                                   std::int32_t* places) = 0;
  virtual void max_pooling_backward(const PoolingShape& shape, const std::int32_t* places,
                                    const T* dy, T* dx) = 0;
  virtual void average_pooling_forward(const PoolingShape& shape, const T* x, T* y) = 0;
  virtual void average_pooling_backward(const PoolingShape& shape, const T* dy, T* dx) = 0;
  virtual void adaptive_pooling_forward(const AdaptivePoolingShape& shape, const T* x, T* y) = 0;
  virtual void adaptive_pooling_backward(const AdaptivePoolingShape& shape, const T* dy, T* dx) = 0;

  // `running`: means, then variances, of 2 x channels; training moves them a tenth of the way
  // (variance unbiased) and normalizes by the batch's own, kept in `saved` as mean and 1 / standard
  // deviation, 2 x channels. Without training, by `running`. Epsilon 1e-5.
  virtual void batch_norm_forward(const BatchNormShape& shape, Training training, const T* x,
                                  const T* weight, const T* bias, T* running, T* saved, T* y) = 0;
  virtual void batch_norm_backward(const BatchNormShape& shape, const T* x, const T* weight,
                                   const T* saved, const T* dy, T* dx, T* dweight, T* dbias) = 0;

  // `saved`: mean (layer norm only, else unused) and 1 / deviation of each row, 2 x rows. Epsilon
  // 1e-5. RMS norm has no bias.
  virtual void row_norm_forward(const RowNormShape& shape, RowNorm norm, const T* x,
                                const T* weight, const T* bias, T* saved, T* y) = 0;
  virtual void row_norm_backward(const RowNormShape& shape, RowNorm norm, const T* x,
                                 const T* weight, const T* saved, const T* dy, T* dx, T* dweight,
                                 T* dbias) = 0;

  // dx may be dy.
  virtual void activation_forward(ActivationKind kind, std::int64_t count, const T* x, T* y) = 0;
  virtual void activation_backward(ActivationKind kind, std::int64_t count, const T* x, const T* y,
                                   const T* dy, T* dx) = 0;

  // y[i] = table[tokens[i]]; width numbers each.
  virtual void embedding_forward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                                 const T* table, T* y) = 0;
  virtual void embedding_backward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                                  const T* dy, T* dtable) = 0;
  // y = x + table, the same `count` numbers for each sample.
  virtual void added_table_forward(std::int64_t samples, std::int64_t count, const T* x,
                                   const T* table, T* y) = 0;
  // x's gradient is y's.
  virtual void added_table_backward(std::int64_t samples, std::int64_t count, const T* dy,
                                    T* dtable) = 0;

  // How many numbers attention_forward keeps for attention_backward in `saved`, in proportion to
  // the samples.
  virtual std::int64_t attention_saved(const AttentionShape& shape) const = 0;
  virtual void attention_forward(const AttentionShape& shape, const T* query, const T* key,
                                 const T* value, T* saved, T* y) = 0;
  virtual void attention_backward(const AttentionShape& shape, const T* query, const T* key,
                                  const T* value, const T* saved, const T* y, const T* dy,
                                  T* dquery, T* dkey, T* dvalue) = 0;

  // Softmax cross-entropy of each row's logits; the logits become the gradient of `scale` times the
  // summed loss.
  virtual void cross_entropy(std::int64_t rows, std::int64_t classes, T* logits,
                             const std::int32_t* targets, double scale) = 0;
  // Of the last cross_entropy. Waits for the device.
  virtual LossSum loss() = 0;

  // z = x + y, z = x y; z may be x or y.
  virtual void add(std::int64_t count, const T* x, const T* y, T* z) = 0;
  virtual void multiply(std::int64_t count, const T* x, const T* y, T* z) = 0;
};

}  // namespace palsim
