#include "real/replica/layer_pass.hpp"

#include "real/replica/node_shape.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using namespace layer;

ActivationKind kind_of(Function function) {
  switch (function) {
    case Function::relu:
      return ActivationKind::relu;
    case Function::gelu:
      return ActivationKind::gelu;
    case Function::silu:
      return ActivationKind::silu;
    case Function::tanh:
      return ActivationKind::tanh;
  }
  throw InternalError("an activation without a kernel");
}

RowNorm row_norm_of(Norm norm) { return norm == Norm::rms ? RowNorm::rms : RowNorm::layer; }

// A layer, forward and backward, and its operands.
template <class T>
class LayerPass {
 public:
  LayerPass(Pass<T>& pass, std::size_t at)
      : pass_(pass),
        device_(pass.device),
        node_(pass.graph.nodes[at]),
        plan_(pass.plan.nodes[at]),
        output_shape_(pass.graph.model.layers[at].output) {}

  void forward(const Linear& linear) const {
    device_.linear_forward(shape_of(linear, node_, output_shape_, pass_.samples), input(), weight(),
                           bias(), output());
  }
  void backward(const Linear& linear) const {
    device_.linear_backward(shape_of(linear, node_, output_shape_, pass_.samples), input(),
                            weight(), doutput(), dinput(), dweight(), dbias());
    finish_dinput();
  }

  void forward(const Conv2d& convolution) const {
    device_.convolution_forward(shape_of(convolution, node_, pass_.samples), input(), weight(),
                                bias(), output());
  }
  void backward(const Conv2d& convolution) const {
    device_.convolution_backward(shape_of(convolution, node_, pass_.samples), input(), weight(),
                                 doutput(), dinput(), dweight(), dbias());
    finish_dinput();
  }

  void forward(const Normalization& norm) const {
    if (norm.norm == Norm::batch) {
      device_.batch_norm_forward(batch_norm_shape(node_, pass_.samples), pass_.training, input(),
                                 weight(), bias(), running(), saved(), output());
    } else {
      device_.row_norm_forward(rows_of(node_, pass_.samples), row_norm_of(norm.norm), input(),
                               weight(), bias(), saved(), output());
    }
  }
  void backward(const Normalization& norm) const {
    if (norm.norm == Norm::batch) {
      device_.batch_norm_backward(batch_norm_shape(node_, pass_.samples), input(), weight(),
                                  saved(), doutput(), dinput(), dweight(), dbias());
    } else {
      device_.row_norm_backward(rows_of(node_, pass_.samples), row_norm_of(norm.norm), input(),
                                weight(), saved(), doutput(), dinput(), dweight(), dbias());
    }
    finish_dinput();
  }

  void forward(const Activation& activation) const {
    device_.activation_forward(kind_of(activation.function), input_count(), input(), output());
  }
  void backward(const Activation& activation) const {
    if (dinput() == nullptr) return;
    device_.activation_backward(kind_of(activation.function), input_count(), input(), output(),
                                doutput(), dinput());
    finish_dinput();
  }

  void forward(const Pool& pool) const {
    const PoolingShape shape = shape_of(pool, node_, pass_.samples);
    if (pool.pooling == Pooling::max) {
      device_.max_pooling_forward(shape, input(), output(), places());
    } else {
      device_.average_pooling_forward(shape, input(), output());
    }
  }
  void backward(const Pool& pool) const {
    if (dinput() == nullptr) return;
    const PoolingShape shape = shape_of(pool, node_, pass_.samples);
    if (pool.pooling == Pooling::max) {
      device_.max_pooling_backward(shape, places(), doutput(), dinput());
    } else {
      device_.average_pooling_backward(shape, doutput(), dinput());
    }
    finish_dinput();
  }

  void forward(const AdaptiveAveragePool& pool) const {
    device_.adaptive_pooling_forward(shape_of(pool, node_, pass_.samples), input(), output());
  }
  void backward(const AdaptiveAveragePool& pool) const {
    if (dinput() == nullptr) return;
    device_.adaptive_pooling_backward(shape_of(pool, node_, pass_.samples), doutput(), dinput());
    finish_dinput();
  }

  void forward(const Embedding& embedding) const {
    device_.embedding_forward(input_count(), embedding.width, pass_.tokens, weight(), output());
  }
  void backward(const Embedding& embedding) const {
    device_.embedding_backward(input_count(), embedding.width, pass_.tokens, doutput(), dweight());
  }

  void forward(const AddedEmbedding&) const {
    device_.added_table_forward(pass_.samples, numel(node_.input), input(), weight(), output());
  }
  void backward(const AddedEmbedding&) const {
    device_.added_table_backward(pass_.samples, numel(node_.input), doutput(), dweight());
    pass_on(0);
  }

  void forward(const Attention& attention) const {
    const AttentionShape shape = shape_of(attention, node_, pass_.samples);
    if (node_.inputs.size() == 1) {
      const T* joint = input();
      device_.attention_forward(shape, joint, joint + shape.width, joint + 2 * shape.width, saved(),
                                output());
    } else {
      device_.attention_forward(shape, input(0), input(1), input(2), saved(), output());
    }
  }
  void backward(const Attention& attention) const {
    const AttentionShape shape = shape_of(attention, node_, pass_.samples);
    if (node_.inputs.size() == 1) {
      const T* joint = input();
      T* djoint = dinput();
      device_.attention_backward(shape, joint, joint + shape.width, joint + 2 * shape.width,
                                 saved(), output(), doutput(), djoint, djoint + shape.width,
                                 djoint + 2 * shape.width);
    } else {
      device_.attention_backward(shape, input(0), input(1), input(2), saved(), output(), doutput(),
                                 dinput(0), dinput(1), dinput(2));
    }
  }

