// Learned tables on a GPU against the CPU's.
#include "real/cuda/layers/embedding.hpp"

#include <random>

#include "sim/core/error.hpp"
#include "tests/real/cuda/truth.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

struct Problem {
  std::int64_t rows;
  std::int64_t width;
  std::int32_t vocabulary;
  std::int64_t offset = 0;  // of dy and the table from where packs begin
};

constexpr Problem problems[] = {{0, 5, 3},     {1, 1, 3},       {7, 5, 3, 1},     {7, 64, 50257},
                                {300, 64, 3},  {300, 64, 3, 2}, {300, 129, 40},   {33, 768, 7},
                                {32, 8, 1},    {64, 8, 1},      {65, 8, 1},       {300, 1, 300},
                                {4000, 12, 2}, {7, 5000, 3},    {20, 260, 50257}, {9000, 4, 1}};

struct Tensors {
  explicit Tensors(const Problem& problem)
      : draws(12),
        table(normal_vector(draws, problem.vocabulary * problem.width)),
        dy(normal_vector(draws, problem.rows * problem.width)),
        dtable(normal_vector(draws, problem.vocabulary * problem.width)) {
    std::uniform_int_distribution<std::int32_t> any(0, problem.vocabulary - 1);
    for (std::int64_t row = 0; row < problem.rows; ++row) tokens.push_back(any(draws));
    if (problem.rows > 1) tokens.back() = problem.vocabulary - 1;
  }

  Draws draws;
  std::vector<float> table;
  std::vector<float> dy;
  std::vector<float> dtable;
  std::vector<std::int32_t> tokens;
};

template <class Check>
void for_each_problem(Check check) {
  for (const Problem& problem : problems) {
    CAPTURE(problem.rows);
    CAPTURE(problem.width);
    CAPTURE(problem.vocabulary);
    CAPTURE(problem.offset);
    check(problem);
  }
}

TEST_CASE("rows of a table are looked up by token") {
  for_each_problem([](const Problem& problem) {
    const Tensors with(problem);
    std::vector<double> expected(with.dy.size());
    truth().embedding_forward(problem.rows, problem.width, with.tokens.data(),
                              in_double(with.table).data(), expected.data());
    const DeviceVector<std::int32_t> tokens(with.tokens, 1);
    const DeviceVector<float> table(with.table, problem.offset);
    DeviceVector<float> y(problem.rows * problem.width);
    embedding_forward(context(), problem.rows, problem.width, tokens.data(), table.data(),
                      y.data());
    CHECK(relative_error(y.download(), expected) == 0);
  });
}

TEST_CASE("gradients of a token's rows are added up, however often it occurs") {
  for_each_problem([](const Problem& problem) {
    const Tensors with(problem);
    auto expected = in_double(with.dtable);
    truth().embedding_backward(problem.rows, problem.width, with.tokens.data(),
                               in_double(with.dy).data(), expected.data());
    const DeviceVector<std::int32_t> tokens(with.tokens, 1);
    const DeviceVector<float> dy(with.dy, problem.offset);
    DeviceVector<float> dtable(with.dtable, problem.offset);
    embedding_backward(context(), problem.rows, problem.width, tokens.data(), dy.data(),
                       dtable.data());
    CHECK(relative_error(dtable.download(), expected) < 1e-6);
  });
}

TEST_CASE("runs of tokens of any length are added up, wherever they cross chunks") {
  for (const std::uint32_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    CAPTURE(seed);
    Draws draws(seed);
    std::vector<std::int32_t> sorted;
    std::int32_t token = 0;
    while (sorted.size() < 700) {
      const auto length = std::uniform_int_distribution<std::size_t>(1, 20 * seed)(draws);
      sorted.insert(sorted.end(), length, token++);
    }
    const auto rows = std::ssize(sorted);
    const auto gradients = normal_vector(draws, rows * 3);
    const auto before = normal_vector(draws, token * 3);
    auto expected = in_double(before);
    truth().embedding_backward(rows, 3, sorted.data(), in_double(gradients).data(),
                               expected.data());
    const DeviceVector<std::int32_t> tokens(sorted);
    const DeviceVector<float> dy(gradients);
    DeviceVector<float> dtable(before);
    embedding_backward(context(), rows, 3, tokens.data(), dy.data(), dtable.data());
    CHECK(relative_error(dtable.download(), expected) < 1e-6);
  }
}

TEST_CASE("an embedding's gradient does not depend on the order of threads and blocks") {
  const Problem problem{500, 68, 5};
  const Tensors with(problem);
  const DeviceVector<std::int32_t> tokens(with.tokens);
  const DeviceVector<float> dy(with.dy);
  same_in_all_orders([&] {
    DeviceVector<float> dtable(with.dtable);
    embedding_backward(context(), problem.rows, problem.width, tokens.data(), dy.data(),
                       dtable.data());
    return dtable.download();
  });
}

TEST_CASE("more tokens than can be sorted are refused") {
  CHECK_THROWS_AS(
      embedding_backward(context(), std::int64_t{1} << 31, 1, nullptr, nullptr, nullptr),
      InternalError);
}

TEST_CASE("an added table is added to each sample, and its gradients are added up") {
  struct Added {
    std::int64_t samples;
    std::int64_t count;
    std::int64_t offset;
  };
  for (const Added& problem :
       {Added{0, 5, 0}, Added{1, 1, 0}, Added{7, 5, 1}, Added{300, 64, 0}, Added{7, 129, 0},
        Added{5, 5000, 0}, Added{3, 5000, 2}, Added{300, 1, 0}}) {
    const auto samples = problem.samples;
    const auto count = problem.count;
    const auto offset = problem.offset;
    CAPTURE(samples);
    CAPTURE(count);
    CAPTURE(offset);
    Draws draws(13);
    const auto inputs = normal_vector(draws, samples * count);
    const auto added = normal_vector(draws, count);
    const auto gradients = normal_vector(draws, samples * count);
    const auto before = normal_vector(draws, count);
    std::vector<double> true_y(inputs.size());
    auto true_dtable = in_double(before);
    truth().added_table_forward(samples, count, in_double(inputs).data(), in_double(added).data(),
                                true_y.data());
    truth().added_table_backward(samples, count, in_double(gradients).data(), true_dtable.data());
    const DeviceVector<float> x(inputs, offset);
    const DeviceVector<float> table(added, offset);
    const DeviceVector<float> dy(gradients, offset);
    DeviceVector<float> y(samples * count);
    DeviceVector<float> dtable(before);
    added_table_forward(context(), samples, count, x.data(), table.data(), y.data());
    CHECK(relative_error(y.download(), true_y) < 1e-6);
    added_table_backward(context(), samples, count, dy.data(), dtable.data());
    CHECK(relative_error(dtable.download(), true_dtable) < 1e-6);
  }
}

}  // namespace
}  // namespace palsim::cuda
