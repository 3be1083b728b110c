// The layers of gptneo_125m. Bytes are the least that a layer must move, though a kernel may read
// an input twice; FLOPs are those of matrix products, in attention of the pairs that are not
// masked.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "real/cuda/layers/activation.hpp"
#include "real/cuda/layers/attention.hpp"
#include "real/cuda/layers/cross_entropy.hpp"
#include "real/cuda/layers/embedding.hpp"
#include "real/cuda/layers/linear.hpp"
#include "real/cuda/layers/row_norm.hpp"
#include "tests/bench/cuda/blocks.hpp"
#include "tests/bench/cuda/desk.hpp"
#include "tests/bench/cuda/event_timer.hpp"
#include "tests/bench/cuda/operands.hpp"

namespace palsim::cuda {
namespace {

struct Extents {
  std::int64_t samples = 8;
  std::int64_t tokens = 512;
  std::int64_t width = 768;
  std::int64_t heads = 12;
  std::int64_t hidden = 3072;
  std::int64_t vocabulary = 50'257;
  std::int64_t window = 256;

  std::int64_t rows() const { return samples * tokens; }
};

Extents extents(Sizes sizes) {
  if (sizes == Sizes::full) return {};
  return {.samples = 1,
          .tokens = 8,
          .width = 24,
          .heads = 2,
          .hidden = 32,
          .vocabulary = 50,
          .window = 4};
}

// Measures layers one after the other.
class Layers {
 public:
  Layers(Sizes sizes, const Ceilings& ceilings, Report& report,
         MatrixPrecision precision = MatrixPrecision::fp32)
      : sizes_(sizes),
        ceilings_(ceilings),
        report_(report),
        precision_(precision),
        desk_(precision) {}

  void norm(const Extents& of) {
    const std::int64_t numbers = of.rows() * of.width;
    const RowNormShape shape{of.rows(), of.width};
    // x, weight, bias, saved, y, dy, dx, dweight, dbias
    const Operands o(sizes_, {{numbers},
                              {of.width},
                              {of.width},
                              {2 * of.rows()},
                              {numbers},
                              {numbers},
                              {numbers},
                              {of.width},
                              {of.width}});
    const auto forward = [&](std::int64_t call) {
      row_norm_forward(context(), shape, RowNorm::layer, o.at(call, 0), o.at(call, 1),
                       o.at(call, 2), o.at(call, 3), o.at(call, 4));
    };
    for (std::int64_t set = 0; set < o.sets(); ++set) forward(set);
    moved("layer norm, forward", 8 * numbers, forward);
    moved("layer norm, backward", 12 * numbers, [&](std::int64_t call) {
      row_norm_backward(context(), shape, RowNorm::layer, o.at(call, 0), o.at(call, 1),
                        o.at(call, 3), o.at(call, 5), o.at(call, 6), o.at(call, 7), o.at(call, 8));
    });
  }

  void gelu(const Extents& of) {
    const std::int64_t numbers = of.rows() * of.hidden;
    const Operands o(sizes_, {{numbers}, {numbers}, {numbers}, {numbers}});  // x, y, dy, dx
    moved("GELU, forward", 8 * numbers, [&](std::int64_t call) {
      activation_forward(context(), ActivationKind::gelu, numbers, o.at(call, 0), o.at(call, 1));
    });
    moved("GELU, backward", 12 * numbers, [&](std::int64_t call) {
      activation_backward(context(), ActivationKind::gelu, numbers, o.at(call, 0), o.at(call, 1),
                          o.at(call, 2), o.at(call, 3));
    });
  }

  void embedding(const Extents& of) {
    const std::int64_t numbers = of.rows() * of.width;
    const Operands o(sizes_, {{of.vocabulary * of.width}, {numbers}});  // table, rows
    const RandomIntegers tokens(of.rows(), of.vocabulary);
    moved("embedding, forward", 8 * numbers, [&](std::int64_t call) {
      embedding_forward(context(), of.rows(), of.width, tokens.data(), o.at(call, 0),
                        o.at(call, 1));
    });
    // Few tokens occur twice: about as many rows of the table are read and written.
    moved("embedding, backward", 12 * numbers, [&](std::int64_t call) {
      embedding_backward(context(), of.rows(), of.width, tokens.data(), o.at(call, 1),
                         o.at(call, 0));
    });
  }

  void loss(const Extents& of) {
    const std::int64_t numbers = of.rows() * of.vocabulary;
    // Logits, which become their gradients; the sums.
    const Operands o(sizes_, {{numbers}, {4}});
    const RandomIntegers targets(of.rows(), of.vocabulary);
    moved("cross-entropy, forward and backward", 8 * numbers, [&](std::int64_t call) {
      cross_entropy(context(), of.rows(), of.vocabulary, o.at(call, 0), targets.data(), 1,
                    reinterpret_cast<LossSum*>(o.at(call, 1)));
    });
  }

