// Quantities as texts that read back to the very same value: in the unit that makes the shortest
// one, with as many digits as it takes.
#pragma once

#include <string>
#include <string_view>

#include "sim/core/quantity.hpp"

namespace palsim {

// What a file cannot hold throws InternalError: values that are not finite, and whole ones of more
// than 53 bits.
std::string exact_text(Bytes bytes);              // "16GB", "80GiB"
std::string exact_text(BytesPerSecond rate);      // "12.5GB/s"
std::string exact_text(FlopsPerSecond rate);      // "8.1TFLOP/s"
std::string exact_text(Duration duration);        // "600ns", "1.5us"
std::string exact_bit_text(BytesPerSecond rate);  // "100Gbit/s", as networks are sold

}  // namespace palsim
