// The number formats that go on the wire. Plain C++17, so that nvcc compiles it too.
#pragma once

namespace palsim {

enum class WireType { fp32, bf16, int8, int4 };

}  // namespace palsim
