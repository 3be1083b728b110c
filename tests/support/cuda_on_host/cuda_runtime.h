// CUDA on the host: what palsim uses of CUDA, for any C++20 compiler, so that tests execute the
// very kernels without a GPU. With this folder first on the include path, `.cu` files are plain
// C++.
//
// The model. Streams of their own pace (cudaStreamNonBlocking) do nothing until somebody waits for
// them, for an event in them or for the GPU; then the waiting thread does what lies before that. So
// a missing wait shows, also where a source in the host's memory is used again too early. The
// default stream does at once what it is asked to, and waits for none of them. Blocks run one after
// another on one thread, several streams on as many threads as wait. The threads of a block take
// turns: each runs until it meets a barrier or a warp's exchange, in an order that a test chooses
// (cuda_on_host.hpp). What depends on that order lacks a barrier. A barrier that not all threads
// reach is an error that names the kernel. Device memory is poisoned, and copies are checked
// against what was allocated.
//
// The limits. Blocks never run at the same time, a thread is never interrupted between barriers,
// and all of memory is seen by everyone at once: a GPU promises less. Work comes as late as can be,
// so what goes wrong when it comes early does not show; nor does what waits for a whole GPU by
// accident, as cudaMalloc and cudaFree do. Memory of cudaMallocAsync is there at once. Shared
// memory keeps what the previous block left there. Nothing is said about speed.
#pragma once

#include "cuda_runtime_api.h"
#include "device_functions.h"
#include "vector_types.h"
