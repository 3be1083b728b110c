// Marks functions that a CPU's loops and a GPU's kernels both execute.
#pragma once

#ifdef __CUDACC__
#define PALSIM_HOST_DEVICE __host__ __device__
#else
#define PALSIM_HOST_DEVICE
#endif
