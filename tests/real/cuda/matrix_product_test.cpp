#include "real/cuda/matrix_product.hpp"

#include "sim/core/error.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

TEST_CASE("a product with an extent beyond cuBLAS's integers is refused") {
  constexpr std::int64_t many = std::int64_t{1} << 31;
  struct Case {
    ProductShape shape;
    std::int64_t left_row = 1;
    std::int64_t right_row = 1;
    std::int64_t product_row = 1;
  };
  for (const Case& with :
       {Case{{many, 1, 1}}, Case{{1, many, 1}}, Case{{1, 1, many}}, Case{{1, 1, 1, many}},
        Case{{1, 1, 1}, many}, Case{{1, 1, 1}, 1, many}, Case{{1, 1, 1}, 1, 1, many}}) {
    CHECK_THROWS_AS(multiply(context(), with.shape, {{nullptr, with.left_row}},
                             {{nullptr, with.right_row}}, 0, {nullptr, with.product_row}),
                    InputError);
  }
}

TEST_CASE("products of several matrices are what each gives alone") {
  Draws draws(17);
  const auto lefts = normal_vector(draws, 2 * 3 * 5);
  const auto rights = normal_vector(draws, 2 * 4 * 5);
  const DeviceVector<float> left(lefts);
  const DeviceVector<float> right(rights);
  const std::vector<float> before(2 * 3 * 4, 1);
  DeviceVector<float> together(before);
  DeviceVector<float> alone(before);
  multiply(context(), {3, 5, 4, 2}, {{left.data(), 5, 15}}, transposed({right.data(), 5, 20}), 1,
           {together.data(), 4, 12});
  std::vector<double> truth(before.begin(), before.end());
  for (int i = 0; i < 2; ++i) {
    multiply(context(), {3, 5, 4}, {{left.data() + 15 * i, 5}},
             transposed({right.data() + 20 * i, 5}), 1, {alone.data() + 12 * i, 4});
    for (int at = 0; at < 12 * 5; ++at) {
      const int row = at / 20;
      const int column = at / 5 % 4;
      truth[12 * i + 4 * row + column] += static_cast<double>(lefts[15 * i + 5 * row + at % 5]) *
                                          static_cast<double>(rights[20 * i + 5 * column + at % 5]);
    }
  }
  CHECK(relative_error(together.download(), truth) < 1e-6);
  CHECK(relative_error(alone.download(), truth) < 1e-6);
}

}  // namespace
}  // namespace palsim::cuda
