// How matrix products are computed. Numbers are kept in fp32 and summed up in it, whatever they are
// rounded to before they are multiplied.
#pragma once

namespace palsim {

enum class MatrixPrecision {
  fp32,
  tf32,  // rounded to 10 bits of mantissa
  bf16   // rounded to 7
};

}  // namespace palsim