  // The logits' gradient comes with their loss.
  void forward(const CrossEntropy&) const {
    T* logits = dinput();
    if (logits != input()) device_.copy(input_count(), input(), logits);
    const RowNormShape rows = rows_of(node_, pass_.samples);
    device_.cross_entropy(rows.rows, rows.width, logits, pass_.targets, pass_.scale);
  }
  void backward(const CrossEntropy&) const {}

  void forward(const Buffer&) const {}
  void backward(const Buffer&) const {}

  void forward(const Merge& merge) const {
    if (merge == Merge::sum) {
      device_.add(input_count(), input(0), input(1), output());
    } else {
      device_.multiply(input_count(), input(0), input(1), output());
    }
  }
  void backward(const Merge& merge) const {
    // The first input last: its gradient may take the place of the output's.
    for (std::size_t k = 2; k-- > 0;) {
      if (merge == Merge::sum) {
        pass_on(k);
      } else if (dinput(k) != nullptr) {
        device_.multiply(input_count(), doutput(), input(1 - k), dinput(k));
        finish_dinput(k);
      }
    }
  }

  [[noreturn]] void forward(const Custom&) const { refuse(); }
  [[noreturn]] void backward(const Custom&) const { refuse(); }

 private:
  T* input(std::size_t k = 0) const { return signal(node_.inputs[k]); }
  T* output() const { return signal(node_.output); }
  const T* weight() const { return plan_.weight ? pass_.parameters + *plan_.weight : nullptr; }
  const T* bias() const { return plan_.bias ? pass_.parameters + *plan_.bias : nullptr; }
  T* running() const { return pass_.buffers + plan_.buffer; }
  T* saved() const { return pass_.numbers + plan_.saved; }
  std::int32_t* places() const { return pass_.places + plan_.places; }

  T* dweight() const { return plan_.weight ? pass_.gradients + *plan_.weight : nullptr; }
  T* dbias() const { return plan_.bias ? pass_.gradients + *plan_.bias : nullptr; }
  T* doutput() const { return pass_.numbers + *plan_.output_gradient; }
  // Where the backward pass writes the gradient of an input; null where nobody asks for it.
  T* dinput(std::size_t k = 0) const {
    const InputGradient& gradient = plan_.input_gradients[k];
    switch (gradient.contribution) {
      case Contribution::none:
        return nullptr;
      case Contribution::further:
        return pass_.numbers + gradient.before_adding;
      default:
        return pass_.numbers + gradient.at;
    }
  }
  // What dinput has been given goes to where earlier contributions are.
  void finish_dinput(std::size_t k = 0) const {
    const InputGradient& gradient = plan_.input_gradients[k];
    if (gradient.contribution != Contribution::further) return;
    T* sum = pass_.numbers + gradient.at;
    device_.add(input_count(), sum, dinput(k), sum);
  }
  // The same where the input's gradient is the output's.
  void pass_on(std::size_t k) const {
    const InputGradient& gradient = plan_.input_gradients[k];
    T* sum = pass_.numbers + gradient.at;
    if (gradient.contribution == Contribution::first) device_.copy(input_count(), doutput(), sum);
    if (gradient.contribution == Contribution::further) {
      device_.add(input_count(), sum, doutput(), sum);
    }
  }

  std::int64_t input_count() const { return pass_.samples * numel(node_.input); }

  [[noreturn]] static void refuse() {
    throw InternalError("a custom layer got past the check for training");
  }

  T* signal(std::size_t number) const { return pass_.numbers + pass_.plan.signals[number]; }

  Pass<T>& pass_;
  Device<T>& device_;
  const GraphNode& node_;
  const NodePlan& plan_;
  const Shape& output_shape_;
};

template <class T>
class NamedRange {
 public:
  NamedRange(const Pass<T>& pass, std::size_t node) : device_(pass.device) {
    device_.begin_range(pass.graph.model.layers[node].name.c_str());
  }
  ~NamedRange() { device_.end_range(); }
  NamedRange(const NamedRange&) = delete;
  NamedRange& operator=(const NamedRange&) = delete;

 private:
  Device<T>& device_;
};

}  // namespace

template <class T>
void forward(Pass<T>& pass, std::size_t node) {
  const NamedRange<T> range(pass, node);
  const LayerPass<T> layer(pass, node);
  std::visit([&](const auto& operation) { layer.forward(operation); },
             pass.graph.nodes[node].operation);
}

template <class T>
void backward(Pass<T>& pass, std::size_t node) {
  if (!pass.plan.nodes[node].output_gradient) return;
  const NamedRange<T> range(pass, node);
  const LayerPass<T> layer(pass, node);
  std::visit([&](const auto& operation) { layer.backward(operation); },
             pass.graph.nodes[node].operation);
}

template void forward(Pass<float>&, std::size_t);
template void forward(Pass<double>&, std::size_t);
template void backward(Pass<float>&, std::size_t);
template void backward(Pass<double>&, std::size_t);

}  // namespace palsim
