# What the CUDA module is made of; the tests compile the same for the host. Exact ones give the
# CPU's bits: no multiplication is fused with an addition there.
set(palsim_cuda_sources
  check.cpp
  scratch.cpp)
set(palsim_cuda_exact_sources)