  // GPT-Neo's: queries, keys and values are matrices of their own, the scores are not scaled.
  void attention(const std::string& name, const Extents& of, std::int64_t window) {
    const std::int64_t numbers = of.rows() * of.width;
    const AttentionShape shape{.samples = of.samples,
                               .tokens = of.tokens,
                               .width = of.width,
                               .heads = of.heads,
                               .window = window,
                               .input_stride = of.width};
    // query, key, value, saved, y, dy, dquery, dkey, dvalue
    const Operands o(sizes_, {{numbers, {-0.3F, 0.3F}},
                              {numbers, {-0.3F, 0.3F}},
                              {numbers},
                              {attention_saved(shape)},
                              {numbers},
                              {numbers},
                              {numbers},
                              {numbers},
                              {numbers}});
    const auto forward = [&](std::int64_t call) {
      attention_forward(context(), shape, o.at(call, 0), o.at(call, 1), o.at(call, 2),
                        o.at(call, 3), o.at(call, 4));
    };
    for (std::int64_t set = 0; set < o.sets(); ++set) forward(set);
    double pairs = 0;  // of a head's tokens
    for (std::int64_t token = 0; token < of.tokens; ++token) {
      pairs += static_cast<double>(window == 0 ? token + 1 : std::min(token + 1, window));
    }
    // Of a pair's product: all heads of all samples.
    const double product = 2 * pairs * static_cast<double>(of.samples * of.width);
    computed(name + ", forward", 2 * product, forward);
    computed(name + ", backward", 5 * product, [&](std::int64_t call) {
      attention_backward(context(), shape, o.at(call, 0), o.at(call, 1), o.at(call, 2),
                         o.at(call, 3), o.at(call, 4), o.at(call, 5), o.at(call, 6), o.at(call, 7),
                         o.at(call, 8));
    });
  }

  enum class Bias { yes, no };
  void linear(const std::string& layer, const LinearShape& shape, Bias bias) {
    const std::string name = fmt::format("{}, {}", layer, name_of(precision_));
    // x, weight, bias, y or dy, dx, dweight, dbias
    const Operands o(sizes_, {{shape.rows * shape.in_features},
                              {shape.in_features * shape.out_features},
                              {shape.out_features},
                              {shape.rows * shape.out_features},
                              {shape.rows * shape.in_features},
                              {shape.in_features * shape.out_features},
                              {shape.out_features}});
    const double flops = 2.0 * static_cast<double>(shape.rows * shape.in_features) *
                         static_cast<double>(shape.out_features);
    const auto or_none = [&](float* operand) { return bias == Bias::yes ? operand : nullptr; };
    computed(name + ", forward", flops, [&](std::int64_t call) {
      linear_forward(context(), shape, o.at(call, 0), o.at(call, 1), or_none(o.at(call, 2)),
                     o.at(call, 3));
    });
    computed(name + ", backward", 2 * flops, [&](std::int64_t call) {
      linear_backward(context(), shape, o.at(call, 0), o.at(call, 1), o.at(call, 3), o.at(call, 4),
                      o.at(call, 5), or_none(o.at(call, 6)));
    });
  }

 private:
  const Context& context() const { return desk_.context(); }
  template <class Work>
  double seconds(const Work& work) const {
    return EventTimer(context().stream, sizes_).median_s(work);
  }
  template <class Work>
  void moved(const std::string& name, std::int64_t bytes, const Work& work) {
    report_.moved(name, static_cast<double>(bytes), seconds(work), ceilings_.copy_bytes_per_s);
  }
  template <class Work>
  void computed(const std::string& name, double flops, const Work& work) {
    report_.computed(name, flops, seconds(work), ceilings_.flops_per_s(precision_));
  }

  Sizes sizes_;
  const Ceilings& ceilings_;
  Report& report_;
  MatrixPrecision precision_;
  Desk desk_;
};

}  // namespace

void token_layer_figures(Sizes sizes, const Ceilings& ceilings, Report& report) {
  const Extents of = extents(sizes);
  report.begin_block("token layers",
                     fmt::format("of gptneo_125m, {} samples of {} tokens, and the share of a "
                                 "copy's bandwidth or a large product's rate",
                                 of.samples, of.tokens));
  Layers in_fp32(sizes, ceilings, report);
  in_fp32.norm(of);
  in_fp32.gelu(of);
  in_fp32.embedding(of);
  in_fp32.loss(of);
  in_fp32.attention("attention", of, 0);
  in_fp32.attention("attention, window 256", of, of.window);
  for (const MatrixPrecision precision :
       {MatrixPrecision::fp32, MatrixPrecision::tf32, MatrixPrecision::bf16}) {
    Layers layers(sizes, ceilings, report, precision);
    layers.linear("c_fc", {of.rows(), of.width, of.hidden}, Layers::Bias::yes);
    layers.linear("lm_head", {of.rows(), of.width, of.vocabulary}, Layers::Bias::no);
  }
}

}  // namespace palsim::cuda
