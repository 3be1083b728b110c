// The loss on a GPU against the CPU's.
#include "real/cuda/layers/cross_entropy.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "tests/real/cuda/truth.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

struct Result {
  std::vector<float> gradients;
  LossSum sum;
};

Result on_gpu(const std::vector<float>& logits, const std::vector<std::int32_t>& targets,
              double scale, std::int64_t offset) {
  const auto rows = std::ssize(targets);
  DeviceVector<float> gradients(logits, offset);
  const DeviceVector<std::int32_t> to(targets);
  DeviceVector<LossSum> sums(1);
  cross_entropy(context(), rows, rows == 0 ? 5 : std::ssize(logits) / rows, gradients.data(),
                to.data(), scale, sums.data());
  return {gradients.download(), sums.download().front()};
}

struct Truth {
  std::vector<double> gradients;
  LossSum sum;
};

Truth on_cpu(const std::vector<float>& logits, const std::vector<std::int32_t>& targets,
             double scale) {
  Truth expected{in_double(logits), {}};
  const auto rows = std::ssize(targets);
  truth().cross_entropy(rows, rows == 0 ? 5 : std::ssize(logits) / rows, expected.gradients.data(),
                        targets.data(), scale);
  expected.sum = truth().loss();
  return expected;
}

std::vector<std::int32_t> random_targets(Draws& draws, std::int64_t rows, std::int64_t classes) {
  std::uniform_int_distribution<std::int32_t> any(0, static_cast<std::int32_t>(classes) - 1);
  std::vector<std::int32_t> targets;
  for (std::int64_t row = 0; row < rows; ++row) targets.push_back(any(draws));
  return targets;
}

void check_against_cpu(const std::vector<float>& logits, const std::vector<std::int32_t>& targets,
                       double scale, std::int64_t offset = 0) {
  const Truth expected = on_cpu(logits, targets, scale);
  const Result result = on_gpu(logits, targets, scale, offset);
  CHECK(relative_error(result.gradients, expected.gradients) < tolerance);
  CHECK(result.sum.loss == doctest::Approx(expected.sum.loss).epsilon(1e-6));
  CHECK(result.sum.correct == expected.sum.correct);
}

TEST_CASE("loss and gradients agree with the CPU's") {
  struct Problem {
    std::int64_t rows;
    std::int64_t classes;
    std::int64_t offset = 0;
  };
  for (const Problem& problem :
       {Problem{0, 10}, Problem{1, 1}, Problem{7, 3}, Problem{300, 10}, Problem{2500, 10, 1},
        Problem{7, 16}, Problem{7, 17}, Problem{9, 129}, Problem{5, 128}, Problem{7, 1000},
        Problem{5, 1024}, Problem{3, 1025}, Problem{7, 4096}, Problem{5, 4099, 3},
        Problem{3, 50257}, Problem{1, 70001, 2}}) {
    const auto rows = problem.rows;
    const auto classes = problem.classes;
    CAPTURE(rows);
    CAPTURE(classes);
    CAPTURE(problem.offset);
    Draws draws(14);
    auto logits = normal_vector(draws, rows * classes);
    for (float& logit : logits) logit *= 4;
    check_against_cpu(logits, random_targets(draws, rows, classes),
                      rows == 0 ? 1 : 1.0 / static_cast<double>(rows), problem.offset);
  }
}

TEST_CASE("the first of equal logits is the largest one") {
  for (const std::int64_t classes : {3, 10, 50, 500, 5001}) {
    CAPTURE(classes);
    Draws draws(15);
    // Few values, so that the largest occurs often; each row has another target.
    std::vector<float> logits;
    std::uniform_int_distribution<int> few(0, 2);
    const std::int64_t rows = 40;
    for (std::int64_t i = 0; i < rows * classes; ++i) {
      logits.push_back(static_cast<float>(few(draws)));
    }
    std::vector<std::int32_t> targets;
    for (std::int64_t row = 0; row < rows; ++row) {
      targets.push_back(static_cast<std::int32_t>(row % std::min<std::int64_t>(classes, 7)));
    }
    const Truth expected = on_cpu(logits, targets, 1);
    CHECK(expected.sum.correct > 0);
    CHECK(on_gpu(logits, targets, 1, 1).sum.correct == expected.sum.correct);
  }
}

TEST_CASE("the largest logit is found at either end of a row that begins anywhere") {
  for (const std::int64_t classes : {10, 4099}) {
    for (const std::int64_t offset : {0, 1, 2, 3}) {
      for (const std::int64_t place : {std::int64_t{0}, std::int64_t{1}, std::int64_t{2},
                                       classes - 3, classes - 2, classes - 1}) {
        CAPTURE(classes);
        CAPTURE(offset);
        CAPTURE(place);
        std::vector<float> logits(static_cast<std::size_t>(classes), 1.0F);
        logits[static_cast<std::size_t>(place)] = 3;
        check_against_cpu(logits, {static_cast<std::int32_t>(place)}, 0.5, offset);
      }
    }
  }
}

TEST_CASE("logits far from zero, or minus infinity, overflow nothing") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const std::int64_t classes : {4, 40, 400, 4000}) {
    CAPTURE(classes);
    Draws draws(16);
    auto logits = normal_vector(draws, 4 * classes);
    for (std::int64_t i = 0; i < classes; ++i) {
      logits[static_cast<std::size_t>(i)] += 3000;
      logits[static_cast<std::size_t>(classes + i)] -= 3000;
      if (i % 3 == 0) logits[static_cast<std::size_t>(2 * classes + i)] = -infinity;
    }
    check_against_cpu(logits, {0, 1, 1, 2}, 1);
  }
}

TEST_CASE("a row with what is not a number has no loss and no gradients, other rows do") {
  for (const std::int64_t classes : {4, 40, 400, 4000}) {
    CAPTURE(classes);
    Draws draws(17);
    auto logits = normal_vector(draws, 2 * classes);
    logits[2] = std::numeric_limits<float>::quiet_NaN();
    const Result result = on_gpu(logits, {0, 1}, 1, 0);
    CHECK(std::isnan(result.sum.loss));
    for (std::int64_t i = 0; i < 2 * classes; ++i) {
      CHECK(std::isnan(result.gradients[static_cast<std::size_t>(i)]) == (i < classes));
    }
  }
}

TEST_CASE("the loss does not depend on the order of threads and blocks") {
  for (const std::int64_t classes : {10, 300, 3001}) {
    Draws draws(18);
    const auto logits = normal_vector(draws, 5 * classes);
    const auto targets = random_targets(draws, 5, classes);
    same_in_all_orders([&] {
      Result result = on_gpu(logits, targets, 0.2, 0);
      result.gradients.push_back(static_cast<float>(result.sum.loss));
      return result.gradients;
    });
  }
}

}  // namespace
}  // namespace palsim::cuda
