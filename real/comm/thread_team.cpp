#include "real/comm/thread_team.hpp"

#include <omp.h>

#include <exception>
#include <optional>
#include <vector>

#include "real/comm/core_binding.hpp"
#include "real/comm/thread_group.hpp"
#include "sim/core/error.hpp"

namespace palsim {

void run_on_threads(Rank workers, const std::function<void(Group&)>& work, Binding binding) {
  const std::vector<std::unique_ptr<Group>> groups = thread_groups(workers);
  std::vector<std::exception_ptr> failures(groups.size());
  omp_set_dynamic(0);
  // Left to itself, the system lets a core idle for a while when its workers are through with a
  // round and others queue for the other cores.
  const bool binds = binding == Binding::even && workers % usable_cores() == 0;
  const int wanted = static_cast<int>(workers);
  int threads = 0;
#pragma omp parallel num_threads(wanted)
  {
#pragma omp single
    threads = omp_get_num_threads();
    const auto rank = static_cast<std::size_t>(omp_get_thread_num());
    if (threads == wanted) {
      std::optional<CoreBinding> core;
      if (binds) core.emplace(static_cast<int>(rank));
      try {
        work(*groups[rank]);
      } catch (const Aborted&) {  // another worker says why
      } catch (...) {
        failures[rank] = std::current_exception();
        groups[rank]->abort();
      }
    }
  }
  require<InputError>(threads == wanted,
                      "{} workers, but OpenMP gives {} threads; write fewer, or raise "
                      "OMP_THREAD_LIMIT",
                      workers, threads);
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace palsim
