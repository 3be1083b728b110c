// What layers give, against their definitions: gradients alone would agree with a wrong forward
// pass.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "real/cpu/cpu_device.hpp"
#include "sim/core/random.hpp"

namespace palsim {
namespace {

std::vector<double> drawn(std::int64_t count, std::uint64_t seed) {
  RandomStream random(seed, Purpose::samples, 0);
  std::vector<double> numbers(static_cast<std::size_t>(count));
  for (double& number : numbers) number = random.normal();
  return numbers;
}

// Softmax of scaled products over the keys that each query sees, query by query.
std::vector<double> naive_attention(const AttentionShape& shape, const std::vector<double>& q,
                                    const std::vector<double>& k, const std::vector<double>& v) {
  const std::int64_t head = shape.width / shape.heads;
  std::vector<double> y(q.size(), 0.0);
  for (std::int64_t s = 0; s < shape.samples; ++s) {
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      const auto at = [&](std::int64_t token, std::int64_t i) {
        return static_cast<std::size_t>((s * shape.tokens + token) * shape.width + h * head + i);
      };
      for (std::int64_t i = 0; i < shape.tokens; ++i) {
        const std::int64_t first =
            shape.window > 0 ? std::max<std::int64_t>(0, i - shape.window + 1) : 0;
        const std::int64_t last = shape.causal ? i : shape.tokens - 1;
        std::vector<double> weights;
        double sum = 0;
        for (std::int64_t j = first; j <= last; ++j) {
          double score = 0;
          for (std::int64_t d = 0; d < head; ++d) score += q[at(i, d)] * k[at(j, d)];
          weights.push_back(std::exp(score * shape.scale));
          sum += weights.back();
        }
        for (std::int64_t j = first; j <= last; ++j) {
          for (std::int64_t d = 0; d < head; ++d) {
            y[at(i, d)] += weights[static_cast<std::size_t>(j - first)] / sum * v[at(j, d)];
          }
        }
      }
    }
  }
  return y;
}

std::vector<double> attention_of(const AttentionShape& shape, const std::vector<double>& q,
                                 const std::vector<double>& k, const std::vector<double>& v) {
  const auto device = cpu_device<double>();
  std::vector<double> y(q.size());
  std::vector<double> saved(static_cast<std::size_t>(device->attention_saved(shape)));
  device->attention_forward(shape, q.data(), k.data(), v.data(), saved.data(), y.data());
  return y;
}

TEST_CASE("Attention weighs the values of the tokens it sees by softmax") {
  for (const std::int64_t tokens : {1, 7, 131}) {
    for (const std::int64_t window : {0, 1, 3, 70}) {
      for (const bool causal : {true, false}) {
        if (window > 0 && !causal) continue;
        CAPTURE(tokens);
        CAPTURE(window);
        CAPTURE(causal);
        const AttentionShape shape{.samples = 2,
                                   .tokens = tokens,
                                   .width = 6,
                                   .heads = 2,
                                   .causal = causal,
                                   .window = window,
                                   .scale = 0.7,
                                   .input_stride = 6};
        const std::int64_t count = shape.samples * shape.tokens * shape.width;
        const std::vector<double> q = drawn(count, 1);
        const std::vector<double> k = drawn(count, 2);
        const std::vector<double> v = drawn(count, 3);
        const std::vector<double> expected = naive_attention(shape, q, k, v);
        const std::vector<double> found = attention_of(shape, q, k, v);
        double worst = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
          worst = std::max(worst, std::fabs(found[i] - expected[i]));
        }
        CHECK(worst < 1e-12);
      }
    }
  }
}

TEST_CASE("A causal token knows nothing of those after it") {
  const AttentionShape shape{
      .samples = 1, .tokens = 70, .width = 4, .heads = 1, .causal = true, .input_stride = 4};
  const std::vector<double> q = drawn(280, 1);
  std::vector<double> k = drawn(280, 2);
  std::vector<double> v = drawn(280, 3);
  const std::vector<double> before = attention_of(shape, q, k, v);
  for (std::size_t i = 0; i < 4; ++i) k[65 * 4 + i] = v[65 * 4 + i] = 9;
  const std::vector<double> after = attention_of(shape, q, k, v);
  for (std::size_t i = 0; i < 65 * 4; ++i) {
    CHECK(std::fabs(before[i] - after[i]) < 1e-12);  // sums are rounded by where they lie in memory
  }
  CHECK(before[65 * 4] != after[65 * 4]);
}

TEST_CASE("GELU is GPT's, by the hyperbolic tangent") {
  const std::vector<double> x{1, -1, 0.5, 3};
  std::vector<double> y(4);
  cpu_device<double>()->activation_forward(ActivationKind::gelu, 4, x.data(), y.data());
  // 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), worked out beforehand.
  CHECK(y[0] == doctest::Approx(0.8411920).epsilon(1e-6));
  CHECK(y[1] == doctest::Approx(-0.1588080).epsilon(1e-6));
  CHECK(y[2] == doctest::Approx(0.3457140).epsilon(1e-6));
  CHECK(y[3] == doctest::Approx(2.9963626).epsilon(1e-6));
}

TEST_CASE("Of equal logits the first is the guess: a collapsed model is right by chance") {
  std::vector<double> logits(10 * 10, 0.0);
  std::vector<std::int32_t> targets{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto device = cpu_device<double>();
  device->cross_entropy(10, 10, logits.data(), targets.data(), 1);
  const LossSum sum = device->loss();
  CHECK(sum.correct == 1);
  CHECK(sum.loss == doctest::Approx(10 * std::log(10.0)));
}

}  // namespace
}  // namespace palsim
