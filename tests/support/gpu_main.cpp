// The main function of tests that need a GPU: without one they are skipped, which ctest tells from
// passed.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <cstdio>

int main(int argc, char** argv) {
  constexpr int skipped = 77;
  int gpus = 0;
  const cudaError_t status = cudaGetDeviceCount(&gpus);
  if (status != cudaSuccess || gpus == 0) {
    std::printf("skipped, there is no GPU: %s\n", cudaGetErrorString(status));
    return skipped;
  }
  return doctest::Context(argc, argv).run();
}
