#include "experiments/command/team.hpp"

#include <omp.h>

#include <exception>
#include <numeric>
#include <vector>

namespace palsim {

void share_out(std::size_t tasks, const std::function<void(std::size_t, const Progress&)>& work,
               const Progress& progress) {
  std::vector<std::exception_ptr> failures(tasks);
  std::vector<double> done(tasks, 0);
  const auto run_task = [&](std::size_t t) {
    const auto report = [&, t](double share) {
#pragma omp critical(palsim_team_progress)
      try {
        done[t] = share;
        progress(std::accumulate(done.begin(), done.end(), 0.0) / static_cast<double>(tasks));
      } catch (...) {  // must not leave the critical region
        failures[t] = std::current_exception();
      }
    };
    try {
      work(t, report);
      report(1);
    } catch (...) {
      failures[t] = std::current_exception();
    }
  };
  if (omp_in_parallel() != 0) {
#pragma omp taskloop grainsize(1) default(shared)
    for (std::size_t t = 0; t < tasks; ++t) run_task(t);
  } else {
#pragma omp parallel for schedule(dynamic) if (tasks > 1)
    for (std::size_t t = 0; t < tasks; ++t) run_task(t);
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace palsim
