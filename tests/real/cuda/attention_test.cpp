#include "real/cuda/layers/attention.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "real/cpu/attention.hpp"
#include "sim/core/error.hpp"
#include "tests/real/cuda/twins.hpp"

using namespace palsim;
using namespace palsim::cuda;

namespace {

constexpr double tolerance = 1e-5;

// Where queries, keys and values are: in three vectors whose rows are `stride` apart, or side by
// side in one. Each vector begins `offset` numbers behind an address that suits any access.
struct Layout {
  enum class Kind { apart, side_by_side } kind = Kind::apart;
  std::int64_t gap = 0;  // between a row's numbers and the next row
  std::int64_t offset = 0;
};
constexpr Layout apart{};
constexpr Layout side_by_side{Layout::Kind::side_by_side, 0, 0};
constexpr Layout gaps_unaligned{Layout::Kind::apart, 3, 1};
constexpr Layout gaps_aligned{Layout::Kind::apart, 8, 4};
constexpr Layout side_by_side_unaligned{Layout::Kind::side_by_side, 0, 2};

// Three tensors on the device, whose gaps nobody may write to.
class Inputs {
 public:
  Inputs(const AttentionShape& shape, const Layout& layout)
      : shape_(shape),
        joint_(layout.kind == Layout::Kind::side_by_side),
        all_(rows() * shape.input_stride * (joint_ ? 1 : 3), layout.offset) {}

  float* tensor(std::int64_t which) {
    return all_.data() + which * (joint_ ? shape_.width : rows() * shape_.input_stride);
  }
  void upload(const std::vector<float>& dense) {
    std::vector<float> spread(all_.count(), std::numeric_limits<float>::quiet_NaN());
    for_each_number([&](std::int64_t at, std::int64_t from) { spread[at] = dense[from]; });
    all_.upload(spread);
  }
  std::vector<float> download() const {
    std::vector<float> all = all_.download();
    std::vector<float> dense(3 * rows() * shape_.width);
    for_each_number([&](std::int64_t at, std::int64_t to) {
      dense[to] = all[at];
      all[at] = std::numeric_limits<float>::quiet_NaN();
    });
    CHECK(std::all_of(all.begin(), all.end(), [](float gap) { return std::isnan(gap); }));
    return dense;
  }

 private:
  std::int64_t rows() const { return shape_.samples * shape_.tokens; }

  template <class Visit>
  void for_each_number(Visit&& visit) const {
    const std::int64_t tensor = joint_ ? shape_.width : rows() * shape_.input_stride;
    for (std::int64_t which = 0; which < 3; ++which) {
      for (std::int64_t row = 0; row < rows(); ++row) {
        for (std::int64_t column = 0; column < shape_.width; ++column) {
          visit(which * tensor + row * shape_.input_stride + column,
                (which * rows() + row) * shape_.width + column);
        }
      }
    }
  }

  AttentionShape shape_;
  bool joint_;
  DeviceVector<float> all_;
};

// Dense: queries, then keys, then values.
struct Given {
  std::vector<float> inputs;
  std::vector<float> dy;
};
template <class T>
struct Found {
  std::vector<T> y;
  std::vector<T> gradients;  // of queries, then of keys, then of values
};

std::int64_t outputs(const AttentionShape& shape) {
  return shape.samples * shape.tokens * shape.width;
}

Given draw(const AttentionShape& shape, Draws& draws) {
  return {normal_vector(draws, 3 * outputs(shape)), normal_vector(draws, outputs(shape))};
}

Found<float> on_gpu(AttentionShape shape, const Layout& layout, const Given& given) {
  shape.input_stride =
      (layout.kind == Layout::Kind::side_by_side ? 3 : 1) * shape.width + layout.gap;
  Inputs inputs(shape, layout);
  inputs.upload(given.inputs);
  Inputs gradients(shape, layout);
  DeviceVector<float> saved(attention_saved(shape), layout.offset);
  DeviceVector<float> y(outputs(shape), layout.offset);
  const DeviceVector<float> dy(given.dy, layout.offset);
  attention_forward(context(), shape, inputs.tensor(0), inputs.tensor(1), inputs.tensor(2),
                    saved.data(), y.data());
  attention_backward(context(), shape, inputs.tensor(0), inputs.tensor(1), inputs.tensor(2),
                     saved.data(), y.data(), dy.data(), gradients.tensor(0), gradients.tensor(1),
                     gradients.tensor(2));
  return {y.download(), gradients.download()};
}

Found<double> on_cpu(AttentionShape shape, const Given& given) {
  shape.input_stride = shape.width;
  const std::vector<double> inputs(given.inputs.begin(), given.inputs.end());
  const std::vector<double> dy(given.dy.begin(), given.dy.end());
  const std::int64_t count = outputs(shape);
  std::vector<double> saved(cpu::attention_saved(shape));
  std::vector<double> scratch;
  Found<double> found{std::vector<double>(count), std::vector<double>(3 * count)};
  const double* in = inputs.data();
  double* gradients = found.gradients.data();
  cpu::attention_forward(shape, in, in + count, in + 2 * count, saved.data(), found.y.data());
  cpu::attention_backward(shape, in, in + count, in + 2 * count, saved.data(), found.y.data(),
                          dy.data(), gradients, gradients + count, gradients + 2 * count, scratch);
  return found;
}

void check_against_cpu(const AttentionShape& shape, const Layout& layout, std::uint32_t seed) {
  CAPTURE(seed);
  CAPTURE(shape.samples);
  CAPTURE(shape.tokens);
  CAPTURE(shape.width);
  CAPTURE(shape.heads);
  CAPTURE(shape.causal);
  CAPTURE(shape.window);
  CAPTURE(layout.gap);
  CAPTURE(layout.offset);
  Draws draws(seed);
  const Given given = draw(shape, draws);
  const Found<float> found = on_gpu(shape, layout, given);
  const Found<double> right = on_cpu(shape, given);
  CHECK(relative_error(found.y, right.y) < tolerance);
  const std::int64_t count = outputs(shape);
  for (std::int64_t which = 0; which < 3; ++which) {
    CAPTURE(which);
    CHECK(relative_error(std::span(found.gradients).subspan(which * count, count),
                         std::span(right.gradients).subspan(which * count, count)) < tolerance);
  }
}

AttentionShape heads_of(std::int64_t head_width, std::int64_t tokens, std::int64_t heads = 1) {
  return {.samples = 1,
          .tokens = tokens,
          .width = heads * head_width,
          .heads = heads,
          .scale = 1 / std::sqrt(static_cast<double>(head_width))};
}

}  // namespace

