// Layer norm and RMS norm on a GPU against the CPU's.
#include "real/cuda/layers/row_norm.hpp"

#include <algorithm>

#include "tests/real/cuda/truth.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

constexpr RowNorm norms[] = {RowNorm::layer, RowNorm::rms};

// In pairs: kept by warps and by blocks, in packs and not, and wider than what is kept.
constexpr RowNormShape shapes[] = {{0, 5},    {1, 1},    {7, 1},    {300, 5},  {7, 64},
                                   {9, 129},  {70, 768}, {3, 1024}, {3, 1028}, {2, 1501},
                                   {2, 4096}, {7, 5000}, {2, 5001}};

struct Tensors {
  Tensors(const RowNormShape& shape, std::uint32_t seed)
      : draws(seed),
        x(normal_vector(draws, shape.rows * shape.width)),
        weight(random_vector(draws, shape.width, 0.5, 2)),
        bias(normal_vector(draws, shape.width)),
        dy(normal_vector(draws, shape.rows * shape.width)),
        dweight(normal_vector(draws, shape.width)),
        dbias(normal_vector(draws, shape.width)) {
    for (float& value : x) value = 3 * value + 7;  // far from centred
  }

  Draws draws;
  std::vector<float> x;
  std::vector<float> weight;
  std::vector<float> bias;
  std::vector<float> dy;
  std::vector<float> dweight;
  std::vector<float> dbias;
};

struct Expected {
  std::vector<double> saved;
  std::vector<double> y;
  std::vector<double> dx;
  std::vector<double> dweight;
  std::vector<double> dbias;
};

Expected expected(const RowNormShape& shape, RowNorm norm, const Tensors& with) {
  const auto x = in_double(with.x);
  const auto weight = in_double(with.weight);
  Expected all{std::vector<double>(static_cast<std::size_t>(2 * shape.rows)),
               std::vector<double>(x.size()), std::vector<double>(x.size()),
               in_double(with.dweight), in_double(with.dbias)};
  const auto bias = in_double(with.bias);
  truth().row_norm_forward(shape, norm, x.data(), weight.data(),
                           norm == RowNorm::layer ? bias.data() : nullptr, all.saved.data(),
                           all.y.data());
  truth().row_norm_backward(shape, norm, x.data(), weight.data(), all.saved.data(),
                            in_double(with.dy).data(), all.dx.data(), all.dweight.data(),
                            norm == RowNorm::layer ? all.dbias.data() : nullptr);
  return all;
}

void check_against_cpu(const RowNormShape& shape, RowNorm norm, std::int64_t offset) {
  CAPTURE(shape.rows);
  CAPTURE(shape.width);
  CAPTURE(static_cast<int>(norm));
  CAPTURE(offset);
  const Tensors with(shape, 8);
  const Expected all = expected(shape, norm, with);
  const std::int64_t count = shape.rows * shape.width;
  const bool has_bias = norm == RowNorm::layer;
  const DeviceVector<float> x(with.x, offset);
  const DeviceVector<float> weight(with.weight);
  const DeviceVector<float> bias(with.bias);
  const DeviceVector<float> dy(with.dy);
  DeviceVector<float> saved(2 * shape.rows, 1);
  DeviceVector<float> y(count);
  DeviceVector<float> dx(count, offset);
  DeviceVector<float> dweight(with.dweight, 3);
  DeviceVector<float> dbias(with.dbias);
  row_norm_forward(context(), shape, norm, x.data(), weight.data(),
                   has_bias ? bias.data() : nullptr, saved.data(), y.data());
  row_norm_backward(context(), shape, norm, x.data(), weight.data(), saved.data(), dy.data(),
                    dx.data(), dweight.data(), has_bias ? dbias.data() : nullptr);
  CHECK(relative_error(saved.download(), all.saved) < tolerance);
  CHECK(relative_error(y.download(), all.y) < tolerance);
  // A row of one number is normalized to 0, whose gradient is what rounding leaves.
  if (shape.width > 1) CHECK(relative_error(dx.download(), all.dx) < tolerance);
  CHECK(relative_error(dweight.download(), all.dweight) < tolerance);
  CHECK(relative_error(dbias.download(), all.dbias) < tolerance);
}

TEST_CASE("norms of rows agree with the CPU's, in packs of numbers and one by one") {
  for (const RowNormShape& shape : shapes) {
    for (const RowNorm norm : norms) {
      check_against_cpu(shape, norm, 0);
      check_against_cpu(shape, norm, 1);
    }
  }
}

TEST_CASE("the sums over many rows for a norm's parameters agree with the CPU's") {
  check_against_cpu({5000, 12}, RowNorm::layer, 0);
  check_against_cpu({5000, 3}, RowNorm::rms, 0);
}

TEST_CASE("a norm's input needs no gradient") {
  const RowNormShape shape{7, 64};
  const Tensors with(shape, 9);
  const Expected all = expected(shape, RowNorm::layer, with);
  const DeviceVector<float> x(with.x);
  const DeviceVector<float> weight(with.weight);
  const DeviceVector<float> dy(with.dy);
  const DeviceVector<float> saved(std::vector<float>(all.saved.begin(), all.saved.end()));
  DeviceVector<float> dweight(with.dweight);
  DeviceVector<float> dbias(with.dbias);
  row_norm_backward(context(), shape, RowNorm::layer, x.data(), weight.data(), saved.data(),
                    dy.data(), nullptr, dweight.data(), dbias.data());
  CHECK(relative_error(dweight.download(), all.dweight) < tolerance);
  CHECK(relative_error(dbias.download(), all.dbias) < tolerance);
}

TEST_CASE("a row far from zero keeps its deviation") {
  const RowNormShape shape{2, 5000};
  Tensors with(shape, 10);
  for (float& value : with.x) value += 1000;
  const Expected all = expected(shape, RowNorm::layer, with);
  const DeviceVector<float> x(with.x);
  const DeviceVector<float> weight(with.weight);
  const DeviceVector<float> bias(with.bias);
  DeviceVector<float> saved(4);
  DeviceVector<float> y(10000);
  row_norm_forward(context(), shape, RowNorm::layer, x.data(), weight.data(), bias.data(),
                   saved.data(), y.data());
  CHECK(relative_error(y.download(), all.y) < 1e-4);  // the mean's own rounding
}

TEST_CASE("norms of rows do not depend on the order of threads and blocks") {
  for (const RowNormShape& shape : {RowNormShape{70, 60}, RowNormShape{3, 5000}}) {
    const Tensors with(shape, 11);
    const DeviceVector<float> x(with.x);
    const DeviceVector<float> weight(with.weight);
    const DeviceVector<float> dy(with.dy);
    same_in_all_orders([&] {
      DeviceVector<float> saved(2 * shape.rows);
      DeviceVector<float> y(shape.rows * shape.width);
      DeviceVector<float> dx(shape.rows * shape.width);
      DeviceVector<float> dweight(with.dweight);
      DeviceVector<float> dbias(with.dbias);
      row_norm_forward(context(), shape, RowNorm::layer, x.data(), weight.data(), nullptr,
                       saved.data(), y.data());
      row_norm_backward(context(), shape, RowNorm::layer, x.data(), weight.data(), saved.data(),
                        dy.data(), dx.data(), dweight.data(), dbias.data());
      std::vector<float> all;
      for (const auto* vector : {&saved, &y, &dx, &dweight, &dbias}) {
        const auto values = vector->download();
        all.insert(all.end(), values.begin(), values.end());
      }
      return all;
    });
  }
}

}  // namespace
}  // namespace palsim::cuda
