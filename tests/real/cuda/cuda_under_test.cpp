#include "tests/real/cuda/cuda_runs.hpp"
#include "tests/real/training/backend_under_test.hpp"

namespace palsim {

std::unique_ptr<Backend> backend_under_test() { return cuda::on_gpu<MatrixPrecision::fp32>(); }

}  // namespace palsim