TEST_CASE("attention of heads of any width equals the CPU's") {
  std::uint32_t seed = 100;
  for (const std::int64_t width : {1, 2, 5, 16, 17, 32, 36, 64, 66, 80, 128}) {
    check_against_cpu(heads_of(width, 65, 2), apart, ++seed);
  }
}

TEST_CASE("attention of any number of tokens equals the CPU's") {
  std::uint32_t seed = 200;
  for (const std::int64_t tokens : {1, 2, 33, 63, 64, 65, 128, 200}) {
    AttentionShape shape = heads_of(16, tokens, 2);
    shape.samples = 2;
    check_against_cpu(shape, apart, ++seed);
    shape.causal = false;
    check_against_cpu(shape, apart, ++seed);
  }
  check_against_cpu(heads_of(64, 200), apart, ++seed);
  check_against_cpu(heads_of(128, 130), apart, ++seed);
}

TEST_CASE("attention within a window equals the CPU's") {
  std::uint32_t seed = 300;
  for (const std::int64_t window : {2, 7, 63, 64, 65, 100, 199, 200, 1000}) {
    for (const bool causal : {true, false}) {
      AttentionShape shape = heads_of(8, 200);
      shape.causal = causal;
      shape.window = window;
      check_against_cpu(shape, apart, ++seed);
    }
  }
  AttentionShape endless = heads_of(8, 70);
  endless.window = std::numeric_limits<std::int64_t>::max();
  check_against_cpu(endless, apart, ++seed);
}

TEST_CASE("a token that sees only itself takes its own value") {
  AttentionShape shape = heads_of(8, 100, 2);
  shape.window = 1;
  Draws draws(350);
  const Given given = draw(shape, draws);
  const Found<float> found = on_gpu(shape, apart, given);
  const std::int64_t count = outputs(shape);
  CHECK(found.y == std::vector<float>(given.inputs.begin() + 2 * count, given.inputs.end()));
  const std::vector<float> dvalues(found.gradients.begin() + 2 * count, found.gradients.end());
  CHECK(relative_error(dvalues, given.dy) < tolerance);
  // Its probability is 1 whatever its score: the two terms of each gradient cancel out.
  CHECK(std::all_of(found.gradients.begin(), found.gradients.begin() + 2 * count,
                    [](float number) { return std::abs(number) < 1e-5F; }));
}

TEST_CASE("attention reads and writes nothing but its slices, wherever they begin") {
  std::uint32_t seed = 400;
  for (const Layout& layout :
       {apart, side_by_side, gaps_unaligned, gaps_aligned, side_by_side_unaligned}) {
    for (const std::int64_t width : {5, 16, 64, 80}) {
      AttentionShape shape = heads_of(width, 70, 3);
      shape.samples = 2;
      check_against_cpu(shape, layout, ++seed);
    }
  }
}

TEST_CASE("attention has the same bits in whatever order its threads run") {
  for (const std::int64_t width : {16, 32, 64, 128}) {
    CAPTURE(width);
    AttentionShape shape = heads_of(width, 130, 2);
    shape.window = 70;
    const std::uint32_t seed = 500 + static_cast<std::uint32_t>(width);
    CAPTURE(seed);
    Draws draws(seed);
    const Given given = draw(shape, draws);
    const std::vector<float> bits = same_in_all_orders([&] {
      Found<float> found = on_gpu(shape, side_by_side, given);
      found.y.insert(found.y.end(), found.gradients.begin(), found.gradients.end());
      return found.y;
    });
    CHECK(std::none_of(bits.begin(), bits.end(), [](float number) { return std::isnan(number); }));
  }
}

