// The layers of resnet50. Bytes are the least that a layer must move: batch norm reads its input
// twice, for the statistics and to use them. FLOPs are those of a convolution as it is defined.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "real/cuda/images/batch_norm.hpp"
#include "real/cuda/images/convolution.hpp"
#include "real/cuda/images/pooling.hpp"
#include "tests/bench/cuda/blocks.hpp"
#include "tests/bench/cuda/desk.hpp"
#include "tests/bench/cuda/event_timer.hpp"
#include "tests/bench/cuda/operands.hpp"

namespace palsim::cuda {
namespace {

struct Bench {
  Sizes sizes;
  const Ceilings& ceilings;
  Report& report;

  template <class Work>
  void moved(const Context& context, const std::string& name, std::int64_t bytes,
             const Work& work) const {
    const double seconds = EventTimer(context.stream, sizes).median_s(work);
    report.moved(name, static_cast<double>(bytes), seconds, ceilings.copy_bytes_per_s);
  }
  template <class Work>
  void computed(const Context& context, const std::string& name, double flops,
                const Work& work) const {
    const double seconds = EventTimer(context.stream, sizes).median_s(work);
    report.computed(name, flops, seconds, ceilings.flops_per_s(context.precision));
  }
};

void measure_convolution(const Bench& bench, const Context& context, const std::string& name,
                         const ConvolutionShape& shape) {
  const std::int64_t in = shape.samples * shape.in_channels * shape.in_height * shape.in_width;
  const std::int64_t out =
      shape.samples * shape.out_channels * shape.out_height() * shape.out_width();
  const std::int64_t filter = shape.in_channels * shape.kernel * shape.kernel;
  const std::int64_t weights = shape.out_channels * filter;
  // x, weight, y or dy, dx, dweight
  const Operands o(bench.sizes, {{in}, {weights}, {out}, {in}, {weights}});
  const double flops = 2.0 * static_cast<double>(out) * static_cast<double>(filter);
  bench.computed(context, name + ", forward", flops, [&](std::int64_t call) {
    convolution_forward(context, shape, o.at(call, 0), o.at(call, 1), nullptr, o.at(call, 2));
  });
  bench.computed(context, name + ", backward", 2 * flops, [&](std::int64_t call) {
    convolution_backward(context, shape, o.at(call, 0), o.at(call, 1), o.at(call, 2), o.at(call, 3),
                         o.at(call, 4), nullptr);
  });
}

struct NamedConvolution {
  const char* name;
  ConvolutionShape shape;
};

std::vector<NamedConvolution> convolutions(Sizes sizes) {
  if (sizes == Sizes::tiny) return {{"conv 3x3", {2, 3, 8, 8, 4, 3, 1, 1}}};
  return {{"conv 7x7, stride 2, 3 -> 64", {64, 3, 224, 224, 64, 7, 2, 3}},
          {"conv 3x3, 64 -> 64", {64, 64, 56, 56, 64, 3, 1, 1}},
          {"conv 1x1, 1024 -> 256", {64, 1024, 14, 14, 256, 1, 1, 0}},
          {"conv 3x3, 512 -> 512", {64, 512, 7, 7, 512, 3, 1, 1}}};
}

void measure_batch_norm(const Bench& bench, const Context& context, const std::string& way) {
  const BatchNormShape shape =
      bench.sizes == Sizes::tiny ? BatchNormShape{2, 4, 9} : BatchNormShape{64, 256, 56 * 56};
  const std::int64_t numbers = shape.samples * shape.channels * shape.inner;
  // x, weight, bias, running means and variances, saved, y, dy, dx, dweight, dbias
  const Operands o(bench.sizes, {{numbers},
                                 {shape.channels},
                                 {shape.channels},
                                 {2 * shape.channels, {0.5F, 1}},
                                 {2 * shape.channels},
                                 {numbers},
                                 {numbers},
                                 {numbers},
                                 {shape.channels},
                                 {shape.channels}});
  const auto forward = [&](std::int64_t call) {
    batch_norm_forward(context, shape, Training::yes, o.at(call, 0), o.at(call, 1), o.at(call, 2),
                       o.at(call, 3), o.at(call, 4), o.at(call, 5));
  };
  for (std::int64_t set = 0; set < o.sets(); ++set) forward(set);
  bench.moved(context, fmt::format("batch norm, {}, forward", way), 12 * numbers, forward);
  bench.moved(context, fmt::format("batch norm, {}, backward", way), 20 * numbers,
              [&](std::int64_t call) {
                batch_norm_backward(context, shape, o.at(call, 0), o.at(call, 1), o.at(call, 4),
                                    o.at(call, 6), o.at(call, 7), o.at(call, 8), o.at(call, 9));
              });
}

void measure_max_pooling(const Bench& bench, const Context& context) {
  const PoolingShape shape = bench.sizes == Sizes::tiny ? PoolingShape{2, 3, 8, 8, 3, 2, 1}
                                                        : PoolingShape{64, 64, 112, 112, 3, 2, 1};
  const std::int64_t planes = shape.samples * shape.channels;
  const std::int64_t in = planes * shape.in_height * shape.in_width;
  const std::int64_t out = planes * shape.out_height() * shape.out_width();
  const Operands o(bench.sizes, {{in}, {out}, {out}, {out}, {in}});  // x, y, places, dy, dx
  const auto forward = [&](std::int64_t call) {
    max_pooling_forward(context, shape, o.at(call, 0), o.at(call, 1), o.integers_at(call, 2));
  };
  for (std::int64_t set = 0; set < o.sets(); ++set) forward(set);
  bench.moved(context, "max pooling 3x3, stride 2, forward", 4 * in + 8 * out, forward);
  bench.moved(
      context, "max pooling 3x3, stride 2, backward", 8 * out + 4 * in, [&](std::int64_t call) {
        max_pooling_backward(context, shape, o.integers_at(call, 2), o.at(call, 3), o.at(call, 4));
      });
}

}  // namespace

void image_layer_figures(Sizes sizes, const Ceilings& ceilings, Report& report) {
  report.begin_block("image layers",
                     "of resnet50, 64 samples, and the share of a copy's bandwidth or a large "
                     "product's rate");
  const Bench bench{sizes, ceilings, report};
  for (const ImageLayers layers : {ImageLayers::cudnn, ImageLayers::own}) {
    const std::string way = layers == ImageLayers::cudnn ? "cuDNN" : "own";
    for (const MatrixPrecision precision : {MatrixPrecision::fp32, MatrixPrecision::tf32}) {
      const Desk desk(precision, layers);
      // A build without cuDNN.
      if (layers == ImageLayers::cudnn && desk.context().image_library == nullptr) continue;
      for (const NamedConvolution& one : convolutions(sizes)) {
        measure_convolution(bench, desk.context(),
                            fmt::format("{}, {}, {}", one.name, way, name_of(precision)),
                            one.shape);
      }
      if (precision == MatrixPrecision::fp32) measure_batch_norm(bench, desk.context(), way);
    }
  }
  measure_max_pooling(bench, Desk().context());
}

}  // namespace palsim::cuda
