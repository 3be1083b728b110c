#include "tests/real/cuda/twins.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <random>

namespace palsim::cuda {
namespace {

// As a worker's device makes it.
struct Place {
  explicit Place(MatrixPrecision precision) {
    check(cudaStreamCreateWithFlags(&context.stream, cudaStreamNonBlocking), "creating a stream");
    check(cublasCreate(&context.blas), "starting cuBLAS");
    check(cublasSetStream(context.blas, context.stream), "starting cuBLAS");
    scratch = std::make_unique<Scratch>(context.stream);
    context.scratch = scratch.get();
    context.precision = precision;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    scratch.reset();
    cublasDestroy(context.blas);
    cudaStreamDestroy(context.stream);
  }

  Context context;
  std::unique_ptr<Scratch> scratch;
};

template <class Expected>
double error_of(std::span<const float> actual, std::span<const Expected> expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const auto truth = static_cast<double>(expected[i]);
    difference += std::pow(static_cast<double>(actual[i]) - truth, 2);
    norm += truth * truth;
  }
  const double error = std::sqrt(norm > 0 ? difference / norm : difference);
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> all;
  all.reserve(values.size());
  for (const float value : values) all.push_back(std::bit_cast<std::uint32_t>(value));
  return all;
}

}  // namespace

const Context& context(MatrixPrecision precision) {
  static const std::array<Place, 3> places{
      Place(MatrixPrecision::fp32), Place(MatrixPrecision::tf32), Place(MatrixPrecision::bf16)};
  return places.at(static_cast<std::size_t>(precision)).context;
}

std::vector<float> same_in_all_orders(const std::function<std::vector<float>()>& compute) {
  const std::vector<float> first = compute();
  in_all_orders([&] { CHECK(bits(compute()) == bits(first)); });
  return first;
}

std::vector<float> random_vector(Draws& draws, std::int64_t count, float low, float high) {
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = uniform(draws);
  return values;
}
std::vector<float> random_vector(Draws& draws, std::int64_t count) {
  return random_vector(draws, count, -1, 1);
}
std::vector<float> normal_vector(Draws& draws, std::int64_t count) {
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(draws);
  return values;
}

double relative_error(std::span<const float> actual, std::span<const double> expected) {
  return error_of(actual, expected);
}
double relative_error(std::span<const float> actual, std::span<const float> expected) {
  return error_of(actual, expected);
}

}  // namespace palsim::cuda
