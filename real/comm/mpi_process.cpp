#include "real/comm/mpi_process.hpp"

#include <mpi.h>

#include <cstdio>
#include <cstdlib>

#include "sim/core/error.hpp"

namespace palsim {

bool launched_by_mpirun() { return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr; }

MpiProcess::MpiProcess() {
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided);
  if (provided != MPI_THREAD_MULTIPLE) {
    MPI_Finalize();
    throw InputError("this MPI lets only one thread communicate: palsim needs MPI_THREAD_MULTIPLE");
  }
}

MpiProcess::~MpiProcess() {
  if (!has_left_) leave(1);
}

Rank MpiProcess::rank() const {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

Rank MpiProcess::workers() const {
  int workers = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &workers);
  return workers;
}

int MpiProcess::leave(int exit_status) {
  has_left_ = true;
  if (exit_status == 0) {
    MPI_Finalize();
  } else {
    std::fflush(nullptr);
    MPI_Abort(MPI_COMM_WORLD, exit_status);
  }
  return exit_status;
}

}  // namespace palsim
