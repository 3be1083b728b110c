#include "real/cuda/images/channel_bias.hpp"

#include "tests/real/cuda/image_ways.hpp"

using namespace palsim;
using namespace palsim::cuda;

TEST_CASE("a bias is added to each of its channel's pixels, and its gradient is their sum") {
  const std::vector<ChannelShape> shapes = {{0, 3, 5},   {1, 1, 1},    {3, 70, 1},
                                            {300, 2, 7}, {5, 9, 31},   {5, 9, 32},
                                            {2, 3, 49},  {1, 2, 9001}, {130, 1, 65}};
  std::uint32_t seed = 0;
  for (const ChannelShape& shape : shapes) {
    ++seed;
    CAPTURE(seed);
    Draws draws(seed);
    const std::vector<float> numbers =
        random_vector(draws, shape.samples * shape.channels * shape.inner);
    const std::vector<float> added = random_vector(draws, shape.channels);
    std::vector<double> y_right = in_double(numbers);
    std::vector<double> dbias_right = in_double(added);
    for (std::int64_t i = 0; i < std::ssize(numbers); ++i) {
      const std::int64_t channel = i / shape.inner % shape.channels;
      y_right[i] += static_cast<double>(added[channel]);
      dbias_right[channel] += static_cast<double>(numbers[i]);
    }
    const DeviceVector<float> bias(added, 1);
    DeviceVector<float> y(numbers, 3);
    add_channel_bias(context(), shape, bias.data(), y.data());
    CHECK(relative_error(y.download(), y_right) < rounding);
    const DeviceVector<float> dy(numbers, 2);
    same_in_all_orders([&] {
      DeviceVector<float> dbias(added);
      add_channel_sums(context(), shape, dy.data(), dbias.data());
      CHECK(relative_error(dbias.download(), dbias_right) < rounding);
      return dbias.download();
    });
  }
}
