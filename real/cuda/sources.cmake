# What the CUDA module is made of; the tests compile the same for the host, without cuDNN and NCCL.
# Exact ones give the CPU's bits: no multiplication is fused with an addition there.
set(palsim_cuda_sources
  activation.cu
  added_row.cu
  added_table.cu
  blas_handle.cpp
  check.cpp
  column_sums.cu
  cross_entropy.cu
  cuda_device.cpp
  cuda_module.cpp
  embedding.cu
  embedding_backward.cu
  emulated_group.cpp
  linear.cpp
  memory_pool.cpp
  row_norm.cu
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
