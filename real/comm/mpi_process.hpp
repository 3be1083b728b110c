// One worker a process, started by Open MPI's mpirun. A worker's other threads communicate too (see
// BucketExchange), so MPI has to allow that: Debian's Open MPI 4.1 does, over tcp and shared
// memory.
#pragma once

#include <memory>

#include "real/comm/group.hpp"
#include "sim/collectives/plan.hpp"

namespace palsim {

// So says the environment: a command started by hand never touches MPI.
bool launched_by_mpirun();
// Of those that mpirun launched: how many are here, and which of them this one is; 1 and 0 without
// it.
Rank processes_on_this_machine();
Rank rank_on_this_machine();

// From MPI_Init to MPI_Finalize; one in a process, in main, outside of what catches exceptions.
class MpiProcess {
 public:
  // Throws InputError if this MPI does not let several threads communicate.
  MpiProcess();
  MpiProcess(const MpiProcess&) = delete;
  MpiProcess& operator=(const MpiProcess&) = delete;
  // As leave(1) where nothing was said.
  ~MpiProcess();

  // What main ends with, after it has printed its line: returns 0 when all have come here, and with
  // another status ends this process and kills the others. mpirun ends with that status too.
  int leave(int exit_status);

 private:
  bool has_left_ = false;
};

// While it lasts: which of all that mpirun launched this one is, and how many there are.
Rank process_rank();
Rank process_count();

// The group of all processes, of which the MpiProcess is one; all must be gone when it leaves.
// `all_reduce` is a plan for that many ranks that leaves every sum at every one; without it,
// default_all_reduce(workers). Group::abort() frees this process's own threads; the others learn of
// it when the process leaves.
std::unique_ptr<Group> mpi_group();
std::unique_ptr<Group> mpi_group(const Plan& all_reduce);

}  // namespace palsim
