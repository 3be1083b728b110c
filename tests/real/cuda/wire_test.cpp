#include "real/cuda/vectors/wire.hpp"

#include <cmath>
#include <limits>

#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

constexpr std::int64_t counts[] = {0, 1, 3, 4, 5, 4095, 4099};

struct Places {
  std::int64_t floats;
  std::int64_t halves;
};
// Aligned, alike and differently so.
constexpr Places places[] = {{0, 0}, {1, 1}, {2, 1}};

TEST_CASE("Packing rounds to the nearest bf16, times the factor") {
  Draws draws(22);
  for (const std::int64_t count : counts) {
    for (const Places& place : places) {
      for (const float factor : {1.0F, 0.3F}) {
        CAPTURE(count);
        CAPTURE(factor);
        CAPTURE(place.halves);
        const std::vector<float> values = normal_vector(draws, count);
        const DeviceVector<float> from(values, place.floats);
        DeviceVector<Bf16> to(count, place.halves);
        pack(context(), count, from.data(), to.data(), factor);
        const std::vector<Bf16> packed = to.download();
        std::int64_t wrong = 0;
        for (std::size_t at = 0; at < packed.size(); ++at) {
          wrong += packed[at].bits != to_bf16(values[at] * factor).bits;
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("Unpacking gives the numbers that were packed, times the factor") {
  for (const std::int64_t count : counts) {
    for (const Places& place : places) {
      for (const float factor : {1.0F, 0.3F}) {
        CAPTURE(count);
        CAPTURE(factor);
        CAPTURE(place.halves);
        std::vector<Bf16> values;
        for (std::int64_t at = 0; at < count; ++at) {
          values.push_back({static_cast<std::uint16_t>(0x3000 + 7 * at % 0x4f00)});
        }
        const DeviceVector<Bf16> from(values, place.halves);
        DeviceVector<float> to(count, place.floats);
        unpack(context(), count, from.data(), to.data(), factor);
        const std::vector<float> unpacked = to.download();
        std::int64_t wrong = 0;
        for (std::size_t at = 0; at < unpacked.size(); ++at) {
          wrong += unpacked[at] != to_float(values[at]) * factor;
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("What bf16 cannot hold becomes infinite on its way, and no number stays no number") {
  constexpr float most = std::numeric_limits<float>::max();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const DeviceVector<float> from(std::vector<float>{most, -most, infinity, std::nanf("")});
  DeviceVector<Bf16> packed(4);
  DeviceVector<float> to(4);
  pack(context(), 4, from.data(), packed.data());
  unpack(context(), 4, packed.data(), to.data());
  const std::vector<float> values = to.download();
  CHECK(values[0] == infinity);
  CHECK(values[1] == -infinity);
  CHECK(values[2] == infinity);
  CHECK(std::isnan(values[3]));
}

}  // namespace
}  // namespace palsim::cuda
