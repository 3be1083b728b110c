// After e_log.c and e_exp.c of fdlibm 5.3:
//
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
// Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and
// distribute this software is freely granted, provided that this notice is preserved.
#include "sim/core/elementary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace palsim {
namespace {

// ln 2 in two parts: a whole number of up to 11 bits times the first is exact.
constexpr double ln2_high = 6.93147180369123816490e-01;
constexpr double ln2_low = 1.90821492927058770002e-10;

}  // namespace

// x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2); with s = f / (2 + f),
// log(1 + f) = f - s (f - R(s^2)), where R is fitted to 2^-58.
double natural_log(double x) {
  if (!(x > 0 && x <= std::numeric_limits<double>::max())) return std::log(x);  // no rounding there
  constexpr double half_root = 0.70710678118654752440;
  int k = 0;
  double fraction = std::frexp(x, &k);
  if (fraction < half_root) {
    fraction *= 2;
    --k;
  }
  const double f = fraction - 1;
  const double half_square = 0.5 * f * f;
  const double s = f / (2 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (3.999999999940941908e-01 +
                           w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 +
                          w * (2.857142874366239149e-01 +
                               w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  return k * ln2_high - ((half_square - (s * (half_square + (odd + even)) + k * ln2_low)) - f);
}

// x = k ln 2 + r with |r| <= ln(2) / 2; exp(r) = 1 + r + r c / (2 - c), where
// c = r - r^2 P(r^2) is fitted to 2^-59.
double natural_exp(double x) {
  if (std::isnan(x)) return x;
  constexpr double beyond = 800;  // more is infinite, less is 0
  constexpr double per_ln2 = 1.44269504088896338700;
  const double bounded = std::clamp(x, -beyond, beyond);
  const double k = std::rint(per_ln2 * bounded);
  const double high = bounded - k * ln2_high;
  const double low = k * ln2_low;
  const double r = high - low;
  const double square = r * r;
  const double c =
      r - square * (1.66666666666666019037e-01 +
                    square * (-2.77777777770155933842e-03 +
                              square * (6.61375632143793436117e-05 +
                                        square * (-1.65339022054652515390e-06 +
                                                  square * 4.13813679705723846039e-08))));
  return std::ldexp(1 + (r * c / (2 - c) - low + high), static_cast<int>(k));
}

}  // namespace palsim
