// What a training step does to flat vectors of all parameters: optimizers, mixing, outer steps.
// Pointers are to one device's memory; each kernel reads and writes each number once.
#pragma once

#include <cstdint>

namespace palsim {

struct SgdStep {
  double learning_rate = 0;
  double momentum = 0;  // 0: no state is touched
  bool nesterov = false;
  double weight_decay = 0;  // added to the gradient (L2), as torch.optim.SGD
};

struct AdamWStep {
  double learning_rate = 0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // decoupled (Loshchilov and Hutter, ICLR 2019), as torch.optim.AdamW
  std::int64_t step = 1;    // t, from 1, of the bias corrections
};

struct OuterStep {
  double learning_rate = 1;
  double momentum = 0;
};

// SlowMo's u <- beta u + (x_prev - x_mean) / gamma, x <- x_prev - alpha gamma u.
struct SlowMomentumStep {
  double momentum = 0;             // beta
  double learning_rate = 1;        // alpha
  double inner_learning_rate = 1;  // gamma
};

template <class T>
class UpdateKernels {
 public:
  virtual ~UpdateKernels() = default;

  virtual void fill(std::int64_t count, T value, T* x) = 0;
  virtual void copy(std::int64_t count, const T* from, T* to) = 0;
  virtual void scale(std::int64_t count, T factor, T* x) = 0;
  // Summed in a fixed order, in double. Waits for the device.
  virtual double squared_norm(std::int64_t count, const T* x) = 0;

  // `scale` multiplies the gradient first: 1, or what clipping leaves of it. As torch.optim.SGD:
  // u <- momentum u + g, x <- x - lr u, or with Nesterov x <- x - lr (g + momentum u). `u` may be
  // null without momentum.
  virtual void sgd(std::int64_t count, const SgdStep& step, T scale, const T* g, T* u, T* x) = 0;
  virtual void adamw(std::int64_t count, const AdamWStep& step, T scale, const T* g, T* m, T* v,
                     T* x) = 0;

  // PALSGD (Algorithm 1): x <- x - rate (x - global), rate = alpha eta / p.
  virtual void mix(std::int64_t count, T rate, const T* global, T* x) = 0;
  // delta = global - x.
  virtual void outer_gradient(std::int64_t count, const T* global, const T* x, T* delta) = 0;
  // Nesterov SGD as torch's on the outer gradient, then x <- global.
  virtual void outer_nesterov(std::int64_t count, const OuterStep& step, const T* delta, T* u,
                              T* global, T* x) = 0;
  // x comes as the mean over the workers; x and `previous` leave as the new model.
  virtual void slow_momentum(std::int64_t count, const SlowMomentumStep& step, T* u, T* previous,
                             T* x) = 0;
};

}  // namespace palsim
