// NCCL, opened when it is first asked for: one GPU needs none of it.
#pragma once

#include <nccl.h>

#include <string>

namespace palsim::cuda {

// Its functions, under its own names.
struct NcclLibrary {
  decltype(&ncclGetVersion) get_version;
  decltype(&ncclGetErrorString) get_error_string;
  decltype(&ncclGetUniqueId) get_unique_id;
  decltype(&ncclCommInitRank) comm_init_rank;
  decltype(&ncclCommAbort) comm_abort;
  decltype(&ncclAllReduce) all_reduce;
  decltype(&ncclBroadcast) broadcast;
};

// Throws InputError where it cannot be opened.
const NcclLibrary& nccl();

// Throws InternalError "doing: what NCCL says".
void check(ncclResult_t status, const char* doing);

}  // namespace palsim::cuda
