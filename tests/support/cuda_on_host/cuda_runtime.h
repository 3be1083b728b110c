// CUDA on the host: what palsim uses of CUDA, for any C++20 compiler, so that tests execute the
// very kernels without a GPU. With this folder first on the include path, `.cu` files are plain
// C++.
//
// The model. Work is done when it is asked for: a launch returns when its kernel has run, streams
// and events order nothing further. Blocks run one after another on the calling thread, so several
// threads may launch at once. The threads of a block take turns: each runs until it meets a barrier
// or a warp's exchange, in an order that a test chooses (cuda_on_host.hpp). What depends on that
// order lacks a barrier. A barrier that not all threads reach is an error that names the kernel.
// Device memory is poisoned, and copies are checked against what was allocated.
//
// The limits. Blocks never run at the same time, a thread is never interrupted between barriers,
// and all of memory is seen by everyone at once: a GPU promises less. Shared memory keeps what the
// previous block left there. Nothing is said about speed.
#pragma once

#include "cuda_runtime_api.h"
#include "device_functions.h"
#include "vector_types.h"
