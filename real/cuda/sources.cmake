# What the CUDA module is made of; the tests compile the same for the host, without cuDNN and NCCL.
# Exact ones give the CPU's bits: no multiplication is fused with an addition there.
set(palsim_cuda_sources
  blas_handle.cpp
  check.cpp
  cuda_device.cpp
  cuda_module.cpp
  emulated_group.cpp
  memory_pool.cpp
  scratch.cpp
  sum_program.cpp)
set(palsim_cuda_exact_sources
  combine_workers.cu
  update.cu
  wire.cu)
set(palsim_cudnn_sources)
set(palsim_without_cudnn_sources)
set(palsim_nccl_sources nccl_group.cpp nccl_library.cpp)
set(palsim_without_nccl_sources without_nccl.cpp)
