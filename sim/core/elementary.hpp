// Logarithm and exponential with the same bits on any machine. The C library's have not: glibc
// computes them with fused multiply-adds where the processor has them, and about one logarithm in
// ten thousand then rounds the other way. These err by less than one unit in the last place.
#pragma once

namespace palsim {

double natural_log(double x);
double natural_exp(double x);

}  // namespace palsim
