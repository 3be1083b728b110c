// Column sums on a GPU against sums in double.
#include "real/cuda/layers/column_sums.hpp"

#include "tests/real/cuda/truth.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

struct Problem {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t offset;  // of the matrix from where packs begin
};

TEST_CASE("column sums are added to what is there") {
  const Problem problems[] = {{0, 5, 0},     {1, 1, 0},    {7, 5, 1},     {300, 64, 0},
                              {300, 64, 2},  {33, 129, 0}, {300, 768, 0}, {7, 5000, 0},
                              {40000, 1, 0}, {9001, 8, 0}, {1, 5000, 3}};
  for (const Problem& problem : problems) {
    const auto rows = problem.rows;
    const auto columns = problem.columns;
    const auto offset = problem.offset;
    CAPTURE(rows);
    CAPTURE(columns);
    CAPTURE(offset);
    Draws draws(6);
    const auto matrix = random_vector(draws, rows * columns, -1, 2);
    const auto before = normal_vector(draws, columns);
    auto expected = in_double(before);
    for (std::int64_t i = 0; i < rows * columns; ++i) {
      expected[static_cast<std::size_t>(i % columns)] += matrix[static_cast<std::size_t>(i)];
    }
    const DeviceVector<float> x(matrix, offset);
    DeviceVector<float> sums(before, 1);
    column_sums(context(), rows, columns, x.data(), sums.data());
    CHECK(relative_error(sums.download(), expected) < tolerance);
  }
}

TEST_CASE("column sums do not depend on the order of threads and blocks") {
  Draws draws(7);
  const DeviceVector<float> x(normal_vector(draws, 2000 * 132));
  const auto before = normal_vector(draws, 132);
  same_in_all_orders([&] {
    DeviceVector<float> sums(before);
    column_sums(context(), 2000, 132, x.data(), sums.data());
    return sums.download();
  });
}

}  // namespace
}  // namespace palsim::cuda
