# What the CUDA module is made of; the tests compile the same for the host, without cuDNN and NCCL.
# Exact ones give the CPU's bits: no multiplication is fused with an addition there.
set(palsim_cuda_sources
  batch_norm.cpp
  blas_handle.cpp
  channel_bias.cu
  check.cpp
  convolution.cpp
  cuda_device.cpp
  cuda_module.cpp
  emulated_group.cpp
  memory_pool.cpp
  own_batch_norm.cu
  patches.cu
  patches_convolution.cpp
  pooling.cu
  scratch.cpp
  sum_program.cpp)
set(palsim_cuda_exact_sources
  combine_workers.cu
  update.cu
  wire.cu)
set(palsim_cudnn_sources
  cudnn_batch_norm.cpp
  cudnn_check.cpp
  cudnn_convolution.cpp
  cudnn_library.cpp)
set(palsim_without_cudnn_sources without_cudnn.cpp)
set(palsim_nccl_sources nccl_group.cpp nccl_library.cpp)
set(palsim_without_nccl_sources without_nccl.cpp)
