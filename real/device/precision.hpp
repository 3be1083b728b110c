// How matrix products are computed. Numbers are kept in fp32 and summed up in it, whatever they are
// rounded to before they are multiplied.
#pragma once

namespace palsim {

enum class MatrixPrecision {
  fp32,
  tf32,  // rounded to 10 bits of mantissa
  bf16   // rounded to 7
};

inline const char* name_of(MatrixPrecision precision) {
  switch (precision) {
    case MatrixPrecision::fp32:
      return "fp32";
    case MatrixPrecision::tf32:
      return "tf32";
    case MatrixPrecision::bf16:
      return "bf16";
  }
  return "";
}

}  // namespace palsim
