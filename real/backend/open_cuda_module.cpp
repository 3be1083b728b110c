#include "real/backend/open_cuda_module.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <string>
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
  const std::string failure = library == nullptr ? dlerror() : "";
  const bool lacks_another =
      failure.find("cannot open shared object file: No such") != std::string::npos;
  require<InputError>(
      library != nullptr, "--backend cuda: {}; {}, or write --backend cpu", failure,
      lacks_another ? "put the folder of that library into LD_LIBRARY_PATH" : "build palsim again");
  auto* entry =
      reinterpret_cast<decltype(&palsim_cuda_module)>(dlsym(library, "palsim_cuda_module"));
  require<InputError>(entry != nullptr,
                      "--backend cuda: {} is not palsim's; build palsim again, or write --backend "
                      "cpu",
                      file_name);
  return *entry();
}

}  // namespace palsim
