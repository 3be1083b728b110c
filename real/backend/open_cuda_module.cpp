#include "real/backend/open_cuda_module.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <vector>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = "libpalsim_cuda.so";

std::vector<fs::path> places() {
  std::vector<fs::path> found;
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
  if (!unknown) found.push_back(program.parent_path() / file_name);
  found.push_back(fs::path(PALSIM_CUDA_MODULE_FOLDER) / file_name);
  return found;
}

fs::path module_file() {
  for (const fs::path& place : places()) {
    if (fs::exists(place)) return place;
  }
  throw InputError(
      "--backend cuda: this palsim has no libpalsim_cuda.so, which is built where there is a CUDA "
      "compiler; install CUDA's nvcc and build again, or write --backend cpu");
}

}  // namespace

const CudaModule& open_cuda_module() {
  // Kept open: what it made may live as long as the program.
  void* library = dlopen(module_file().c_str(), RTLD_NOW | RTLD_LOCAL);
  require<InputError>(library != nullptr,
                      "--backend cuda: {}; put the folder of that library into LD_LIBRARY_PATH, or "
                      "write --backend cpu",
                      library == nullptr ? dlerror() : "");
  auto* entry =
      reinterpret_cast<decltype(&palsim_cuda_module)>(dlsym(library, "palsim_cuda_module"));
  require(entry != nullptr, "the CUDA module has no entry");
  return *entry();
}

}  // namespace palsim
