#include "real/cuda/vectors/elementwise.cuh"
#include "real/cuda/vectors/wire.hpp"

namespace palsim::cuda {
namespace {

struct ToBf16 {
  float factor;
  __device__ void operator()(float from, Bf16& to) const { to = to_bf16(from * factor); }
};

struct FromBf16 {
  float factor;
  __device__ void operator()(Bf16 from, float& to) const { to = to_float(from) * factor; }
};

}  // namespace

void pack(const Context& context, std::int64_t count, const float* from, Bf16* to, float factor) {
  elementwise(context, count, ToBf16{factor}, read(from), write(to));
}

void unpack(const Context& context, std::int64_t count, const Bf16* from, float* to, float factor) {
  elementwise(context, count, FromBf16{factor}, read(from), write(to));
}

}  // namespace palsim::cuda
