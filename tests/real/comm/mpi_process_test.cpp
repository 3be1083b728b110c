#include "real/comm/mpi_process.hpp"

#include <doctest/doctest.h>

#include "tests/support/command.hpp"

namespace palsim {
namespace {

TEST_CASE("A command started by hand is alone") { CHECK_FALSE(launched_by_mpirun()); }

TEST_CASE("A process that fails prints its line and ends all with its status") {
  const CommandResult result =
      run_command(".",
                  {PALSIM_MPIRUN, "-q", "-np", "3", "--oversubscribe", "--mca",
                   "btl_base_warn_component_unused", "0", PALSIM_MPI_TEST, "fail"},
                  "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1");
  CHECK(result.status == 42);
  CHECK(result.err == "error: a loss that is no number\n");
}

}  // namespace
}  // namespace palsim
