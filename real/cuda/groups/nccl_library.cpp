#include "real/cuda/groups/nccl_library.hpp"

#include <dlfcn.h>

#include "sim/core/error.hpp"

namespace palsim::cuda {
namespace {

constexpr const char* file_name = "libnccl.so.2";

class Opened {
 public:
  Opened() : handle_(dlopen(file_name, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) return;
    find("ncclGetVersion", functions.get_version);
    find("ncclGetErrorString", functions.get_error_string);
    find("ncclGetUniqueId", functions.get_unique_id);
    find("ncclCommInitRank", functions.comm_init_rank);
    find("ncclCommAbort", functions.comm_abort);
    find("ncclAllReduce", functions.all_reduce);
    find("ncclBroadcast", functions.broadcast);
  }

  bool is_there() const { return handle_ != nullptr; }

  NcclLibrary functions{};

 private:
  template <class Function>
  void find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle_, name));
    require(function != nullptr, "{} has no {}", file_name, name);
  }

  void* handle_;  // kept open: communicators may live as long as the program
};

}  // namespace

const NcclLibrary& nccl() {
  static const Opened opened;
  require<InputError>(opened.is_there(),
                      "workers on several GPUs exchange by NCCL, but {} cannot be opened; put its "
                      "folder into LD_LIBRARY_PATH, or write --emulate to share one GPU",
                      file_name);
  return opened.functions;
}

void check(ncclResult_t status, const char* doing) {
  require(status == ncclSuccess, "{}: NCCL: {}", doing, nccl().get_error_string(status));
}

}  // namespace palsim::cuda
