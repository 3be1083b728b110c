#include "real/cuda/images/image_library.hpp"

namespace palsim::cuda {

std::unique_ptr<ImageLibrary> open_cudnn(cudaStream_t /*stream*/) { return nullptr; }

std::string cudnn_version() { return "no cuDNN"; }

}  // namespace palsim::cuda