TEST_CASE("scores far apart neither overflow nor lose their softmax") {
  const std::uint32_t seed = 600;
  AttentionShape shape = heads_of(16, 150);
  for (const double scale : {0.0, 1.0, 20.0}) {
    CAPTURE(scale);
    shape.scale = scale;
    Draws draws(seed);
    const Given given = draw(shape, draws);
    const Found<float> found = on_gpu(shape, apart, given);
    // Scores of up to 500 are known to 1e-5, and so are their exponentials.
    CHECK(relative_error(found.y, on_cpu(shape, given).y) < (scale > 1 ? 1e-4 : tolerance));
  }
}

// The gradient's long way round: what the loss sum(y dy) changes by along a direction.
TEST_CASE("attention's gradients are the slopes of its forward pass") {
  for (const std::int64_t window : {0, 20}) {
    AttentionShape shape = heads_of(20, 90, 2);
    shape.window = window;
    const std::uint32_t seed = 700 + static_cast<std::uint32_t>(window);
    CAPTURE(seed);
    Draws draws(seed);
    const Given given = draw(shape, draws);
    const Found<float> found = on_gpu(shape, apart, given);
    const std::int64_t count = outputs(shape);
    for (std::int64_t which = 0; which < 3; ++which) {
      CAPTURE(which);
      // Along the gradient itself, where the slope is steepest.
      constexpr double step = 1e-2;
      double slope = 0;
      double measured = 0;
      for (const double sign : {1.0, -1.0}) {
        Given moved = given;
        const double norm = std::sqrt(std::transform_reduce(
            found.gradients.begin() + which * count, found.gradients.begin() + (which + 1) * count,
            0.0, std::plus<>(), [](float number) { return double(number) * double(number); }));
        for (std::int64_t i = which * count; i < (which + 1) * count; ++i) {
          moved.inputs[i] += static_cast<float>(sign * step * found.gradients[i] / norm);
        }
        const Found<float> there = on_gpu(shape, apart, moved);
        measured += sign *
                    std::transform_reduce(
                        there.y.begin(), there.y.end(), given.dy.begin(), 0.0, std::plus<>(),
                        [](float y, float dy) { return double(y) * double(dy); }) /
                    (2 * step);
        slope = norm;
      }
      CHECK(measured == doctest::Approx(slope).epsilon(1e-3));
    }
  }
}

TEST_CASE("what is not a number stays so in attention, and where nobody sees it, others' do not") {
  const AttentionShape shape = heads_of(8, 130);
  Draws draws(800);
  const Given given = draw(shape, draws);
  const Found<float> clean = on_gpu(shape, apart, given);
  for (const std::int64_t which : {0, 1, 2}) {
    CAPTURE(which);
    constexpr std::int64_t token = 70;
    Given spoiled = given;
    spoiled.inputs[which * outputs(shape) + token * shape.width] =
        std::numeric_limits<float>::quiet_NaN();
    const Found<float> found = on_gpu(shape, apart, spoiled);
    for (std::int64_t row = 0; row < shape.tokens; ++row) {
      CAPTURE(row);
      const std::int64_t at = row * shape.width;
      if (row == token || (which > 0 && row > token)) CHECK(std::isnan(found.y[at]));
      // The same tile's rows may be spoiled, as on the CPU.
      if (row < 64 || (which == 0 && row != token)) CHECK(found.y[at] == clean.y[at]);
    }
    CHECK(std::isnan(
              found.gradients[(which == 0 ? 0 : which) * outputs(shape) + token * shape.width]) ==
          (which < 2));
  }
}

TEST_CASE("attention of nothing does nothing") {
  for (const AttentionShape& shape :
       {AttentionShape{.samples = 0, .tokens = 5, .width = 4, .heads = 2},
        AttentionShape{.samples = 2, .tokens = 0, .width = 4, .heads = 2},
        AttentionShape{.samples = 2, .tokens = 5, .width = 0, .heads = 2},
        AttentionShape{.samples = 2, .tokens = 5, .width = 0, .heads = 0}}) {
    const Found<float> found = on_gpu(shape, apart, {});
    CHECK(found.y.empty());
    CHECK(found.gradients.empty());
  }
}

TEST_CASE("attention keeps one number for each head and token, in proportion to the samples") {
  AttentionShape shape = heads_of(16, 33, 4);
  CHECK(attention_saved(shape) == 33 * 4);
  shape.samples = 7;
  CHECK(attention_saved(shape) == 7 * 33 * 4);
}

TEST_CASE("heads too wide for a GPU are refused before anything is computed") {
  const AttentionShape shape = heads_of(129, 4, 2);
  const char* message =
      "attention heads of 129 numbers, but at most 128 fit on a GPU; write more heads";
  CHECK_THROWS_WITH_AS(attention_saved(shape), message, InputError);
  CHECK_THROWS_WITH_AS(
      attention_forward(context(), shape, nullptr, nullptr, nullptr, nullptr, nullptr), message,
      InputError);
  CHECK_THROWS_WITH_AS(attention_backward(context(), shape, nullptr, nullptr, nullptr, nullptr,
                                          nullptr, nullptr, nullptr, nullptr, nullptr),
                       message, InputError);
}
